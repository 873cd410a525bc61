import { randomUUID } from "node:crypto";
import { connect } from "nats";
import { type EventStore, NEW } from "../../adapters/eventstore";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { type NatsCluster, startNatsCluster } from "../support/nats-cluster";
import { conformance } from "./conformance";
import { all, event, insist } from "./events";
import { addressOf, natsOf, openStore } from "./stores";
import { startWriter } from "./writer";

/** A namespace of its own is a store of its own. */
const open = (url: string, replicas: number, now?: () => Date): Promise<EventStore> =>
	openJetStreamStore({
		nats: natsOf(url),
		namespace: randomUUID(),
		replicas,
		patienceMs: 30_000,
		...(now && { now })
	});

for (const servers of [1, 3]) {
	describe(`on ${servers} server${servers > 1 ? "s" : ""}`, () => {
		let cluster: NatsCluster;
		beforeAll(async () => {
			cluster = await startNatsCluster({ servers });
		});
		afterAll(() => cluster?.[Symbol.asyncDispose]());

		it("L13: several processes lose no append to each other, and each version is one's", async () => {
			const namespace = randomUUID();
			const file = addressOf(cluster.url, namespace, servers);
			const streams = ["shared/a", "shared/b"];
			const writers = ["p", "q", "r"].map(name => startWriter({ file, name, streams, count: 30 }));
			for (const { ended } of writers) expect((await ended).code).toBe(0);
			const store = await openStore(file);
			const acknowledged = writers.flatMap(writer => writer.acknowledged);
			for (const stream of streams) {
				const found = await all(store.read(stream));
				expect(found.map(({ event }) => event.data).sort()).toEqual(
					acknowledged
						.filter(each => each.stream === stream)
						.map(({ id }) => id)
						.sort()
				);
				expect(new Set(found.map(({ version }) => version)).size).toBe(90);
			}
			await store.close();
		});

		it("keeps names that no subject could hold, and finds them", async () => {
			const store = await open(cluster.url, servers);
			const long = `long/${"n".repeat(3_000)}`;
			const names = [long, "a//b", "a/", "/", "a.b *>", "=", "=long/x", "$JS.API", "%2F", "🦉/ß", "a\nb", "A=41"];
			for (const name of names) await insist(store, name, name, "1");
			for (const name of names) {
				expect((await all(store.read(name))).map(({ stream, event }) => [stream, event.data])).toEqual([[name, name]]);
				expect(await store.streams(name)).toContain(name);
			}
			expect(await store.streams("")).toEqual([...names].sort());
			expect(await store.streams("long/n")).toEqual([long]);
			await expect(store.append("\ud800", NEW, [event(1)], "1")).rejects.toThrow(RangeError);
			await store.close();
		});

		it("passes over what others put between, and says so of a stream where they did", async () => {
			const namespace = randomUUID();
			const store = await openStore(addressOf(cluster.url, namespace, servers));
			await insist(store, "a", 1, "1");
			const other = await connect(natsOf(cluster.url));
			await other.jetstream().publish(`EVENTS.${namespace}.b`, "hello");
			await other.close();
			await insist(store, "a", 2, "2");
			expect((await all(store.readAll())).map(({ event }) => event.data)).toEqual([1, 2]);
			await expect(all(store.read("b"))).rejects.toThrow(/message 2 is no append: another program writes there/);
			await store.close();
		});

		conformance("the event store on JetStream", options => open(cluster.url, servers, options?.now));
	});
}
