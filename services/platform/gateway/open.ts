/** The routes that belong to the gateway itself: health, metrics, the registry. All but the registry need no key. */

import type { Broker } from "../../../cluster";
import type { WebHandler, WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { version } from "../../../package.json";
import type { Keys } from "./access";
import { detailsOf, nodesOf, readiness, serviceHealth, servicesOf } from "./health";
import { metricsText } from "./metrics";

/** @param keys admits callers of what is not open */
export function openRoutes(broker: Broker, keys: Keys): Record<string, WebHandler> {
	const health = (): object => ({
		status: readiness(broker).status,
		version,
		uptimeSeconds: Math.round(process.uptime())
	});
	return {
		"GET /": answer(() => ({ name: "banyan", version, docs: "/docs", api: "/api/openapi.json", health: "/health" })),
		"GET /live": answer(() => ({ status: "up" })),
		"GET /ready": answer((_, res) => graded(res, readiness(broker))),
		"GET /health": answer((_, res) => graded(res, health() as { status: "up" | "down" })),
		"GET /health/services": answer(() => ({ services: servicesOf(broker) })),
		"GET /health/detailed": answer(() => detailsOf(broker)),
		"GET /health/:service": answer((req, res) =>
			graded(res, serviceHealth(broker, String(req.$params.params?.service)))
		),
		"GET /registry": answer(async req => {
			await keys.admit(req, null);
			return nodesOf(broker);
		}),
		"GET /metrics": text("text/plain; version=0.0.4; charset=utf-8", () => metricsText(broker))
	};
}

const graded = <S extends { readonly status: "up" | "down" }>(res: WebResponse, said: S): S => {
	res.statusCode = said.status === "up" ? 200 : 503;
	return said;
};

const answer =
	(say: (req: WebRequest, res: WebResponse) => unknown): WebHandler =>
	(req, res, next) => {
		Promise.resolve()
			.then(() => say(req, res))
			.then(said => send(req, res, "application/json; charset=utf-8", JSON.stringify(said)))
			.catch(next);
	};

const text =
	(type: string, say: () => string | Promise<string>): WebHandler =>
	(req, res, next) => {
		Promise.resolve()
			.then(say)
			.then(said => send(req, res, type, said))
			.catch(next);
	};

function send(req: WebRequest, res: WebResponse, type: string, body: string): void {
	res.setHeader("Content-Type", type);
	res.setHeader("Content-Length", Buffer.byteLength(body));
	res.setHeader("Cache-Control", "no-store");
	res.end(req.method === "HEAD" ? undefined : body);
}
