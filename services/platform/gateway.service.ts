import { randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import compression from "compression";
import type { ServiceBroker } from "moleculer";
import { Event, type EventOf, type Meta, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { type Gateway, settingsOf } from "../../cluster/settings";
import { CONTRACTS } from "../../contracts";
import type { Answer } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import { migration } from "../../contracts/migration/migration";
import { access } from "../../contracts/platform/access";
import { gateway } from "../../contracts/platform/gateway";
import type { Limits } from "../../contracts/platform/limits";
import { locationOf, type Route, routesOf } from "../../domain/platform/routes";
import { mappings } from "../../mixins/mappings.mixin";
import {
	type Found,
	type WebHandler,
	type WebRequest,
	type WebResponse,
	type WebRoute,
	web
} from "../../mixins/web.mixin";
import { Keys } from "./gateway/access";
import { Bodies } from "./gateway/bodies";
import { accepts, callOf } from "./gateway/call";
import { pathOf } from "./gateway/front";
import { NEEDED, readiness } from "./gateway/health";
import { idempotent, keep } from "./gateway/idempotent";
import { namesToSet } from "./gateway/names";
import { OldLinkDoor } from "./gateway/old-links";
import { openRoutes } from "./gateway/open";
import { paramsOf } from "./gateway/params";
import { type Fronts, type Links, openFronts } from "./gateway/places";
import { Refusals } from "./gateway/refusals";
import { followLog, type LinesAction, STALLED, Streams, Wakes, writeLines } from "./gateway/streams";

/** What under way may take when the node stops, in ms. */
const GRACE_MS = 10_000;
/** How long it waits for the services it leads to, in ms. */
const PATIENCE_MS = 10_000;

/** In characters: smaller answers fit in one packet as they are. */
const WORTH_COMPRESSING = 2048;
const compress = compression({ threshold: 0 });

@Service(gateway)
export default class GatewayService extends service(
	web({
		// It tells two answers of one address apart, no more than that.
		etag: body => `W/"${body.length.toString(36)}-${crc32(body).toString(36)}"`,
		encode: (req, res, body) => {
			// Only now is it known whether it is worth it.
			if (body.length >= WORTH_COMPRESSING && req.headers["accept-encoding"] !== undefined)
				compress(req as never, res as never, () => undefined);
			else res.setHeader("Content-Length", Buffer.byteLength(body));
		}
	}),
	mappings()
) {
	private readonly wakes = new Wakes();
	private readonly refusals = new Refusals(this.broker);
	private streams!: Streams;
	private keys!: Keys;
	private links!: OldLinkDoor;
	private bodies!: Bodies;
	private fronts: Fronts | undefined;
	/** Where it listens, once it does. */
	address: string | null = null;

	async started(): Promise<void> {
		const { gateway: options, limits } = settingsOf(this.broker);
		if (!options) throw new Error("This node was started without the gateway's settings.");
		this.broker.metrics.register({
			type: "counter",
			name: "banyan.links.served",
			description: "Old subscription links, by who answered.",
			labelNames: ["by"]
		});
		this.broker.metrics.register({
			type: "counter",
			name: "banyan.requests.refused",
			description: "Requests that were not done, by the code of the problem that was answered.",
			labelNames: ["code"]
		});
		this.keys = new Keys(this.broker);
		this.bodies = new Bodies(limits);
		this.streams = new Streams(limits);
		this.broker.metrics.register({ ...STALLED });
		this.links = new OldLinkDoor(this.broker, this.oldLinks(), by =>
			this.broker.metrics.increment("banyan.links.served", { by })
		);
		for (const route of this.routesToServe(options.metrics.keyed)) this.serve(route);
		this.fronts = this.open(options, limits);
		// Before any service of this node stops: what was let in needs them.
		(this.broker as unknown as ServiceBroker).middlewares?.add({ name: "drain", stopping: () => this.drain() });
		await this.others();
		this.address = await this.fronts.front.listen();
		this.logger.info(`The gateway listens on ${this.address}.`);
		for (const { front, says } of this.fronts.apart) this.logger.info(`${says} at ${await front.listen()} alone.`);
		const open = namesToSet(options);
		if (open) this.logger.info(open);
	}

	private open(options: Gateway, limits: Limits): Fronts {
		const { requestTimeout: longestCallMs = 0 } = (this.broker as unknown as ServiceBroker).options;
		return openFronts(
			options,
			{ limits, longestCallMs },
			{
				take: (req, res, isHere, links) => this.take(req as WebRequest, res, isHere, links),
				refuse: (req, res, error) => this.refuse(req as WebRequest, res, error),
				counted: code => this.broker.metrics.increment("banyan.requests.refused", { code }),
				isLink: path => this.methodsOf(path).length === 0 && this.links.read(path) !== undefined
			}
		);
	}

	async stopped(): Promise<void> {
		await this.drain();
		await this.links?.close();
	}

	/** Lets in nothing new, and lets what is under way end. */
	private async drain(): Promise<void> {
		this.wakes.close();
		const { front, apart = [] } = this.fronts ?? {};
		await Promise.all([front, ...apart.map(each => each.front)].map(each => each?.close(GRACE_MS)));
	}

	@Event(migration.events.progressed)
	async progressed(ctx: EventOf<typeof migration.events.progressed>): Promise<void> {
		this.links?.forget();
		this.wakes.wake(ctx.params.name);
	}

	@Event(access.events.changed)
	async keysChanged(_ctx: EventOf<typeof access.events.changed>): Promise<void> {
		this.keys?.forget();
	}

	/** A door that opens before the house answers with 503: it waits a little, then says what is missing. */
	private async others(): Promise<void> {
		await this.broker.waitForServices(NEEDED, PATIENCE_MS, 100).catch(() => {
			this.logger.warn(
				`The gateway opens without ${readiness(this.broker).missing.join(", ")}: no node runs them yet.`
			);
		});
	}

	private routesToServe(metricsKeyed: boolean): WebRoute[] {
		return [
			this.api(routesOf(CONTRACTS)),
			{ name: "open", path: "/", aliases: openRoutes(this.broker, this.keys, metricsKeyed) }
		];
	}

	/** The routes of the contracts: a key, a scope, params from one place each, one answer a key. */
	private api(routes: readonly Route[]): WebRoute {
		const byAlias = new Map(routes.map(route => [`${route.method} ${route.path}`, route]));
		return {
			name: "api",
			path: "/",
			aliases: Object.fromEntries([...byAlias].map(([alias, route]) => [alias, this.handlersOf(route)])),
			onBeforeCall: async ({ meta }, _route, req, res, { method, fullPath }) => {
				const route = byAlias.get(`${method} ${fullPath}`);
				if (!route) return;
				if (route.permission !== "public") {
					const admitted = this.keys.admit(req, route.permission);
					const key = admitted instanceof Promise ? await admitted : admitted;
					callOf(req).key = key;
					(meta as Meta).caller = { id: key.id, scopes: key.scopes };
				}
				if (route.endsWithCaller) this.endWith(meta as Meta, res);
				const readBody = () => this.bodies.fieldsOf(req, res, route.body === "document");
				const params = paramsOf(req, route, readBody);
				req.$params = (params instanceof Promise ? await params : params) as WebRequest["$params"];
			},
			onAfterCall: (_ctx, _route, req, res, data) => {
				const { method, fullPath } = req.$alias as { method: string; fullPath: string };
				return this.answered(byAlias.get(`${method} ${fullPath}`) as Route, req, res, data);
			}
		};
	}

	/** What it causes knows whose it is, and hears of it when they hang up. */
	private endWith(meta: Meta, res: WebResponse): void {
		const request = `${this.broker.nodeID}/${randomUUID()}`;
		meta.request = request;
		res.once("close", () => {
			if (res.writableFinished) return;
			// Nobody is there to be answered, so nothing else counts it.
			this.broker.metrics.increment("banyan.requests.refused", { code: "ABANDONED" });
			void this.broker.broadcast("gateway.left", { request });
		});
	}

	private handlersOf(route: Route): string | (WebHandler | string)[] {
		// What is kept is kept for a key.
		const once = route.reads || route.permission === "public" ? [] : [idempotent(this.broker)];
		const handlers = [...once, ...route.answers.flatMap(kind => this.streamed(kind, route))];
		return handlers.length === 0 ? route.action : [...handlers, route.action];
	}

	/** Answers that go on, for callers that ask for them. */
	private streamed(kind: Answer, route: Route): WebHandler[] {
		if (kind === "sse" && route.live)
			return [this.streaming("text/event-stream", (req, res) => followLog(this.broker, this.wakes, req, res))];
		if (kind === "ndjson")
			return [
				this.streaming("application/x-ndjson", (req, res) =>
					writeLines(this.broker, route.action as LinesAction, req, res)
				)
			];
		return [];
	}

	private streaming(type: string, work: (req: WebRequest, res: WebResponse) => Promise<void>): WebHandler {
		return (req, res, next) => {
			if (!accepts(req, type)) return next();
			this.streams.for(req, () => work(req, res)).catch(next);
		};
	}

	private answered(route: Route, req: WebRequest, res: WebResponse, data: unknown): unknown {
		res.statusCode = route.status;
		const location = locationOf(route, data);
		if (location !== null) {
			res.setHeader("Location", location);
			// moleculer-web looks for it here, and warns where it is not.
			req.$ctx.meta.$location = location;
		}
		if (route.reads) return data;
		return keep(this.broker, req, { status: route.status, location, body: data as JsonValue }).then(() => data);
	}

	/** A request that was let in: for a route, or for an old link. */
	private take(req: WebRequest, res: WebResponse, isHere: (path: string) => boolean, links: Links): void {
		const path = pathOf(req);
		if (links === "alone") this.oldLink(path, req, res, nothingButLinks);
		else if (!isHere(path)) this.refuse(req, res, nothingHere());
		else this.route(path, req, res, links);
	}

	private route(path: string, req: WebRequest, res: WebResponse, links: Links): void {
		const found = this.match(req.method ?? "", path);
		if (found) this.routed(req, res, found);
		else this.noRoute(path, req, res, links);
	}

	private routed(req: WebRequest, res: WebResponse, found: Found): void {
		const { correlationId } = callOf(req);
		this.answer(req, res, found, { correlationId }).catch(error => {
			// Nobody is there to be told.
			if (!res.closed) this.refuse(req, res, error);
		});
	}

	private noRoute(path: string, req: WebRequest, res: WebResponse, links: Links): void {
		const methods = this.methodsOf(path);
		if (methods.length > 0) this.otherMethod(methods, req, res);
		else if (links === "none") this.refuse(req, res, nothingHere());
		else this.oldLink(path, req, res);
	}

	private otherMethod(methods: readonly string[], req: WebRequest, res: WebResponse): void {
		res.setHeader("Allow", methods.join(", "));
		if (req.method === "OPTIONS") res.writeHead(204).end();
		else this.refuse(req, res, failure("METHOD_NOT_ALLOWED", `This address knows ${methods.join(", ")}.`));
	}

	private oldLink(path: string, req: WebRequest, res: WebResponse, nothing = nothingHere): void {
		const link = this.links.read(path);
		if (!link) this.refuse(req, res, nothing());
		else if (req.method !== "GET" && req.method !== "HEAD") this.otherMethod(["GET", "HEAD"], req, res);
		else this.links.answer(req, res, link).catch(error => this.refuse(req, res, error));
	}

	/** Says what is wrong, once. */
	private refuse(req: WebRequest, res: WebResponse, error: unknown): void {
		this.refusals.refuse(req, res, error);
	}
}

const nothingHere = (): Error => failure("NOT_FOUND", "There is nothing at this address; /docs lists what there is.");
/** No /docs, either. */
const nothingButLinks = (): Error => failure("NOT_FOUND", "There is nothing at this address.");
