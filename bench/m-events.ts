/** (m) Durable events: appended while 35 services are told of each, and told to them, against raw appends of the same store. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Inbox, Placed } from "../adapters/announcements";
import type { EventStore } from "../adapters/eventstore";
import { natsOf } from "../test/adapters/stores";
import { startNatsCluster } from "../test/support/nats-cluster";
import { NATS_SERVER } from "../test/support/servers";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { built } from "./product";

const { appended, entryOf, Follower, Letters, Progress } =
	built<typeof import("../adapters/announcements")>("adapters/announcements");
const { stored, streamOfKey } = built<typeof import("../adapters/announcements/entry")>("adapters/announcements/entry");
const { Records, SqliteAdapter } = built<typeof import("../adapters/collection")>("adapters/collection");
const { openSqliteStore } = built<typeof import("../adapters/eventstore")>("adapters/eventstore");
const { openJetStreamStore } = built<typeof import("../adapters/eventstore/jetstream")>(
	"adapters/eventstore/jetstream"
);

const SERVICES = 35;
const KEYS = 20;
const ROUNDS = 3;
const ALL = Array.from({ length: 16 }, (_, partition) => partition);

interface Told {
	/** Appends a second while they are told. */
	readonly appends: number;
	/** Deliveries a second, until the last one. */
	readonly deliveries: number;
}

export async function eventsRows(): Promise<Figure[]> {
	const figures = await rowsOf("SQLite", scaled(150), async work => {
		const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
		await ended(work(openSqliteStore(join(folder, "announcements.db"))), () => rmSync(folder, { recursive: true }));
	});
	if (!existsSync(NATS_SERVER)) return figures;
	const cluster = await startNatsCluster({ servers: 3 });
	let made = 0;
	const onServers = await rowsOf("JetStream, three servers here", scaled(150), async work => {
		const options = { nats: natsOf(cluster.url), namespace: `bench${made++}`, replicas: 3, patienceMs: 60_000 };
		await work(await openJetStreamStore(options));
	}).finally(() => cluster[Symbol.asyncDispose]());
	return [...figures, ...onServers];
}

type InStore = (work: (store: EventStore) => Promise<void>) => Promise<void>;
const ended = (work: Promise<void>, end: () => void): Promise<void> => work.finally(end);

async function rowsOf(store: string, events: number, open: InStore): Promise<Figure[]> {
	const [raw, plain, kept]: [number[], Told[], Told[]] = [[], [], []];
	for (let round = 1; round <= ROUNDS; round++) {
		await open(async each => void raw.push(events / (await announced(each, events))));
		await open(async each => void plain.push(await told(each, events)));
		await open(async each => void kept.push(await told(each, events, "effects")));
	}
	const peer = median(raw);
	const rates = (all: readonly Told[], of: keyof Told): number => median(all.map(each => each[of]));
	say(`(m) ${store}: raw ${perSecond(peer)}, told ${perSecond(rates(plain, "deliveries"))}`);
	const figure = (what: string, measured: number, note: string): Figure => ({
		row: "m",
		what: `${what}, ${store}`,
		measured: perSecond(measured),
		peer: `${perSecond(peer)} raw appends`,
		ratio: measured / peer,
		goal: "reported only",
		met: null,
		note
	});
	return [
		figure(`appends while ${SERVICES} services are told of each`, rates(plain, "appends"), "All in one process."),
		figure(`deliveries to ${SERVICES} services`, rates(plain, "deliveries"), "They keep nothing."),
		figure(
			`effects of ${SERVICES} services, each with its receipt`,
			rates(kept, "deliveries"),
			"Each service has a collection in SQLite of its own."
		)
	];
}

/** Seconds for so many, each waited for. */
async function announced(store: EventStore, events: number): Promise<number> {
	const began = performance.now();
	for (let n = 0; n < events; n++) {
		const key = `key-${n % KEYS}`;
		const entry = entryOf({ event: "notes.made", v: 1, key, payload: { id: key, n, text: "0123456789".repeat(20) } });
		await appended(store, streamOfKey(entry.event, key), [stored(entry)], entry.id);
	}
	return (performance.now() - began) / 1000;
}

async function told(store: EventStore, events: number, effects?: "effects"): Promise<Told> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	const adapters: InstanceType<typeof SqliteAdapter>[] = [];
	let done = 0;
	const all = Promise.withResolvers<void>();
	const count = (): void => {
		if (++done === events * SERVICES) all.resolve();
	};
	const listener = async (at: number) => {
		const service = `service${at}`;
		const progress = new Progress(store, service);
		const parts = { service, events: new Set(["notes.made"]), since: () => progress.since() };
		if (!effects) return { ...parts, inbox: progress as Inbox, handle: async () => count() };
		const adapter = new SqliteAdapter(join(folder, `${service}.db`), {});
		await adapter.connect();
		adapters.push(adapter);
		const records = new Records<{ id: string }>(adapter, { name: service, key: "id" });
		return {
			...parts,
			inbox: adapter as Inbox,
			handle: async ({ id }: Placed, once: Parameters<typeof records.insert>[1] & object) => {
				await records.insert({ id }, { once: once as never });
				count();
			}
		};
	};
	const listeners = await Promise.all(Array.from({ length: SERVICES }, (_, at) => listener(at)));
	const follower = new Follower(store, listeners as never, {
		letters: new Letters(store),
		retrying: { tries: 1, firstMs: 1, mostMs: 1 },
		longestMs: 60_000,
		count: () => undefined,
		tell: sentence => say(sentence)
	});
	await follower.assign(() => ALL);
	const began = performance.now();
	const seconds = await announced(store, events);
	await all.promise;
	const untilLast = (performance.now() - began) / 1000;
	await follower.end();
	mustBe("deliveries", done, events * SERVICES);
	for (const adapter of adapters) await adapter.disconnect();
	await store.close();
	rmSync(folder, { recursive: true, force: true });
	return { appends: events / seconds, deliveries: (events * SERVICES) / untilLast };
}
