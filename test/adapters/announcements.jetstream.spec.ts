import { randomUUID } from "node:crypto";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { type NatsCluster, startNatsCluster } from "../support/nats-cluster";
import { announcementsConformance } from "./announcements.conformance";
import { natsOf } from "./stores";

const SERVERS = 3;
let cluster: NatsCluster;
beforeAll(async () => {
	cluster = await startNatsCluster({ servers: SERVERS });
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

announcementsConformance("durable events on JetStream", () =>
	openJetStreamStore({
		nats: natsOf(cluster.url),
		namespace: randomUUID(),
		replicas: SERVERS,
		patienceMs: 30_000
	})
);
