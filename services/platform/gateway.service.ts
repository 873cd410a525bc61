import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { NEEDED, neverThere } from "../../cluster/alone";
import { explained, nodesFollowing } from "../../cluster/nodes-settings";
import { signing } from "../../cluster/older-doors";
import { clusterCalls, clusterNodes, setLogLevel } from "../../cluster/operations";
import { clientOf } from "../../cluster/person";
import { tellMetricsAt } from "../../cluster/scraped";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { CONTRACTS } from "../../contracts/cluster";
import type { ResultOf } from "../../contracts/contract";
import { access } from "../../contracts/platform/access";
import { gateway } from "../../contracts/platform/gateway";
import type { LimitsInForce } from "../../contracts/platform/gateway-limits";
import type { NodeFollowing, NodeSetting } from "../../contracts/platform/node-settings";
import type { CallCount, ClusterNode, GatewayAnswers, NodeLogging } from "../../contracts/platform/operations";
import { sessions } from "../../contracts/platform/sessions";
import { countedAs } from "../../domain/platform/limits/plan";
import { rawRoutesOf, routesOf } from "../../domain/platform/routes";
import { type WebRequest, web } from "../../mixins/web.mixin";
import { Authentication } from "./gateway/authentication";
import { Bodies } from "./gateway/bodies";
import { prepare } from "./gateway/compressing";
import { Dispatch } from "./gateway/dispatch";
import { Errors } from "./gateway/errors";
import { KeptAnswers } from "./gateway/kept/answers";
import { ending } from "./gateway/kept/ending";
import { gatewaysAnswers, keptOf, keptRoutes } from "./gateway/kept/kept-routes";
import { tagOf } from "./gateway/kept/representation";
import { Limits } from "./gateway/limits";
import { LoopDelay } from "./gateway/loop-delay";
import { namesToSet } from "./gateway/names";
import { OlderRoutes } from "./gateway/older-routes";
import { openRoutes } from "./gateway/open";
import { openPorts, type Ports } from "./gateway/ports";
import { Requests } from "./gateway/requests";
import { apiRoute } from "./gateway/routes";
import { Sheds } from "./gateway/shedding";
import { Readiness } from "./gateway/standing";
import { Streams } from "./gateway/streams";
import { tracing } from "./gateway/traces";
import { Wakes, waking } from "./gateway/wakes";

const { following, explain } = gateway.actions;
const { nodes, calls, cache, purge, keptHere, logLevel, limits } = gateway.actions;

/** How long it waits for the services it leads to, in ms. */
const PATIENCE_MS = 10_000;

const RAW = rawRoutesOf(CONTRACTS);
/** What raw requests are for through which others speak. */
const CALLED = RAW.filter(({ ours }) => !ours)
	.map(({ called }) => called)
	.join(" and ");

@Service(gateway)
export default class GatewayService
	extends service(
		web({
			etag: tagOf,
			encode: prepare
		}),
		waking(routesOf(CONTRACTS)),
		ending(routesOf(CONTRACTS)),
		signing
	)
	implements Answers<typeof gateway>
{
	private readonly wakes = new Wakes();
	private readonly callers = new Authentication(this.broker);
	private readonly kept = new KeptAnswers(this.broker, settingsFor(this.broker, gateway).keptBytes);
	private readonly limited = new Limits(this.broker);
	private readonly delay = new LoopDelay();
	private readonly sheds = new Sheds(this.broker, settingsFor(this.broker, gateway));
	private readonly readiness = new Readiness(this.broker);
	private readonly older = new OlderRoutes(this.broker);
	private ports: Ports | undefined;
	/** Where it listens, once it does. */
	address: string | null = null;

	async started(): Promise<void> {
		this.serveAll();
		this.ports = this.open();
		// Before any service of this node stops: what was let in needs them.
		this.broker.middlewares?.add({ name: "drain", stopping: () => this.drain() });
		await this.others();
		await this.listen(this.ports);
	}

	async stopped(): Promise<void> {
		await this.drain();
		for (const each of this.ports?.certificates ?? []) each.close();
		this.delay.end();
		this.sheds.end();
		this.readiness.end();
		this.older.end();
	}

	@Action(nodes)
	async nodes(_ctx: CallOf<typeof nodes>): Promise<ClusterNode[]> {
		return clusterNodes(this.broker);
	}

	@Action(following)
	async following(_ctx: CallOf<typeof following>): Promise<NodeFollowing[]> {
		return nodesFollowing(this.broker);
	}

	@Action(explain)
	async explain({ params }: CallOf<typeof explain>): Promise<NodeSetting[]> {
		return explained(this.broker, params.key);
	}

	@Action(calls)
	async calls(_ctx: CallOf<typeof calls>): Promise<CallCount[]> {
		return clusterCalls(this.broker);
	}

	@Action(cache)
	async cache(_ctx: CallOf<typeof cache>): Promise<ResultOf<typeof cache>> {
		return { routes: keptRoutes(), gateways: await gatewaysAnswers(this.broker) };
	}

	@Action(purge)
	async purge({ params }: CallOf<typeof purge>): Promise<ResultOf<typeof purge>> {
		const purged = keptOf(params.action);
		await this.kept.purged(purged);
		return { purged };
	}

	@Action(keptHere)
	async keptHere(_ctx: CallOf<typeof keptHere>): Promise<GatewayAnswers> {
		return { node: this.broker.nodeID, ...this.kept.state };
	}

	@Event(gateway.events.purged)
	async forgetAnswers({ params }: EventOf<typeof gateway.events.purged>): Promise<void> {
		await Promise.all(params.actions.map(action => this.kept.purge(action)));
	}

	@Action(logLevel)
	async logLevel(ctx: CallOf<typeof logLevel>): Promise<NodeLogging[]> {
		return setLogLevel(this.broker, ctx.params);
	}

	@Action(limits)
	async limits({ meta }: CallOf<typeof limits>): Promise<LimitsInForce> {
		return this.limited.state(countedAs(meta.caller, clientOf(meta).address));
	}

	@Event(access.events.changed)
	async keysChanged(_ctx: EventOf<typeof access.events.changed>): Promise<void> {
		this.callers.forgetKeys();
	}

	@Event(sessions.events.changed)
	async sessionsChanged(ctx: EventOf<typeof sessions.events.changed>): Promise<void> {
		this.callers.forgetSessions(ctx.params);
	}

	private serveAll(): void {
		const { broker, callers, wakes, kept, limited: limits } = this;
		const most = settingsFor(broker, gateway);
		const means = { broker, callers, wakes, kept, limits, bodies: new Bodies(most), streams: new Streams(most) };
		this.serve(apiRoute(means, routesOf(CONTRACTS)));
		const { delay, sheds, readiness } = this;
		const { keyed } = this.options.metrics;
		this.serve({
			name: "open",
			path: "/",
			aliases: openRoutes({ broker, callers, delay, sheds, readiness, keyed })
		});
	}

	private open(): Ports {
		const limits = settingsFor(this.broker, gateway);
		const { requestTimeout: longestCallMs = 0 } = this.broker.options;
		const errors = new Errors(this.broker);
		const requests = new Requests(this.broker.metrics);
		const dispatch = new Dispatch(this.broker, this, RAW, errors, this.sheds, this.limited, requests, this.older);
		return openPorts(
			this.options,
			{ limits, longestCallMs },
			{
				take: (req, res, isHere, raw) => dispatch.take(req as WebRequest, res, isHere, raw),
				refuse: (req, res, error) => errors.refuse(req as WebRequest, res, error),
				counted: code => errors.count(code),
				within: tracing(this.broker),
				isRaw: path => dispatch.isRaw(path),
				called: CALLED,
				tell: sentence => this.logger.warn(sentence)
			}
		);
	}

	private async listen({ front, apart }: Ports): Promise<void> {
		this.address = await front.listen();
		this.logger.info(`The gateway listens on ${this.address}.`);
		for (const each of apart) {
			const address = await each.front.listen();
			this.logger.info(`${each.says} at ${address} alone.`);
			if (each.isMetrics) await tellMetricsAt(this.broker, address);
		}
		const open = namesToSet(this.options, CALLED);
		if (open) this.logger.info(open);
	}

	/** Lets in nothing new, and lets what is under way end. */
	private async drain(): Promise<void> {
		this.wakes.close();
		const { front, apart = [] } = this.ports ?? {};
		const { stopTimeoutMs } = settingsOf(this.broker).calls;
		const fronts = [front, ...apart.map(each => each.front)];
		await Promise.all(fronts.map(each => each?.close(stopTimeoutMs, !this.broker.transit)));
	}

	/** A door that opens before the house answers with 503: it waits a little, then says what is missing. */
	private async others(): Promise<void> {
		const { broker } = this;
		const never = neverThere(broker);
		const coming = NEEDED.filter(name => !never.includes(name));
		await broker.waitForServices(coming, PATIENCE_MS, 100).catch(() => undefined);
		const { missing } = this.readiness.state;
		if (missing.length > 0) this.logger.warn(`The gateway opens without ${missing.join(", ")}: no node runs them now.`);
	}

	private get options() {
		const { gateway: options } = settingsOf(this.broker);
		if (!options) throw new Error("This node was started without the gateway's settings.");
		return options;
	}
}
