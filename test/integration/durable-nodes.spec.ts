/** Durable events between nodes that share JetStream and MongoDB: each is heard by one node of a service, whoever comes or goes. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { events } from "../../contracts/platform/events";
import { textOf } from "../../domain/unknown";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { until } from "../support/until";

const KEYS = 16;
let cluster: ClusterNodes;
let first: Broker;
beforeAll(async () => {
	cluster = await startCluster({ EVENT_TRIES: "3", EVENT_RETRY_FIRST: "5", GATEWAY_PORT: "0" });
	first = await cluster.open({ id: "one", services: "gateway,access,idempotency,events" });
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const asked = (client: string) => ({ client, key: "once", digest: "d" });
const stateOf = async (node: Broker, client: string): Promise<string> =>
	(await node.call("idempotency.begin", asked(client))).state;

/** An API key that has an answer kept. */
async function answered(node: Broker): Promise<string> {
	const { id } = await node.call("access.create", { name: "one of many", scopes: ["keys:manage"] });
	await node.call("idempotency.begin", asked(id));
	const answer = { status: 201, location: null, body: {} };
	await node.call("idempotency.finish", { client: id, key: "once", answer });
	return id;
}
const delivered = (node: Broker): number => {
	const values = node.metrics.getMetric(events.metrics.delivered.name)?.snapshot() ?? [];
	return (values as { value: number }[]).reduce((sum, { value }) => sum + value, 0);
};
/** Whoever asks begins anew: each is seen to be so once. */
async function forgotten(node: Broker, ids: readonly string[]): Promise<void> {
	for (const id of ids)
		await until(async () => (await stateOf(node, id)) === "new", `the answer to ${id} is forgotten`);
}

it("of two nodes of a service each hears its share, and each event is heard once", async () => {
	const second = await cluster.open({ id: "two", services: "access,idempotency,events" });
	const ids = await Promise.all(Array.from({ length: KEYS }, (_, at) => answered(at % 2 ? second : first)));
	await Promise.all(ids.map((id, at) => (at % 2 ? first : second).call("access.revoke", { id })));
	await until(() => delivered(first) + delivered(second) >= KEYS, "all are delivered");
	await forgotten(first, ids);
	expect(delivered(first) + delivered(second)).toBe(KEYS);
	expect(Math.min(delivered(first), delivered(second))).toBeGreaterThan(0);
	expect(await second.call("events.waiting")).toBe(0);
	await cluster.stop(second);
});

it("goes on with one node, and what was announced while no node listened is heard by the next", async () => {
	const third = await cluster.open({ id: "three", services: "idempotency" });
	const ids = [await answered(first), await answered(first)];
	await first.call("access.revoke", { id: ids[0] ?? "" });
	await cluster.stop(third);
	await first.call("access.revoke", { id: ids[1] ?? "" });
	await forgotten(first, ids);
});

it("what cannot be dealt with is seen at the door, told by health, and delivered again from there", async () => {
	const key = readFileSync(join(cluster.folder, "one", "api-key"), "utf8").trim();
	const url = textOf(first.getLocalService("gateway"), "address");
	const ask = async (method: string, path: string, body?: object): Promise<{ status: number; said: unknown }> => {
		const answer = await fetch(`${url}${path}`, {
			method,
			headers: { "x-api-key": key, "content-type": "application/json" },
			...(body && { body: JSON.stringify(body) })
		});
		return { status: answer.status, said: await answer.json() };
	};
	const service = first.getLocalService("idempotency") as unknown as { requests: { write: unknown } };
	const { write } = service.requests;
	service.requests.write = () => Promise.reject(new Error("no room"));
	const id = await answered(first);
	await first.call("access.revoke", { id });
	await until(async () => (await first.call("events.waiting")) === 1, "it is laid aside");
	service.requests.write = write;
	expect(await ask("GET", "/api/v1/events/dead-letters?service=idempotency")).toMatchObject({
		status: 200,
		said: [{ key: id, tries: 3, reason: "no room" }]
	});
	await until(async () => JSON.stringify((await ask("GET", "/health/detailed")).said).includes("banyan events list"));
	expect(await ask("POST", "/api/v1/events/dead-letters/replay", { service: "idempotency" })).toMatchObject({
		status: 200,
		said: [{ key: id }]
	});
	await forgotten(first, [id]);
	expect(await ask("POST", "/api/v1/events/dead-letters/drop", {})).toMatchObject({ status: 400 });
	expect(await ask("POST", "/api/v1/events/replay", { service: "nobody" })).toMatchObject({ status: 422 });
});
