/** The routes of the contracts as moleculer-web serves them: a key, its scope, params from one place each, one answer a key. */

import { randomUUID } from "node:crypto";
import type { Broker, Meta } from "../../../cluster";
import type { Caller } from "../../../cluster/person";
import { inChapters } from "../../../cluster/tracing";
import { letIn } from "../../../cluster/vouched";
import type { Answer } from "../../../contracts/contract";
import type { JsonValue } from "../../../contracts/json";
import { gateway } from "../../../contracts/platform/gateway";
import { isKeyed, locationOf, PUBLIC, type Route } from "../../../domain/platform/routes";
import { valueAt } from "../../../domain/there";
import type { Alias, WebHandler, WebRequest, WebResponse, WebRoute } from "../../../mixins/web.mixin";
import type { Authentication } from "./authentication";
import { type Bodies, hasBody } from "./bodies";
import { asBytes, hasBytes } from "./bytes";
import { accepts, callOf } from "./call";
import { mayCompress } from "./compressing";
import { idempotent, keep } from "./idempotency";
import type { KeptAnswers } from "./kept/answers";
import { giveKept } from "./kept/give";
import { keptAt } from "./kept/kept-routes";
import { forgetLimits, type Limits } from "./limits";
import { paramsOf } from "./params";
import { cookiesOf, setCookies, tellPrivateParts } from "./private-parts";
import { follow, type Streams, writeLines } from "./streams";
import { settleTrace } from "./traces";
import type { Wakes } from "./wakes";

/** What requests are answered with. */
export interface Means {
	readonly broker: Broker;
	readonly callers: Authentication;
	readonly limits: Limits;
	readonly bodies: Bodies;
	readonly streams: Streams;
	readonly wakes: Wakes;
	readonly kept: KeptAnswers;
}

export function apiRoute(means: Means, routes: readonly Route[]): WebRoute {
	const byAlias = new Map(routes.map(route => [`${route.method} ${route.path}`, route]));
	const routeOf = ({ method, fullPath }: Alias): Route => valueAt(byAlias, `${method} ${fullPath}`);
	return {
		name: "api",
		path: "/",
		aliases: Object.fromEntries([...byAlias].map(([alias, route]) => [alias, handlersOf(means, route)])),
		onBeforeCall: (ctx, _route, req, res, alias) => before(means, routeOf(alias), ctx, req, res),
		instead: (req, res, ask) => instead(means, routeOf(req.$alias as Alias), req, res, ask),
		onAfterCall: (_ctx, _route, req, res, data) => after(means, routeOf(req.$alias as Alias), req, res, data)
	};
}

async function before(
	means: Means,
	route: Route,
	{ meta }: { readonly meta: Meta },
	req: WebRequest,
	res: WebResponse
): Promise<void> {
	const { broker, callers, bodies, limits } = means;
	if (route.permission !== PUBLIC) {
		const caller = await admitted(means, route, req, res);
		callOf(req).caller = caller;
		meta.caller = caller;
		letIn(broker, caller);
	}
	await limits.take(route, req, res);
	if (route.status === 303) forgetLimits(res);
	// Anybody may have an account: by itself that is nobody's trust.
	settleTrace(req, (meta.caller?.scopes.length ?? 0) > 0);
	callOf(req).mayCompress = mayCompress(route);
	tellPrivateParts(callers, route, req, meta);
	if (route.endsWithCaller) meta.request = leaving(broker, res);
	const { shaped } = callOf(req);
	const params = shaped
		? shaped.params(req, async () => (hasBody(req) ? bodies.valueOf(req, res, shaped.takes) : null))
		: paramsOf(req, route, () => fieldsOf(bodies, route, req, res));
	req.$params = (params instanceof Promise ? await params : params) as WebRequest["$params"];
}

/** The caller; whoever is not let in is counted by their address. */
async function admitted({ callers, limits }: Means, route: Route, req: WebRequest, res: WebResponse): Promise<Caller> {
	try {
		return await callers.admit(req, route);
	} catch (error) {
		await limits.takeStranger(req, res);
		throw error;
	}
}

/** Of a body that is fields. Bytes are read as they are taken. */
const fieldsOf = async (bodies: Bodies, route: Route, req: WebRequest, res: WebResponse): Promise<object> =>
	route.body === "raw" ? {} : bodies.fieldsOf(req, res, route);

/** The name of a request: what it causes knows whose it is, and hears of it when they hang up. */
export function leaving(broker: Broker, res: WebResponse): string {
	const request = `${broker.nodeID}/${randomUUID()}`;
	res.once("close", () => {
		if (res.writableFinished) return;
		// Nobody is there to be answered, so nothing else counts it.
		broker.metrics.increment(gateway.metrics.refused.name, { code: "ABANDONED" });
		void broker.broadcast("gateway.left", { request });
	});
	return request;
}

/** What is kept is not asked for. */
function instead(
	{ kept }: Means,
	route: Route,
	req: WebRequest,
	res: WebResponse,
	ask: () => Promise<unknown>
): Promise<void> | undefined {
	// What is kept is in our form.
	return route.kept && kept.isOn && !callOf(req).shaped ? giveKept(kept, route, route.kept, req, res, ask) : undefined;
}

function after({ broker, kept }: Means, route: Route, req: WebRequest, res: WebResponse, data: unknown): unknown {
	res.statusCode = route.status;
	compared(req, route.reads);
	const { shaped } = callOf(req);
	const location = shaped ? null : locationOf(route, data);
	if (location !== null) {
		res.setHeader("Location", location);
		// moleculer-web looks for it here, and warns where it is not.
		req.$ctx.meta.$location = location;
	}
	const cookies = cookiesOf(route, req.$ctx.meta);
	setCookies(res, cookies);
	const done = shaped ? () => shaped.give(req, res, data, route.status) : () => data;
	if (route.reads) return done();
	// RFC 9111 §4.4: whoever changed something at an address does not read there what was kept before.
	const changed = kept.purged(keptAt(route));
	const given = Object.keys(cookies).length > 0 && { cookies };
	return keep(broker, req, { status: route.status, location, body: data as JsonValue, ...given })
		.then(() => changed)
		.then(done);
}

/**
 * What is read is compared here, whatever is asked of caches on the way (RFC 9110 §13.1.2): `fetch` adds `no-cache` to an ETag. What was
 * done is answered in full.
 */
function compared({ headers }: WebRequest, reads: boolean): void {
	if (headers["if-none-match"] === undefined) return;
	delete headers[reads ? "cache-control" : "if-none-match"];
}

function handlersOf(means: Means, route: Route): string | (WebHandler | string)[] {
	const once = isKeyed(route) ? [idempotent(means.broker, route)] : [];
	if (hasBytes(route)) return [asBytes(means, route)];
	const handlers = [...once, ...route.answers.flatMap(kind => STREAMED[kind]?.(means, route) ?? [])];
	return handlers.length === 0 ? route.action : [...handlers, route.action];
}

/** Answers that go on, for callers that ask for them. */
const STREAMED: Partial<Record<Answer, (means: Means, route: Route) => WebHandler[]>> = {
	sse: (means, { action, live }) =>
		live
			? [
					streaming(means, "text/event-stream", (req, res) =>
						follow(means.broker, means.wakes, { action, live }, req, res)
					)
				]
			: [],
	ndjson: (means, { action }) => [
		streaming(means, "application/x-ndjson", (req, res) => writeLines(means.broker, action, req, res))
	]
};

const STREAM = { name: "stream", kind: "internal" } as const;

const streaming =
	({ broker, streams }: Means, type: string, work: (req: WebRequest, res: WebResponse) => Promise<void>): WebHandler =>
	(req, res, next) => {
		if (accepts(req, type) && !callOf(req).shaped)
			streams.for(req, () => inChapters(broker, STREAM, () => work(req, res))).catch(next);
		else next();
	};
