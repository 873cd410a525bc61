/**
 * moleculer-web without its own server and with its holes closed: routes are found in a radix tree, HEAD answers as GET,
 * a wrong method is told from a wrong address, and an error becomes whatever the service makes of it.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import findMyWay, { type HTTPMethod, type Instance } from "find-my-way";
import type { Context } from "moleculer";
import ApiGateway from "moleculer-web";
import type { Mixin } from "../cluster";

/** A request as moleculer-web passes it on. */
export interface WebRequest extends IncomingMessage {
	$ctx: Context<unknown, Record<string, unknown>>;
	$params: { body?: unknown; query?: Record<string, unknown>; params?: Record<string, string> };
	$alias?: { readonly action: string | null; readonly fullPath: string; readonly method: string };
	originalUrl: string;
	parsedUrl: string;
	body?: unknown;
	query?: Record<string, unknown>;
}
export type WebResponse = ServerResponse;

/** Answers a request itself, or passes it on to its action by calling `next`. */
export type WebHandler = (req: WebRequest, res: WebResponse, next: (error?: unknown) => void) => void;

/** One route of moleculer-web: aliases under one set of rules. */
export interface WebRoute {
	/** Routes of one path are told apart by it. */
	readonly name: string;
	readonly path: string;
	readonly aliases: Readonly<Record<string, string | WebHandler | readonly (WebHandler | string)[]>>;
	readonly bodyParsers?: false;
	readonly use?: readonly unknown[];
	readonly onBeforeCall?: (
		ctx: Context,
		route: object,
		req: WebRequest,
		res: WebResponse,
		alias: { readonly action: string | null; readonly fullPath: string; readonly method: string }
	) => Promise<void>;
	readonly onAfterCall?: (
		ctx: Context<unknown, Record<string, unknown>>,
		route: object,
		req: WebRequest,
		res: WebResponse,
		data: unknown
	) => Promise<unknown>;
}

export interface Web {
	/** Adds a route. All of them must be there before the first request. */
	serve(route: WebRoute): void;
	/** Answers a request. */
	answer(req: IncomingMessage, res: ServerResponse): void;
	/** Is there a route for it? */
	knows(method: string, path: string): boolean;
	/** The methods that an address knows; empty where there is nothing. */
	methodsOf(path: string): string[];
}

interface Alias {
	readonly method: string;
	readonly fullPath: string;
}
interface Found {
	readonly alias: Alias;
	readonly params: Record<string, string | undefined>;
}
interface Inside extends Web {
	readonly aliases: readonly Alias[];
	addRoute(route: object): void;
	httpHandler(req: IncomingMessage, res: ServerResponse): void;
	router: Instance<never> | undefined;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const satisfies HTTPMethod[];

/** What is of no use behind an exact list of routes, and would be open to every caller of the cluster. */
const {
	listAliases: _list,
	addRoute: _add,
	removeRoute: _remove,
	...actions
} = (ApiGateway as unknown as { actions: Record<string, object> }).actions;

/** What the service that has it says to each of these. */
export function web(parts: {
	readonly sendError: (this: never, req: WebRequest, res: WebResponse, error: unknown) => void;
	readonly meta: (req: WebRequest) => Record<string, unknown>;
	/** The validator of a body. */
	readonly etag: (body: string) => string;
	/** Prepares the answer for its body, which is JSON. */
	readonly encode: (req: WebRequest, res: WebResponse, body: string) => void;
}): Mixin<Web> {
	return {
		mixins: [{ ...(ApiGateway as object), actions } as never],
		settings: {
			server: false,
			routes: null,
			optimizeOrder: false,
			logRequest: null,
			logResponse: null,
			logRouteRegistration: null,
			etag: parts.etag,
			// Fields within fields are none of ours: as much of them is read as it takes to refuse them, and no route has as many.
			qsOptions: { parameterLimit: 100, depth: 1 },
			rootCallOptions: (options: Record<string, unknown>, req: WebRequest) => {
				const meta = parts.meta(req);
				Object.assign(options, { meta, requestID: meta.correlationId });
			}
		},
		methods: {
			sendError: parts.sendError as never,
			errorHandler(this: { sendError: typeof parts.sendError }, req: WebRequest, res: WebResponse, error: unknown) {
				this.sendError.call(this as never, req, res, error);
			},
			encodeResponse(req: WebRequest, res: WebResponse, data: unknown): string {
				const body = JSON.stringify(data);
				parts.encode(req, res, body);
				return body;
			},
			serve(this: Inside, route: WebRoute) {
				this.addRoute({ mappingPolicy: "restrict", mergeParams: false, logging: false, ...route });
				this.router = undefined;
			},
			answer(this: Inside, req: IncomingMessage, res: ServerResponse) {
				this.httpHandler(req, res);
			},
			resolveAlias(this: Inside, url: string, method = "GET"): Found | false {
				this.router ??= radixTree(this.aliases);
				const found = find(this.router, method, url) ?? (method === "HEAD" ? find(this.router, "GET", url) : null);
				return found ? { alias: found.store as Alias, params: found.params } : false;
			},
			knows(this: Inside, method: string, path: string): boolean {
				this.router ??= radixTree(this.aliases);
				return (
					find(this.router, method, path) !== null || (method === "HEAD" && find(this.router, "GET", path) !== null)
				);
			},
			methodsOf(this: Inside, path: string): string[] {
				this.router ??= radixTree(this.aliases);
				const router = this.router;
				const known: string[] = METHODS.filter(method => find(router, method, path));
				return known.includes("GET") ? [...known, "HEAD"] : known;
			}
		}
	} as Mixin<Web>;
}

function radixTree(aliases: readonly Alias[]): Instance<never> {
	const router = findMyWay({ caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 512 });
	for (const alias of aliases) router.on(alias.method as HTTPMethod, alias.fullPath, () => undefined, alias);
	return router as unknown as Instance<never>;
}

/** A field of the path that is empty is none: such a path is another one. */
function find(router: Instance<never>, method: string, path: string) {
	const found = router.find(method as HTTPMethod, path);
	return found && Object.values(found.params).includes("") ? null : found;
}
