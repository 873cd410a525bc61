/** Bodies and answers that are bytes (`raw` in a contract): given on as they come, whatever their size. */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Broker, Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Route } from "../../../domain/platform/routes";
import type { WebHandler, WebRequest, WebResponse } from "../../../mixins/web.mixin";
import type { Bodies } from "./bodies";
import { callByName } from "./by-name";
import { header } from "./call";
import type { KeptAnswers } from "./kept/answers";
import { keptAt } from "./kept/kept-routes";

interface Means {
	readonly broker: Broker;
	readonly bodies: Bodies;
	readonly kept: Pick<KeptAnswers, "purged">;
}

/** Has such a route bytes on one of its sides? */
export const hasBytes = ({ body, answers }: Route): boolean => body === "raw" || answers[0] === "raw";

export const asBytes =
	(means: Means, route: Route): WebHandler =>
	(req, res, next) => {
		passOn(means, route, req, res).catch(next);
	};

async function passOn({ broker, bodies, kept }: Means, route: Route, req: WebRequest, res: WebResponse): Promise<void> {
	const { action, path, body, status, reads } = route;
	if (!reads && header(req, "idempotency-key") !== undefined)
		throw failure(
			"REQUEST_INVALID",
			"Bytes are not kept, so this cannot be done once under a key: leave out Idempotency-Key."
		);
	const stream = body === "raw" ? bodies.streamOf(req, res, route) : undefined;
	const meta: Meta = req.$ctx.meta;
	const answer = await callByName<unknown>(broker, action, req.$params, meta, stream).catch(error => {
		// What is wrong with the body is what went wrong.
		throw stream?.errored ?? error;
	});
	if (!reads) await kept.purged(keptAt({ path }));
	// What was answered before all of it came needs no more, unless the answer goes on as the body does.
	if (!(answer instanceof Readable)) stream?.destroy();
	res.statusCode = status;
	await give(answer, req, res);
}

async function give(answer: unknown, req: WebRequest, res: WebResponse): Promise<void> {
	if (!(answer instanceof Readable)) return whole(answer, req, res);
	res.setHeader("Content-Type", "application/octet-stream");
	if (req.method === "HEAD") {
		answer.destroy();
		res.end();
		return;
	}
	// Half an answer must not look like a whole one: what breaks off breaks the connection.
	await pipeline(answer, res).catch(() => undefined);
}

function whole(answer: unknown, req: WebRequest, res: WebResponse): void {
	const isBytes = answer instanceof Uint8Array;
	const body = isBytes ? answer : Buffer.from(JSON.stringify(answer ?? null));
	res.setHeader("Content-Type", isBytes ? "application/octet-stream" : "application/json; charset=utf-8");
	res.setHeader("Content-Length", body.length);
	res.end(req.method === "HEAD" ? undefined : body);
}
