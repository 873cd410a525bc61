/**
 * Whether the servers are there that the services of this node need: asked now and then, measured, said in the log once, and
 * told to the other nodes by what this one says of itself, so that no gateway has to ask.
 */

import type { Middleware, ServiceBroker } from "moleculer";
import type * as Keepings from "../adapters/eventstore/jetstream/keeping";
import type * as Presences from "../adapters/mongo/presence";
import { registerMetrics } from "../cluster/measuring";
import { middleware } from "../cluster/middleware";
import { needsOf } from "../cluster/needs";
import { type Settings, settingsOf } from "../cluster/settings";
import { NODE_METRICS } from "../contracts/node-metrics";
import { verdictOf } from "../domain/platform/keeping";
import type { Lack, Need } from "../domain/platform/needs";
import { messageOf } from "../domain/unknown";

const gauge = NODE_METRICS.need;
/** How often the event store is asked, in ms. */
const EVERY_MS = 3_000;

/** @param away what keeps it from answering; undefined while it does */
type Tell = (away: Error | undefined) => void;
type Watch = (settings: Settings, tell: Tell, signal: AbortSignal) => Promise<void> | undefined;

/** A node without servers does without their clients. */
const WATCHES: Readonly<Record<Need, Watch>> = {
	events: ({ events }, tell, signal) => {
		if (!events) return undefined;
		const loaded: typeof Keepings = require("../adapters/eventstore/jetstream/keeping");
		return loaded.watchKeeping({ ...events, everyMs: EVERY_MS }, found => tell(faultOf(found)), signal);
	},
	database: ({ mongo }, tell, signal) => {
		if (!mongo) return undefined;
		const loaded: typeof Presences = require("../adapters/mongo/presence");
		return loaded.watchMongo(mongo, tell, signal);
	}
};

function faultOf(found: Keepings.Found): Error | undefined {
	if (found instanceof Error) return found;
	const { status, message } = verdictOf(found);
	return status === "down" ? new Error(message) : undefined;
}

export const needs = (): Middleware => {
	const over = new AbortController();
	let watching: (Promise<void> | undefined)[] = [];
	return middleware({
		name: "needs",
		async started(broker: ServiceBroker) {
			if (needsOf(broker).size === 0) return;
			registerMetrics(broker, { gauge });
			const settings = settingsOf(broker);
			const lacks = new Lacks(broker);
			watching = [...needsOf(broker)].map(([need, services]) =>
				WATCHES[need](settings, away => lacks.turn(need, [...services], away), over.signal)
			);
		},
		async stopped() {
			over.abort();
			await Promise.all(watching);
		}
	});
};

/** Moleculer's types know nobody who says something new of himself. */
interface Telling {
	readonly metadata: Record<string, unknown>;
	readonly registry: {
		regenerateLocalRawInfo(isNewList: boolean): void;
		readonly discoverer: { sendLocalNodeInfo(): Promise<void> };
	};
}

class Lacks {
	private readonly all = new Map<Need, readonly Lack[]>();

	constructor(private readonly broker: ServiceBroker) {}

	turn(need: Need, services: readonly string[], away: Error | undefined): void {
		this.broker.metrics.set(gauge.name, away ? 0 : 1, { need });
		if (this.all.has(need) === (away !== undefined)) return;
		const since = new Date().toISOString();
		if (away)
			this.all.set(
				need,
				services.map(service => ({ service, need, since }))
			);
		else this.all.delete(need);
		this.say(need, services, away);
		this.tell();
	}

	private say(need: Need, services: readonly string[], away: Error | undefined): void {
		const { logger } = this.broker;
		const whose = services.join(", ");
		if (away) logger.warn(`What ${whose} cannot work without is away (${need}): ${messageOf(away)}`);
		else logger.info(`What ${whose} cannot work without is there (${need}).`);
	}

	/** The services stay the same: who hears it takes in what is new of this node, and nothing else. */
	private tell(): void {
		const { metadata, registry } = this.broker as unknown as Telling;
		metadata.lacks = [...this.all.values()].flat();
		registry.regenerateLocalRawInfo(false);
		registry.discoverer
			.sendLocalNodeInfo()
			.catch((error: unknown) => this.broker.logger.warn(`Others were not told of it: ${messageOf(error)}`));
	}
}
