/** Requests beside the routes', which an action answers as they are: handed to it, and its answer given on as it comes. */

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Broker, Meta } from "../../../cluster";
import type { RawAnswer, RawRequest } from "../../../contracts/raw";
import type { RawRoute } from "../../../domain/platform/routes";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callByName } from "./by-name";
import { callOf } from "./call";
import { forgetLimits } from "./limits";

/** @throws whatever the action does */
export async function answerRaw(
	broker: Broker,
	{ action }: RawRoute,
	req: WebRequest,
	res: WebResponse,
	meta: Meta
): Promise<void> {
	const { status, headers, body } = await callByName<RawAnswer>(broker, action, requestOf(req), meta);
	if (status >= 300 && status < 400) forgetLimits(res);
	res.writeHead(status, { ...headers });
	if (body instanceof Uint8Array || typeof body === "string") {
		res.end(req.method === "HEAD" ? undefined : whole(body));
		return;
	}
	const coming = body instanceof Readable ? body : Readable.from(body);
	if (req.method === "HEAD") {
		coming.destroy();
		res.end();
	}
	// The client that hangs up ends the answer at its source too, and the other way round.
	else await pipeline(coming, res).catch(() => undefined);
}

const whole = (body: RawAnswer["body"]): Uint8Array =>
	typeof body === "string" ? Buffer.from(body, "base64") : (body as Uint8Array);

/** What only the gateway is told. */
const OURS: ReadonlySet<string> = new Set(["authorization", "cookie", "x-api-key"]);

function requestOf(req: WebRequest): RawRequest {
	const { client, scheme, host } = callOf(req);
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(req.headers))
		if (typeof value === "string" && !OURS.has(name)) headers[name] = value;
	return { method: req.method ?? "GET", target: req.url ?? "/", headers, client, scheme, host };
}
