/** A request that came by a route of an older API: its params, its answer and its problems, in that API's form. */

import { failure } from "../../../cluster/errors";
import type { JsonValue } from "../../../contracts/json";
import { type Evaluate, ShapeBroken } from "../../../domain/platform/data-routes/evaluated";
import type { Matched } from "../../../domain/platform/data-routes/matching";
import {
	answerOf,
	fieldsOfForm,
	type Given,
	headersFor,
	paramsOf,
	problemIn,
	rowFor,
	type ShapedRequest
} from "../../../domain/platform/data-routes/shaping";
import type { Problem } from "../../../domain/platform/problem";
import type { Route } from "../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";

export const MEDIA_TYPE = { json: "application/json; charset=utf-8", text: "text/plain; charset=utf-8" } as const;

export const textIn = (type: Given["type"], body: JsonValue | undefined): string =>
	body === undefined ? "" : type === "text" ? String(body) : JSON.stringify(body);

/** What it is done with. */
export interface Shaping extends Matched {
	readonly revision: number;
	/** Of the server's own, where it goes. */
	readonly target: Route;
	readonly evaluate: Evaluate;
	/** A shape failed: counted, and said once. */
	failed(broken: ShapeBroken): void;
}

/** Of its bounds, and of ours: what was asked is not at fault. */
const OF_BOUNDS: ReadonlySet<string> = new Set(["TOO_LARGE", "TOO_SLOW", "TOO_HUNGRY", "BUSY", "RESTS"]);

export class ShapedCall {
	private request: ShapedRequest | undefined;

	constructor(private readonly shaping: Shaping) {}

	get target(): Route {
		return this.shaping.target;
	}

	get takes(): "json" | "form" | "either" {
		return this.shaping.route.request?.body ?? "json";
	}

	/** @param readBody null where there is none @throws REQUEST_INVALID · ROUTE_SHAPE_FAILED, and what `readBody` does */
	async params(req: WebRequest, readBody: () => Promise<JsonValue>): Promise<object> {
		const { route, path, evaluate } = this.shaping;
		const [, query = ""] = (req.originalUrl ?? "").split(/\?(.*)/s, 2);
		const body = await readBody();
		const { method = "GET", headers } = req;
		this.request = { method, path, query: fieldsOfForm(query), headers: headersFor(headers), body };
		try {
			return await paramsOf(route, this.request, evaluate);
		} catch (error) {
			throw this.told(error, "The request could not be read");
		}
	}

	/** Answers what is to be sent as JSON, or sends it. @throws ROUTE_SHAPE_FAILED */
	async give(req: WebRequest, res: WebResponse, answer: unknown, status: number): Promise<unknown> {
		const given = await this.answered(answer, status);
		res.statusCode = given.status;
		for (const [name, value] of Object.entries(given.headers)) res.setHeader(name, value);
		const { body, type } = given;
		// moleculer-web wants a place of what was made, and says nothing of null.
		if (given.status === 201 || body === null) return sent(req, res, given);
		if (type === "text") Object.assign(req.$ctx.meta, { $responseType: MEDIA_TYPE.text });
		return body;
	}

	/** Undefined where it goes out as it is. It never rejects. */
	async problem(problem: Problem): Promise<Given | undefined> {
		const { route, evaluate } = this.shaping;
		const row = rowFor(route, problem);
		if (row === undefined) return undefined;
		try {
			return await problemIn(route, row, problem, this.request, evaluate);
		} catch (error) {
			this.told(error, "The problem could not be told");
			return undefined;
		}
	}

	private async answered(answer: unknown, status: number): Promise<Given> {
		const { route, evaluate } = this.shaping;
		const request = this.request as ShapedRequest;
		try {
			return await answerOf(route, { answer, status, request }, evaluate);
		} catch (error) {
			throw this.told(error, "What was asked for was done, and its answer could not be given");
		}
	}

	private told(error: unknown, what: string): unknown {
		if (!(error instanceof ShapeBroken)) return error;
		const { route, revision } = this.shaping;
		this.shaping.failed(error);
		const isAsked = error.place === "request.params" && !OF_BOUNDS.has(error.fault.code);
		return failure(
			isAsked ? "REQUEST_INVALID" : "ROUTE_SHAPE_FAILED",
			`${what} as the route '${route.id}' of revision ${revision} says: ${error.where}.`
		);
	}
}

function sent(req: WebRequest, res: WebResponse, { type, body }: Given): undefined {
	const text = textIn(type, body);
	if (body !== undefined) res.setHeader("Content-Type", MEDIA_TYPE[type]);
	res.setHeader("Content-Length", Buffer.byteLength(text));
	res.end(req.method === "HEAD" ? undefined : text);
}
