/** Where a request that was let in goes: to its route, to an action that answers it as it is, or nowhere. */

import type { Broker } from "../../../cluster";
import { actingAs } from "../../../cluster/acting";
import { failure } from "../../../cluster/errors";
import type { RawRoute } from "../../../domain/platform/routes";
import type { Found, Web, WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf } from "./call";
import type { Errors } from "./errors";
import { pathOf } from "./front";
import type { Limits } from "./limits";
import type { OlderRoutes } from "./older-routes";
import { answerRaw } from "./raw";
import type { Requests } from "./requests";
import { leaving } from "./routes";
import type { Sheds } from "./shedding";
import { nameTrace, settleTrace } from "./traces";

/** Are raw requests through which others speak answered here: beside all else, instead of all else, or not at all? */
export type RawHere = "too" | "alone" | "none";

export class Dispatch {
	constructor(
		private readonly broker: Broker,
		private readonly web: Web,
		private readonly raws: readonly RawRoute[],
		private readonly errors: Errors,
		private readonly sheds: Pick<Sheds, "admit">,
		private readonly limits: Pick<Limits, "take">,
		private readonly requests: Pick<Requests, "watch">,
		private readonly older: Pick<OlderRoutes, "find" | "methodsAt">
	) {}

	/** @param isHere which paths of routes are answered */
	take(req: WebRequest, res: WebResponse, isHere: (path: string) => boolean, raw: RawHere): void {
		const path = pathOf(req);
		if (raw === "alone") this.raw(this.rawAt(path, false), req, res, "There is nothing at this address.");
		else if (!isHere(path)) this.nothing(req, res);
		else this.route(path, req, res, raw);
	}

	/** Is it a path of raw requests through which others speak? Those of routes come first. */
	isRaw(path: string): boolean {
		const route = this.rawAt(path);
		return route !== undefined && !route.ours && this.web.methodsOf(path).length === 0;
	}

	private route(path: string, req: WebRequest, res: WebResponse, raw: RawHere): void {
		const found = this.web.match(req.method ?? "", path);
		if (found) this.answer(req, res, found);
		else this.noRoute(path, req, res, raw);
	}

	private answer(req: WebRequest, res: WebResponse, found: Found): void {
		const { correlationId, shares } = callOf(req);
		this.requests.watch(found.alias.action ?? found.alias.fullPath, res);
		// What belongs to the gateway itself is never refused: health, metrics, documents.
		if (found.alias.action !== null) this.sheds.admit("api", shares);
		this.web.answer(req, res, found, { correlationId }).catch(error => this.errors.refuse(req, res, error));
	}

	private noRoute(path: string, req: WebRequest, res: WebResponse, raw: RawHere): void {
		const methods = this.web.methodsOf(path);
		const route = raw === "none" ? this.rawAt(path, true) : this.rawAt(path);
		if (methods.length > 0) this.otherMethod(methods, req, res);
		else if (route) this.raw(route, req, res);
		else this.olderRoute(path, req, res);
	}

	/** An older API's, whose requests go the way of the route of ours that they lead to. */
	private olderRoute(path: string, req: WebRequest, res: WebResponse): void {
		const shaped = this.older.find(req, path);
		const found = shaped && this.web.match(shaped.target.method, shaped.target.path);
		if (shaped && found) {
			callOf(req).shaped = shaped;
			this.answer(req, res, { alias: found.alias, params: {} });
		} else this.nothingOlder(path, req, res);
	}

	private nothingOlder(path: string, req: WebRequest, res: WebResponse): void {
		const methods = this.older.methodsAt(path);
		if (methods.length > 0) this.otherMethod(methods, req, res);
		else this.nothing(req, res);
	}

	private otherMethod(methods: readonly string[], req: WebRequest, res: WebResponse): void {
		res.setHeader("Allow", methods.join(", "));
		if (req.method === "OPTIONS") res.writeHead(204).end();
		else this.errors.refuse(req, res, failure("METHOD_NOT_ALLOWED", `This address knows ${methods.join(", ")}.`));
	}

	private raw(route: RawRoute | undefined, req: WebRequest, res: WebResponse, nothing?: string): void {
		if (!route) this.nothing(req, res, nothing);
		else if (!route.methods.includes(req.method ?? "")) this.otherMethod(route.methods, req, res);
		else this.answerRaw(route, req, res);
	}

	private answerRaw(route: RawRoute, req: WebRequest, res: WebResponse): void {
		const { correlationId, shares } = callOf(req);
		this.requests.watch(route.action, res);
		this.sheds.admit(route.ours ? "api" : "links", shares);
		settleTrace(req, false);
		nameTrace(req, route.action);
		const meta = { correlationId, request: leaving(this.broker, res) };
		const answer = async (): Promise<void> => {
			await this.limits.take(route, req, res);
			await actingAs("gateway", () => answerRaw(this.broker, route, req, res, meta));
		};
		answer().catch(error => this.errors.refuse(req, res, error));
	}

	/** @param ours says whose, where it matters */
	private rawAt(path: string, ours?: boolean): RawRoute | undefined {
		return this.raws.find(each => each.path.test(path) && (ours === undefined || ours === (each.ours === true)));
	}

	private nothing(
		req: WebRequest,
		res: WebResponse,
		why = "There is nothing at this address; /docs lists what there is."
	): void {
		this.errors.refuse(req, res, failure("NOT_FOUND", why));
	}
}
