/** kill -9 between append and acknowledgement, between effect and acknowledgement, of the leader: nothing lost, nothing twice. */

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { announcedIn, OutboxStream } from "../../adapters/announcements";
import { Relay } from "../../adapters/collection";
import { type EventStore, openMemoryStore, StoreFull } from "../../adapters/eventstore";
import { openCollection } from "../support/collections";
import { EVENT, folder, Node, noted, Service } from "../support/deliveries";
import { startNatsCluster } from "../support/nats-cluster";
import { until } from "../support/until";
import { KEYS, storedIn, workedOn } from "./announcements.worker";
import { addressOf, openStore } from "./stores";

const NOTES = 60;

/** Whatever was stored was announced once, and had its effect once, in the order of its key. */
async function expectWhole(place: string, store: EventStore): Promise<void> {
	expect(await storedIn(place)).toEqual(Array.from({ length: NOTES }, (_, n) => n));
	const ids: string[] = [];
	for await (const { entries } of announcedIn(store.readAll())) ids.push(...entries.map(({ id }) => id));
	expect(ids).toHaveLength(NOTES);
	expect(new Set(ids).size).toBe(NOTES);
	await using service = await Service.open("one", place);
	const each = Array.from({ length: NOTES / KEYS.length }, (_, n) => n + 1);
	expect(await service.effects()).toEqual(Object.fromEntries(KEYS.map(key => [key, each])));
}

it("on SQLite: killed at each of its places, several times", async () => {
	using place = folder();
	const store = join(place.path, "announcements.db");
	const order = { folder: place.path, store, from: 0, count: NOTES };
	for (const failpoint of ["kept@1=kill", "dealt@3=kill", "kept@3=kill", "dealt@17=kill"])
		expect(await workedOn({ ...order, failpoint })).toBeNull();
	expect(await workedOn(order)).toBe(0);
	const opened = await openStore(store);
	await expectWhole(place.path, opened);
	await opened.close();
});

it("on JetStream: killed at its places, and the leader of the stream meanwhile", async () => {
	using place = folder();
	await using cluster = await startNatsCluster({ servers: 3 });
	const namespace = randomUUID();
	const store = addressOf(cluster.url, namespace, 3);
	const order = { folder: place.path, store, from: 0, count: NOTES };
	for (const failpoint of ["kept@2=kill", "dealt@9=kill"]) expect(await workedOn({ ...order, failpoint })).toBeNull();
	let killed: Promise<void> | undefined;
	const code = await workedOn({ ...order, everyMs: 40 }, () => {
		killed ??= (async () => {
			const leader = await cluster.leaderOf(`EVENTS_${namespace}`);
			await leader?.kill();
			await leader?.start();
		})();
	});
	await killed;
	expect(code).toBe(0);
	await cluster.ready();
	const opened = await openStore(store);
	await expectWhole(place.path, opened);
	await opened.close();
});

it("a full disk: what is announced waits in its outbox, in order, and leaves once there is room", async () => {
	await using notes = await openCollection<{ id: string }>({ name: "source", key: "id" });
	const whole = openMemoryStore();
	let isFull = true;
	const store: EventStore = Object.assign(Object.create(whole) as EventStore, {
		append: async (...given: Parameters<EventStore["append"]>) => {
			if (isFull && given[0].startsWith("announced/")) throw new StoreFull("announcements");
			return whole.append(...given);
		}
	});
	await using service = await Service.open("one");
	const node = await new Node(store, "n1", [service]).with();
	const stream = new OutboxStream(store, "source");
	const failures: unknown[] = [];
	const relay = new Relay(notes.adapter, {
		announce: async () => undefined,
		durable: {
			has: event => event === EVENT,
			append: all => stream.append(all.map(({ payload }) => payload as never))
		},
		failed: error => failures.push(error),
		againMs: 1
	});
	await relay.begin();
	for (const n of [1, 2, 3]) {
		await notes.collection.insert({ id: `${n}` }, { events: [{ event: EVENT, payload: noted("a", n) }] });
		await relay.run();
	}
	await until(() => failures.length >= 3);
	expect(failures[0]).toBeInstanceOf(StoreFull);
	expect(await notes.adapter.pending(10)).toHaveLength(3);
	isFull = false;
	await until(async () => (await service.done("a")) >= 3);
	expect(await service.effects()).toEqual({ a: [1, 2, 3] });
	await relay.end();
	await node.stop();
});
