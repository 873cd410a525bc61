/** Answers that are kept for all nodes in a real Redis: one of many is asked for, nobody reads or forges one, and all goes on without it. */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceBroker } from "moleculer";
import { readRedis } from "../../adapters/redis/address";
import { RedisAnswers } from "../../adapters/redis/answers";
import { RedisConnection } from "../../adapters/redis/connection";
import { RedisCount } from "../../adapters/redis/shared-count";
import { RedisWindows } from "../../adapters/redis/shared-windows";
import type { Broker } from "../../cluster";
import { setRedis } from "../../cluster/redis";
import { KeptAnswers } from "../../services/platform/gateway/kept/answers";
import { question } from "../support/kept-question";
import { type DataServer, startRedis } from "../support/servers";
import { until } from "../support/until";

let redis: DataServer;
let nodes: readonly Node[];
/** How often the action was asked, at both. */
let asked = 0;
let answer: (name: unknown) => Promise<unknown>;

interface Node {
	readonly broker: ServiceBroker;
	readonly kept: KeptAnswers;
	readonly connection: RedisConnection;
}

const opened = (broker: ServiceBroker): KeptAnswers => new KeptAnswers(broker as unknown as Broker, 1e6);

async function openNode(): Promise<Node> {
	const address = readRedis(redis.url);
	if (!address) throw new Error(redis.url);
	const source = { address, tls: () => ({}), namespace: "spec", commandMs: 10_000, secret: Buffer.alloc(32, 5) };
	const connection = new RedisConnection(source, () => undefined);
	await connection.open();
	const broker = new ServiceBroker({ logger: false, transporter: "Fake", nodeID: `gateway-${randomUUID()}` });
	setRedis(broker, {
		get state() {
			return connection.state;
		},
		count: rules => new RedisCount(connection, rules),
		windows: new RedisWindows(connection),
		answers: new RedisAnswers(connection)
	});
	await broker.start();
	return { broker, kept: opened(broker), connection };
}

beforeAll(async () => {
	redis = await startRedis();
	nodes = [await openNode(), await openNode()];
});
beforeEach(async () => {
	asked = 0;
	answer = async name => {
		await sleep(50);
		return { said: `vless://secret-${name}`, nth: asked };
	};
	await changed();
});
afterAll(async () => {
	for (const { broker, connection } of nodes ?? []) {
		connection.close();
		await broker.stop();
	}
	await redis?.[Symbol.asyncDispose]();
});

const read = async (index: number, name = "a"): Promise<unknown> => {
	const asking = question(name, () => {
		asked++;
		return answer(name);
	});
	const { answer: given } = await (nodes[index % 2] as Node).kept.give(asking);
	return JSON.parse(given.body.toString());
};
/** As the event says it, which each of them hears. */
const changed = async (): Promise<void> => {
	for (const { kept } of nodes) await kept.change("slow.read");
};
const many = (count: number, name = "a"): Promise<unknown[]> =>
	Promise.all(Array.from({ length: count }, (_, index) => read(index, name)));

it("of fifty at once at two nodes one is asked for, and its answer is everybody's", async () => {
	const answers = await many(50);
	expect(asked).toBe(1);
	expect(new Set(answers.map(each => JSON.stringify(each))).size).toBe(1);
	await many(10);
	expect(asked).toBe(1);
	await many(2, "b");
	expect(asked).toBe(2);
});

it("what changed is asked for anew at all nodes, and what was read before is not kept behind it", async () => {
	await many(2);
	await changed();
	await read(1);
	expect(asked).toBe(2);
	await changed();
	const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
	answer = async () => {
		await goesOn;
		return "old";
	};
	const old = read(0);
	await until(() => asked === 3);
	await changed();
	answer = async () => "new";
	const later = read(0);
	goOn();
	expect(await old).toBe("old");
	expect(await later).toBe("new");
	expect(await read(1)).toBe("new");
});

it("a failure is nobody's to keep", async () => {
	answer = () => Promise.reject(new Error("broken"));
	await expect(read(0)).rejects.toThrow("broken");
	answer = async () => "well";
	expect([await read(0), await read(1)]).toEqual(["well", "well"]);
	expect(asked).toBe(2);
});

it("in Redis it is sealed, under a digest, ends by itself, and a forged one is none", async () => {
	await read(0, "customer-anna");
	const client = nodes[0]?.connection.client as RedisConnection["client"];
	const names = (await client.keys("*")).filter(name => !name.endsWith("probe"));
	expect(names.length).toBeGreaterThanOrEqual(2);
	for (const name of names) {
		expect(name).not.toContain("anna");
		// -2: a lock that is over by now.
		expect(await client.pttl(name)).not.toBe(-1);
	}
	const [own = ""] = names.filter(name => /slow\.read:[\w-]{43}$/.test(name));
	const sealed = (await client.getBuffer(own)) as Buffer;
	expect(sealed.toString("latin1")).not.toContain("vless");
	await read(0, "other");
	const other = (await client.keys("*")).find(name => /slow\.read:[\w-]{43}$/.test(name) && name !== own) as string;
	for (const forged of [
		Buffer.from('{"said":"evil"}'),
		(await client.getBuffer(other)) as Buffer,
		sealed.subarray(1)
	]) {
		const before = asked;
		await client.set(own, forged, "EX", 60);
		// What it has in its own memory nobody forged.
		nodes = nodes.map(node => ({ ...node, kept: opened(node.broker) }));
		expect(await read(1, "customer-anna")).toMatchObject({ said: "vless://secret-customer-anna" });
		expect(asked).toBe(before + 1);
	}
});

it("while Redis is away each node keeps its own, and a call that it dies under is answered", async () => {
	const under = many(6);
	await until(() => asked > 0);
	await redis.kill();
	expect(await under).toHaveLength(6);
	await until(() => nodes.every(({ connection }) => !connection.state.up));
	asked = 0;
	await many(50, "c");
	expect(asked).toBe(2);
	await many(10, "c");
	expect(asked).toBe(2);
	for (const { kept } of nodes) await kept.change("slow.read");
	await many(10, "c");
	expect(asked).toBe(4);
	await redis.again();
	await until(() => nodes.every(({ connection }) => connection.state.up));
	asked = 0;
	await many(50, "d");
	expect(asked).toBe(1);
});
