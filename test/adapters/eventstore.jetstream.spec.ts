import { randomUUID } from "node:crypto";
import type { EventStore } from "../../adapters/eventstore";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { type NatsCluster, startNatsCluster } from "../support/nats-cluster";
import { conformance } from "./conformance";
import { all } from "./events";
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

		conformance("the event store on JetStream", options => open(cluster.url, servers, options?.now));
	});
}
