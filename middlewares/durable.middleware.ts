/**
 * Durable events: what was announced is delivered to the services of this node that listen. It comes by the store alone: a
 * packet that claims to be one is not heard.
 */

import type { Service, ServiceBroker } from "moleculer";
import { Follower, Letters, type Listener, type Means, Progress } from "../adapters/announcements";
import type { Meta } from "../cluster";
import { registerMetrics } from "../cluster/measuring";
import { type Handler, middleware } from "../cluster/middleware";
import { settingsFor, settingsOf } from "../cluster/settings";
import { events } from "../contracts/platform/events";
import { partsOf } from "../domain/delivery";
import { messageOf } from "../domain/unknown";
import { announcementsOf, closeAnnouncements, inboxOf } from "../mixins/announcements";
import { isDurableEvent, payloadNow } from "../mixins/durable-events";

interface Called {
	readonly options: { readonly delivery?: unknown };
	delivery?: unknown;
}
interface Listened {
	readonly name: string;
	readonly durable?: true;
}

/** What Moleculer knows of events, and its types do not say. */
interface Catalog {
	readonly registry: {
		readonly events: {
			get(event: string, group: string): { readonly localEndpoints: readonly Endpoint[] } | undefined;
			list(options: object): readonly {
				readonly name: string;
				readonly group: string;
				readonly endpoints?: readonly { readonly nodeID: string; readonly available: boolean }[];
			}[];
		};
	};
	readonly ContextFactory: {
		create(broker: object, endpoint: Endpoint, params: object, options: object): object;
	};
}
interface Endpoint {
	readonly event: { handler(ctx: object): Promise<unknown> };
}
const catalogOf = (broker: ServiceBroker): Catalog => broker as unknown as Catalog;

/** How long whoever changed nodes is waited for: several come and go together. */
const TOGETHER_MS = 100;
const DEPTH_EVERY_MS = 2_000;
const CHANGES = ["$node.connected", "$node.disconnected", "$node.updated", "$services.changed"];

class Delivering {
	private readonly follower: Follower;
	private readonly gauge: NodeJS.Timeout;
	private soon: NodeJS.Timeout | undefined;
	private readonly changed = (): void => {
		this.soon ??= setTimeout(() => void this.assign(), TOGETHER_MS).unref();
	};

	constructor(
		private readonly broker: ServiceBroker,
		store: ConstructorParameters<typeof Letters>[0],
		services: readonly Service[]
	) {
		const listeners = services.map(service => listenerOf(broker, store, service));
		this.follower = new Follower(store, listeners, meansOf(broker, new Letters(store)));
		this.gauge = setInterval(() => this.measure(), DEPTH_EVERY_MS).unref();
	}

	async begin(): Promise<void> {
		for (const change of CHANGES) this.broker.localBus.on(change, this.changed);
		await this.assign();
	}

	async end(): Promise<void> {
		for (const change of CHANGES) this.broker.localBus.off(change, this.changed);
		clearTimeout(this.soon);
		clearInterval(this.gauge);
		await this.follower.end();
	}

	/** Where it fails it is tried again: nobody else deals with what is this node's. */
	private async assign(): Promise<void> {
		this.soon = undefined;
		const { nodeID } = this.broker;
		try {
			await this.follower.assign(service => partsOf(service, nodeID, nodesOf(this.broker, service)));
		} catch (error) {
			this.broker.logger.warn(`Durable events cannot be delivered now: ${messageOf(error)}`);
			this.soon ??= setTimeout(() => void this.assign(), AGAIN_MS).unref();
		}
	}

	private measure(): void {
		for (const { service, depth } of this.follower.subscribers)
			this.broker.metrics.set(events.metrics.depth.name, depth, { service });
	}
}
const AGAIN_MS = 1_000;

/** The nodes that run a service which listens to durable events. */
function nodesOf(broker: ServiceBroker, service: string): string[] {
	const lists = catalogOf(broker).registry.events.list({ onlyAvailable: true, withEndpoints: true });
	const endpoints = lists
		.filter(({ name, group }) => group === service && isDurableEvent(name))
		.flatMap(({ endpoints: all = [] }) => all.filter(({ available }) => available));
	return [...new Set(endpoints.map(({ nodeID }) => nodeID))];
}

/** The durable events that it listens to. */
const listenedBy = (service: Service): string[] =>
	Object.keys(service.schema.events ?? {}).filter(event => isDurableEvent(event));

function listenerOf(
	broker: ServiceBroker,
	store: ConstructorParameters<typeof Progress>[0],
	service: Service
): Listener {
	const progress = new Progress(store, service.name);
	return {
		service: service.name,
		events: new Set(listenedBy(service)),
		inbox: inboxOf(service) ?? progress,
		since: () => progress.since(),
		handle: async (entry, delivery) => {
			const { registry, ContextFactory } = catalogOf(broker);
			const [endpoint] = registry.events.get(entry.event, service.name)?.localEndpoints ?? [];
			if (!endpoint) throw new Error(`'${service.name}' does not run here any more.`);
			const { correlationId, traceparent, behalf } = entry;
			const meta: Meta = {
				...(correlationId !== undefined && { correlationId }),
				...(traceparent && { traceparent }),
				...(behalf && { behalf })
			};
			const options = { meta, delivery };
			const ctx = ContextFactory.create(broker, endpoint, payloadNow(entry), options);
			await endpoint.event.handler(Object.assign(ctx, { eventName: entry.event, eventType: "emit" }));
		}
	};
}

function meansOf(broker: ServiceBroker, letters: Letters): Means {
	const { tries, firstMs, mostMs, longestMs } = settingsFor(broker, events);
	return {
		letters,
		retrying: { tries, firstMs, mostMs },
		longestMs,
		count: (what, service, event) => broker.metrics.increment(events.metrics[what].name, { service, event }),
		tell: sentence => broker.logger.warn(sentence)
	};
}

const OF_BROKERS = new WeakMap<ServiceBroker, Delivering>();

async function begin(broker: ServiceBroker): Promise<void> {
	const services = broker.services.filter(service => listenedBy(service).length > 0);
	if (services.length === 0 || settingsOf(broker).access === "read") return;
	for (const sentence of unheard(broker, services)) broker.logger.warn(sentence);
	const delivering = new Delivering(broker, await announcementsOf(broker), services);
	OF_BROKERS.set(broker, delivering);
	await delivering.begin();
}

/** Of what is kept in this node's folder, those of other nodes hear nothing. */
function unheard(broker: ServiceBroker, services: readonly Service[]): string[] {
	if (!broker.options.transporter || settingsOf(broker).store === "cluster") return [];
	return services.flatMap(service =>
		listenedBy(service)
			.filter(event => !broker.getLocalService(event.split(".")[0] ?? ""))
			.map(
				event =>
					`'${service.name}' listens to '${event}', which with STORE=embedded is heard on the node that announces it alone: run both services on one node, or set STORE=cluster.`
			)
	);
}

/** A durable event is heard by its delivery. */
const heard = (next: Handler<Called>, { name, durable }: Listened): Handler<Called> => {
	if (!durable) return next;
	return async ctx => {
		const { delivery } = ctx.options;
		if (delivery === undefined) throw new Error(`'${name}' is durable: it is announced with a change, not sent.`);
		ctx.delivery = delivery;
		return next(ctx);
	};
};

/** What is measured of them, whichever services this node runs. */
function measured(broker: ServiceBroker): void {
	registerMetrics(broker, events.metrics);
}

export const durable = middleware({
	name: "durable",
	created: measured,
	localEvent: heard,
	started: begin,
	stopping: async broker => OF_BROKERS.get(broker)?.end(),
	stopped: closeAnnouncements
});
