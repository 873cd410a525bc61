/**
 * A request under an `Idempotency-Key` has one effect however often it is sent (draft-ietf-httpapi-idempotency-key-header).
 * The first one does it; others get its answer, or 409 while it is under way, was cut off, or may have had its effect.
 */

import { randomUUID } from "node:crypto";
import { reach } from "../../../adapters/failpoints";
import type { Broker, Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { JsonValue } from "../../../contracts/json";
import type { KeptAnswer } from "../../../contracts/platform/idempotency";
import { digest } from "../../../domain/canonical";
import { keyIn } from "../../../domain/platform/idempotency";
import { outcomeOf } from "../../../domain/platform/outcome";
import type { Problem } from "../../../domain/platform/problem";
import type { Route } from "../../../domain/platform/routes";
import type { WebHandler, WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { type Call, callOf, header } from "./call";
import { setCookies } from "./private-parts";

type Keyed = Pick<Route, "idempotent" | "needsKey">;

export const idempotent =
	(broker: Broker, route: Keyed): WebHandler =>
	(req, res, next) => {
		begin(broker, route, req, res).then(mine => mine && next(), next);
	};

/** @throws REQUEST_INVALID · IDEMPOTENCY_KEY_MISSING */
function keyOf(req: WebRequest, { needsKey }: Keyed): string | undefined {
	const given = header(req, "idempotency-key");
	if (given === undefined && needsKey)
		throw failure(
			"IDEMPOTENCY_KEY_MISSING",
			"Send an Idempotency-Key, another one for each thing that you want done: sent again with it, this has one effect."
		);
	const key = given === undefined ? undefined : keyIn(given);
	if (given === undefined || key !== undefined) return key;
	throw failure(
		"REQUEST_INVALID",
		"Idempotency-Key is 1 to 255 printable characters, with or without quotes around them."
	);
}

/** True when this request is to do it. */
async function begin(broker: Broker, route: Keyed, req: WebRequest, res: WebResponse): Promise<boolean> {
	const key = keyOf(req, route);
	if (key === undefined) return true;
	const call = callOf(req);
	const client = clientOf(call);
	const asked = digest([req.method ?? "", req.$alias?.fullPath ?? "", req.$params as JsonValue]);
	const mine = { token: randomUUID(), gateway: broker.nodeID, repeatable: route.idempotent };
	const {
		state,
		answer,
		since = null
	} = await broker.call("idempotency.begin", { client, key, digest: asked, ...mine });
	if (state === "done") return replay(res, answer as KeptAnswer);
	if (state === "reused")
		throw failure("IDEMPOTENCY_REUSED", "Use another key for another request; this one is kept for a day.");
	if (state === "running")
		throw failure(
			"IDEMPOTENCY_RUNNING",
			"Ask again in a moment. If it was cut off, nobody knows whether it had its effect: look, then use another key."
		);
	if (state === "unknown")
		throw failure(
			"IDEMPOTENCY_UNKNOWN",
			"The first request under this key failed on its way, and nobody knows whether it had its effect: look, then use another key."
		);
	call.idempotencyKey = key;
	// A key that is used for something else, or once more after its time, is another name.
	(req.$ctx.meta as Meta).once = digest([client, key, asked, since]);
	return true;
}

function replay(res: WebResponse, { status, location, body, cookies = {} }: KeptAnswer): false {
	setCookies(res, cookies);
	res.writeHead(status, {
		"Content-Type": status < 400 ? "application/json; charset=utf-8" : "application/problem+json; charset=utf-8",
		"Idempotency-Replayed": "true",
		...(location !== null && { Location: location })
	});
	// Nothing is answered as nothing, the first time, too.
	res.end(body === null ? undefined : JSON.stringify(body));
	return false;
}

/** Keeps the answer, if the request was the first under a key. */
export const keep = (broker: Broker, req: WebRequest, answer: KeptAnswer): Promise<void> =>
	finish(broker, req, { answer });

/** Of a request that failed under a key: only what proves that nothing was begun frees it. Undefined: it has none. */
export function settle(broker: Broker, req: WebRequest, problem: Problem, error: unknown): Promise<void> | undefined {
	if (callOf(req).idempotencyKey === undefined) return undefined;
	const outcome = outcomeOf(problem, error, req.$alias?.action ?? "");
	const answer = { status: problem.status, location: null, body: bodyOf(problem) };
	return finish(broker, req, outcome === "answered" ? { answer } : { answer: null, unknown: outcome === "unknown" });
}

/** As it went over the wire. */
const bodyOf = ({ errors, "violated-policies": violated, ...problem }: Problem): JsonValue => ({
	...problem,
	...(errors && { errors: errors.map(fault => ({ ...fault })) }),
	...(violated && { "violated-policies": [...violated] })
});

async function finish(
	broker: Broker,
	req: WebRequest,
	outcome: { readonly answer: KeptAnswer | null; readonly unknown?: boolean }
): Promise<void> {
	const call = callOf(req);
	const { idempotencyKey: key } = call;
	if (key === undefined) return;
	delete call.idempotencyKey;
	const client = clientOf(call);
	reach("unsaid");
	await broker.call("idempotency.finish", { client, key, ...outcome });
}

/** Answers are kept for whoever is known. */
function clientOf({ caller }: Call): string {
	if (!caller) throw new Error("A request of nobody has no answer to keep.");
	return caller.id;
}
