/**
 * moleculer-web's routes: an alias leads to an action or to a handler, with hooks around it, and an answer becomes JSON with
 * a validator. What of it is not used, and why:
 *
 * - its server and its way from there to a route (`httpHandler`, the action `rest`, `resolveAlias`): our own server has
 *   told already who asks and where they want to go, in a radix tree that knows HEAD from GET and a wrong method from a
 *   wrong address; `rest` is a whole call of Moleculer's, with its timer and its place in lists, for what begins and ends here;
 * - its errors (`sendError`, `send404`): what is wrong with a request is told in one place, ours;
 * - its actions, which would be open to every caller of the cluster;
 * - its way from a route to an action (`aliasHandler`, `callAction`): it chooses a node before the caller is known and the
 *   body read, and by then that node may have gone.
 *
 * Overridden is `encodeResponse`, too: only there the body is known before its headers are sent.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import findMyWay, { type HTTPMethod, type Instance } from "find-my-way";
import type { Context, ServiceBroker } from "moleculer";
import ApiGateway from "moleculer-web";
import type { Mixin } from "../cluster";
import { actingAs } from "../cluster/acting";
import { type Called, measuredAs } from "../middlewares/metrics.middleware";

/** A request as moleculer-web passes it on. */
export interface WebRequest extends IncomingMessage {
	$ctx: Pick<Context<unknown, Record<string, unknown>>, "meta">;
	$params: { body?: unknown; query?: Record<string, unknown>; params?: Record<string, string> };
	$alias?: Alias;
	originalUrl: string;
	parsedUrl: string;
	body?: unknown;
	query?: Record<string, unknown>;
}
export type WebResponse = ServerResponse;

/** Answers a request itself, or passes it on to its action by calling `next`. */
export type WebHandler = (req: WebRequest, res: WebResponse, next: (error?: unknown) => void) => void;

/** A method and a path from the root, and where they lead. */
export interface Alias {
	readonly action: string | null;
	readonly fullPath: string;
	readonly method: string;
}

/** One route of moleculer-web: aliases under one set of rules. */
export interface WebRoute {
	/** Routes of one path are told apart by it. */
	readonly name: string;
	readonly path: string;
	readonly aliases: Readonly<Record<string, string | WebHandler | readonly (WebHandler | string)[]>>;
	readonly onBeforeCall?: (
		ctx: Context,
		route: object,
		req: WebRequest,
		res: WebResponse,
		alias: Alias
	) => Promise<void>;
	/** After `onBeforeCall`: answers by itself, asking the action or not. Undefined: the action answers. */
	readonly instead?: (req: WebRequest, res: WebResponse, ask: () => Promise<unknown>) => Promise<void> | undefined;
	readonly onAfterCall?: (
		ctx: Context<unknown, Record<string, unknown>>,
		route: object,
		req: WebRequest,
		res: WebResponse,
		data: unknown
	) => unknown;
}

/** Where a request leads, with the fields of its path. */
export interface Found {
	readonly alias: Alias;
	readonly params: Record<string, string>;
}

export interface Web {
	/** Adds a route. All of them must be there before the first request. */
	serve(route: WebRoute): void;
	/** The route for a request; HEAD is answered as GET is. */
	match(method: string, path: string): Found | undefined;
	/** The methods that an address knows; empty where there is nothing. */
	methodsOf(path: string): string[];
	/** Answers a request. Rejects with what went wrong. @param meta goes with every call that it causes */
	answer(req: WebRequest, res: WebResponse, found: Found, meta: Meta): Promise<unknown>;
}

type Meta = Record<string, unknown> & { readonly correlationId: string };
type Inside = Web & {
	readonly name: string;
	readonly broker: ServiceBroker & { readonly ContextFactory: Contexts };
	readonly aliases: readonly (Alias & {
		readonly route: WebRoute & { readonly opts: WebRoute };
		readonly handler: unknown;
	})[];
	router: Router | undefined;
	/** Counts and times what it is given, as a call of the gateway's. */
	measured: (ctx: Called & { readonly work: () => Promise<unknown> }) => Promise<unknown>;
	addRoute(route: object): void;
	parseQueryString(req: WebRequest): { readonly query: Record<string, unknown> };
	aliasHandler(req: WebRequest, res: WebResponse, alias: Inside["aliases"][number]): Promise<unknown>;
	sendResponse(req: WebRequest, res: WebResponse, data: unknown, action: null): void;
	routeHandler(ctx: object, route: object, req: WebRequest, res: WebResponse, found: Found): Promise<unknown>;
};
type Router = Instance<never>;
interface Contexts {
	create(broker: object, endpoint: null, params: null, options: object): WebRequest["$ctx"] & { service: object };
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const satisfies HTTPMethod[];

/** What the service that has it says to each of these. */
export function web(parts: {
	/** The validator of a body. */
	readonly etag: (body: string) => string;
	/** Prepares the answer for its body, which is JSON. */
	readonly encode: (req: WebRequest, res: WebResponse, body: string) => void;
}): Mixin<Web> {
	const { actions: _, ...stock } = ApiGateway as unknown as { actions: object };
	return {
		mixins: [stock as never],
		settings: {
			server: false,
			routes: null,
			optimizeOrder: false,
			logRequest: null,
			logResponse: null,
			logRouteRegistration: null,
			etag: parts.etag,
			// Fields within fields are none of ours: as much of them is read as it takes to refuse them, and no route has as many.
			qsOptions: { parameterLimit: 100, depth: 1 }
		},
		created: function (this: Inside) {
			const action = { name: `${this.name}.rest`, service: { fullName: this.name } };
			this.measured = measuredAs(this.broker, action as never, ({ work }) => work());
		} as never,
		methods: {
			encodeResponse(req: WebRequest, res: WebResponse, data: unknown): string {
				const body = JSON.stringify(data);
				parts.encode(req, res, body);
				return body;
			},
			serve(this: Inside, route: WebRoute) {
				const rules = { mappingPolicy: "restrict", mergeParams: false, logging: false, bodyParsers: false };
				this.addRoute({ ...rules, ...route });
				this.router = undefined;
			},
			match(this: Inside, method: string, path: string): Found | undefined {
				this.router ??= radixTree(this.aliases);
				return find(this.router, method, path) ?? (method === "HEAD" ? find(this.router, "GET", path) : undefined);
			},
			methodsOf(this: Inside, path: string): string[] {
				const known: string[] = METHODS.filter(method => this.match(method, path));
				return known.includes("GET") ? [...known, "HEAD"] : known;
			},
			aliasHandler: toAction,
			answer(this: Inside, req: WebRequest, res: WebResponse, found: Found, meta: Meta): Promise<unknown> {
				const alias = found.alias as Inside["aliases"][number];
				const url = req.url ?? "/";
				const ctx = this.broker.ContextFactory.create(this.broker, null, null, { meta, requestID: meta.correlationId });
				ctx.service = this;
				const query = url.includes("?") ? this.parseQueryString(req).query : {};
				const { fullPath: parsedUrl, route } = alias;
				const $params = { query, params: found.params };
				Object.assign(req, { $ctx: ctx, $route: route, $alias: alias, $params, originalUrl: url, parsedUrl, query });
				// A handler may answer by itself and say nothing: then it has ended when its answer has.
				const go = alias.handler
					? () => this.routeHandler(ctx, route, req, res, found)
					: () => this.aliasHandler(req, res, alias);
				return this.measured({ caller: null, level: 1, work: () => actingAs(this.name, go) });
			}
		}
	} as Mixin<Web>;
}

/** After what stands before it, the action by its name: whichever node has it then. */
async function toAction(this: Inside, req: WebRequest, res: WebResponse, alias: Inside["aliases"][number]) {
	const { action, handler, route } = alias;
	const ctx = req.$ctx as Context<unknown, Record<string, unknown>>;
	await route.onBeforeCall?.call(this, ctx, route, req, res, alias);
	if (isHandler(handler)) await handled(req, res, handler);
	if (action === null) return undefined;
	const ask = (): Promise<unknown> => ctx.call(action, req.$params);
	const other = route.opts.instead?.(req, res, ask);
	if (other) {
		await other;
		return true;
	}
	const answer = await ask();
	const data = route.onAfterCall ? await route.onAfterCall.call(this, ctx, route, req, res, answer) : answer;
	// What goes around a route may have answered by itself.
	if (!res.writableEnded) this.sendResponse(req, res, data, null);
	return true;
}

const isHandler = (handler: unknown): handler is WebHandler => typeof handler === "function";
/** Until it passes the request on; one that answers it itself never does. */
const handled = (req: WebRequest, res: WebResponse, handler: WebHandler): Promise<void> =>
	new Promise((resolve, reject) => handler(req, res, error => (error ? reject(error) : resolve())));

function radixTree(aliases: readonly Alias[]): Router {
	const router = findMyWay({ caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 512 });
	const add = (method: string, path: string, store: Alias | null) =>
		router.on(method as HTTPMethod, path, () => undefined, store);
	for (const alias of aliases) add(alias.method, alias.fullPath, alias);
	// An address that has a route of its own is no field of another's, whatever the method.
	for (const { fullPath } of aliases)
		for (const method of METHODS) {
			const found: Alias | null | undefined = router.find(method, sample(fullPath))?.store;
			if (found && sample(found.fullPath) !== sample(fullPath)) add(method, fullPath, null);
		}
	return router as unknown as Router;
}

/** What fields are called does not tell two paths apart. */
const sample = (path: string): string => path.replace(/:\w+/g, "x");

function find(router: Router, method: string, path: string): Found | undefined {
	const found = router.find(method as HTTPMethod, path);
	// A field of the path that is empty is none: such a path is another one.
	if (!found?.store || Object.values(found.params).includes("")) return undefined;
	return { alias: found.store as Alias, params: found.params as Record<string, string> };
}
