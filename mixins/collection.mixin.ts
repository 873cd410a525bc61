/** Plain records of one kind, each under its key. One service owns a collection; nobody else can reach it. */

import { join } from "node:path";
import type { Service as MoleculerService, ServiceSchema } from "moleculer";
import * as moleculerDb from "moleculer-db";
import { type Entry, isEntry, OutboxStream } from "../adapters/announcements";
import {
	type Announcement,
	type Collection,
	type CollectionAdapter,
	Records,
	Relay,
	type Shape,
	SqliteAdapter
} from "../adapters/collection";
import type { MongoOptions } from "../adapters/collection/mongo";
import type { DataLock } from "../adapters/datadir";
import type { Announced, Mixin } from "../cluster";
import { needs } from "../cluster/needs";
import { provide } from "../cluster/provide";
import { type Settings, settingsOf } from "../cluster/settings";
import { NODE_METRICS } from "../contracts/node-metrics";
import { messageOf } from "../domain/unknown";
import { announcementsOf, keepsInbox } from "./announcements";
import { holdDataDir } from "./data-folder";
import { durableEntry, isDurableEvent } from "./durable-events";
import { tracedCollection } from "./traced";

interface Held {
	readonly relay: Relay;
	readonly lock: DataLock | undefined;
}

/**
 * moleculer-db without its actions, which would open insert and remove to every caller, and without its start, which tries
 * for ever to open what only a backup can mend.
 */
const { methods, settings } = moleculerDb as unknown as Pick<Required<ServiceSchema>, "methods" | "settings">;
/** The methods of it that open and close its adapter. */
const ofMoleculerDb = (service: MoleculerService): Pick<CollectionAdapter, "connect" | "disconnect"> =>
	service as MoleculerService & Pick<CollectionAdapter, "connect" | "disconnect">;

/**
 * Gives the service `this.<name>`, a collection kept in the data folder, or in MongoDB, and makes it one of moleculer-db. It is open from
 * the service's start until its stop; what is announced with a change leaves by the broker.
 */
export function collection<const N extends string, T extends object>(
	name: N,
	key: keyof T & string,
	options: Omit<Shape<T>, "name" | "key"> = {}
): Mixin<{ readonly [K in N]: Collection<T, Announced> }> {
	const held = new WeakMap<object, Held>();
	const shape: Shape<T> = { name, key, ...options };
	return {
		methods,
		settings: { ...settings, ...{ idField: key } },
		created(this: MoleculerService) {
			const { adapter, relay } = partsOf(this, shape);
			const records: Collection<T, Announced> = new Records(adapter, shape, () => soon(relay.run()), outgoing);
			provide(this, { adapter, [name]: records });
			keepsInbox(this, adapter);
			const settings = settingsOf(this.broker);
			held.set(this, { relay, lock: holdDataDir(settings) });
			if (settings.store === "cluster") needs(this.broker, this.name, "database");
		},
		async started(this: MoleculerService) {
			await ofMoleculerDb(this).connect();
			if (settingsOf(this.broker).access === "read") return;
			// Before all services of the node have started, some would not hear it.
			const begin = (): void => void held.get(this)?.relay.begin();
			if (this.broker.started) begin();
			else this.broker.localBus.once("$broker.started", begin);
		},
		async stopped(this: MoleculerService) {
			const { relay, lock } = held.get(this) ?? {};
			held.delete(this);
			if (relay) await soon(relay.end());
			await ofMoleculerDb(this).disconnect();
			lock?.release();
		}
	};
}

function partsOf<T>({ broker, logger }: MoleculerService, shape: Shape<T>) {
	const tell = (sentence: string): void => logger.warn(sentence);
	const settings = settingsOf(broker);
	const plain = adapterFor(settings, { ...shape, tell });
	const adapter = tracedCollection(broker, plain, shape.name, settings.mongo !== undefined);
	const relay = new Relay(adapter, {
		announce: ({ event, payload }) => broker.broadcast(event, payload),
		durable: { has: isDurableEvent, append: streamOf(broker, shape.name) },
		waiting: count => broker.metrics.set(NODE_METRICS.outbox.name, count, { collection: shape.name }),
		failed: error => tell(`What changed in '${shape.name}' cannot be announced yet: ${messageOf(error)}`)
	});
	return { adapter, relay };
}

/** Where the node keeps what must last. */
function adapterFor(
	{ store, mongo, dataDir, access }: Settings,
	options: Omit<MongoOptions, "access">
): CollectionAdapter {
	if (store === "embedded" || !mongo) {
		const file = join(dataDir, `${options.name}.db`);
		return new SqliteAdapter(file, { ...options, access });
	}
	// Only the nodes of a cluster load the driver.
	const { MongoAdapter }: typeof import("../adapters/collection/mongo") = require("../adapters/collection/mongo");
	return new MongoAdapter(mongo, { ...options, access });
}

/** A durable event waits as what will be kept of it: its id is of the moment when the change was made. */
const outgoing = ({ event, payload }: Announcement): Announcement =>
	isDurableEvent(event) ? { event, payload: durableEntry(event, payload) } : { event, payload };

/** Of an event that was not durable when it was stored. */
const entryIn = ({ event, payload }: Announcement): Entry =>
	isEntry(payload) ? payload : durableEntry(event, payload);

/** Opened when there is something to announce. */
function streamOf(broker: object, name: string): (announcements: readonly Announcement[]) => Promise<number> {
	let stream: OutboxStream | undefined;
	return async announcements => {
		stream ??= new OutboxStream(await announcementsOf(broker), name);
		return stream.append(announcements.map(entryIn));
	};
}

/** Who is asked for a change, or to stop, waits until it was announced, but not for long: a handler may itself ask for one. */
const LONGEST_MS = 1_000;

const soon = (announced: Promise<void>): Promise<void> => {
	const { promise, resolve } = Promise.withResolvers<void>();
	const timer = setTimeout(resolve, LONGEST_MS);
	return Promise.race([announced, promise]).finally(() => clearTimeout(timer));
};
