/** What nodes count together in a real Redis: never more than the limit, whoever asks where; and a Redis that is away, frozen, full or refuses. */

import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import fc from "fast-check";
import type { TlsMaterial } from "../../adapters/certificate-files";
import { readRedis } from "../../adapters/redis/address";
import { RedisConnection, type RedisState } from "../../adapters/redis/connection";
import { RedisCount } from "../../adapters/redis/shared-count";
import type { SharedAttempt } from "../../domain/throttle";
import { type DataServer, startRedis } from "../support/servers";
import { until } from "../support/until";
import { makeAuthority } from "../support/ways";

const PASSWORD = "s3cret-of-redis";
/** A busy machine is slow, and its Redis not away. */
const PATIENT_MS = 10_000;
let server: DataServer;
beforeAll(async () => {
	server = await startRedis(["--requirepass", PASSWORD]);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Node extends AsyncDisposable {
	readonly redis: RedisConnection;
	readonly told: RedisState[];
	count(most: number, windowMs?: number): RedisCount;
}

/** A node's connection. Counts of two tests are told apart by their names. */
async function openNode(
	url = server.url,
	password = PASSWORD,
	{ tls = {}, commandMs = PATIENT_MS }: { tls?: TlsMaterial; commandMs?: number } = {}
): Promise<Node> {
	const address = readRedis(url.replace("://", `://:${password}@`));
	if (!address) throw new Error(url);
	const told: RedisState[] = [];
	const source = { address, tls: () => tls, namespace: "spec", commandMs, secret: Buffer.alloc(32, 7) };
	const redis = new RedisConnection(source, state => told.push(state));
	await redis.open();
	const name = `${expect.getState().currentTestName}`;
	return {
		redis,
		told,
		count: (most, windowMs = 60_000) => new RedisCount(redis, { name, most, windowMs }),
		[Symbol.asyncDispose]: async () => redis.close()
	};
}

type Counted = SharedAttempt | undefined;
const isLetIn = (attempt: Counted): boolean => attempt?.waitMs === 0;
const isUp = ({ redis }: Node): boolean => redis.state.up;

it("of a thousand at once at two nodes no more are let in than one may", async () => {
	await using one = await openNode();
	await using other = await openNode();
	const counts = [one.count(60), other.count(60)] as const;
	const all = await Promise.all(
		Array.from({ length: 1_000 }, (_, index) => counts[index % 2 === 0 ? 0 : 1].attempt("a"))
	);
	const letIn = all.filter(isLetIn);
	expect(letIn).toHaveLength(60);
	const refused = all.find(attempt => !isLetIn(attempt));
	expect(refused).toMatchObject({ spent: false });
	expect(refused?.waitMs).toBeGreaterThan(50_000);
	// Of another client nothing was counted.
	expect(isLetIn(await other.count(60).attempt("b"))).toBe(true);
	for (const attempt of letIn) attempt?.settle(true);
	await until(async () => (await one.count(60).attempt("a"))?.spent === true);
});

it("attempts that were none come back, whatever the order, and never more than were made", async () => {
	await using one = await openNode();
	await using other = await openNode();
	const MOST = 5;
	let run = 0;
	const step = fc.record({ at: fc.constantFrom(one, other), kind: fc.constantFrom("try", "none", "wrong") });
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
			const model = new Model(`${run++}`, MOST);
			for (const { at, kind } of steps) {
				if (kind === "try") await model.attempts(at);
				else await model.settles(kind === "wrong", [one, other]);
			}
		}),
		{ numRuns: 60 }
	);
});

/** What a count must be. */
class Model {
	private readonly open: Counted[] = [];
	private wrong = 0;

	constructor(
		private readonly who: string,
		private readonly most: number
	) {}

	async attempts(at: Node): Promise<void> {
		const attempt = await at.count(this.most).attempt(this.who);
		expect(isLetIn(attempt)).toBe(this.open.length + this.wrong < this.most);
		if (isLetIn(attempt)) this.open.push(attempt);
		else expect(attempt?.spent).toBe(this.wrong === this.most);
	}

	async settles(wrong: boolean, nodes: readonly Node[]): Promise<void> {
		const attempt = this.open.shift();
		attempt?.settle(wrong);
		if (attempt && wrong) this.wrong++;
		// Each connection keeps its order: what was settled is known to all by now.
		await Promise.all(nodes.map(({ redis }) => redis.client.ping()));
	}
}

it("what is settled behind the end of its window gives the next one nothing", async () => {
	await using node = await openNode();
	const first = await node.count(1, 1_000).attempt("a");
	await until(async () => isLetIn(await node.count(1, 1_000).attempt("a")));
	first?.settle(false);
	await node.redis.client.ping();
	expect(isLetIn(await node.count(1, 1_000).attempt("a"))).toBe(false);
});

it("keys are digests, under the namespace, and end by themselves", async () => {
	await using node = await openNode();
	await node.count(5).attempt("192.0.2.77");
	const keys = await node.redis.client.keys("*");
	expect(keys.length).toBeGreaterThan(0);
	for (const key of keys) {
		expect(key).toMatch(/^spec:(?:throttle:[\w-]{43}|probe)$/);
		const left = await node.redis.client.pttl(key);
		// -2: it is over by now.
		expect(left === -2 || left > 0).toBe(true);
	}
});

it("killed and started again: nothing waits, nothing gathers, and it counts again", async () => {
	await using redis = await startRedis();
	await using node = await openNode(redis.url, "");
	const count = node.count(10);
	expect(isLetIn(await count.attempt("a"))).toBe(true);
	await redis.kill();
	const began = performance.now();
	const during = await Promise.all(Array.from({ length: 2_000 }, () => count.attempt("a")));
	expect(performance.now() - began).toBeLessThan(2_000);
	expect(new Set(during)).toEqual(new Set([undefined]));
	const { state } = node.redis;
	expect(state).toMatchObject({
		up: false,
		since: expect.any(Number),
		why: expect.stringContaining("does not answer")
	});
	expect(queued(node)).toBe(0);
	await redis.again();
	await until(() => isUp(node));
	expect(isLetIn(await count.attempt("a"))).toBe(true);
	expect(node.told.map(({ up }) => up)).toEqual([true, false, true]);
});

it("frozen: only those under way wait, and not for long; thawed, it counts again", async () => {
	await using redis = await startRedis();
	await using node = await openNode(redis.url, "", { commandMs: 500 });
	const count = node.count(10_000);
	redis.freeze();
	const timed = async (): Promise<number> => {
		const began = performance.now();
		expect(await count.attempt("a")).toBeUndefined();
		return performance.now() - began;
	};
	await Promise.all(Array.from({ length: 50 }, timed));
	const later = await Promise.all(Array.from({ length: 500 }, timed));
	expect(Math.max(...later)).toBeLessThan(500);
	expect(node.redis.state).toMatchObject({ why: expect.stringContaining("REDIS_TIMEOUT") });
	redis.thaw();
	await until(() => isUp(node));
	expect(isLetIn(await count.attempt("a"))).toBe(true);
});

it("one that takes no writes is of no use, until it does", async () => {
	await using node = await openNode();
	await node.redis.client.config("SET", "maxmemory", "1");
	expect(await node.count(5).attempt("a")).toBeUndefined();
	expect(node.redis.state).toMatchObject({ up: false, why: expect.stringMatching(/^it takes no writes \(OOM/) });
	await node.redis.client.config("SET", "maxmemory", "0");
	await until(() => isUp(node));
	expect(isLetIn(await node.count(5).attempt("a"))).toBe(true);
});

it("a wrong password is told in a sentence without it", async () => {
	await using node = await openNode(server.url, "wr0ng-one");
	expect(node.redis.state).toMatchObject({ up: false, why: "it does not let this node in (WRONGPASS)" });
	expect(await node.count(5).attempt("a")).toBeUndefined();
	expect(JSON.stringify(node.told)).not.toContain("wr0ng");
});

it("away at the start: the node hears so at once", async () => {
	await using redis = await startRedis();
	await redis.kill();
	await using node = await openNode(redis.url, "");
	expect(node.told).toEqual([{ up: false, since: expect.any(Number), why: "it does not answer (ECONNREFUSED)" }]);
	await redis.again();
	await until(() => isUp(node));
});

it("with TLS it is met by the authority that is named, and by no other", async () => {
	const { ca, serverCert, serverKey } = makeAuthority(mkdtempSync(join(tmpdir(), "redis-tls-")));
	const ended = createTlsServer({ cert: readFileSync(serverCert), key: readFileSync(serverKey) }, socket => {
		const onward = connect(server.port, "127.0.0.1");
		socket.on("error", () => onward.destroy()).pipe(onward);
		onward.on("error", () => socket.destroy()).pipe(socket);
	});
	ended.listen(0, "127.0.0.1");
	await once(ended, "listening");
	const url = `rediss://127.0.0.1:${(ended.address() as AddressInfo).port}`;
	{
		await using trusting = await openNode(url, PASSWORD, { tls: { ca: readFileSync(ca) } });
		expect(isLetIn(await trusting.count(5).attempt("a"))).toBe(true);
		await using strange = await openNode(url);
		expect(strange.redis.state).toMatchObject({
			up: false,
			why: expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED/)
		});
	}
	ended.close();
});

/** Commands that wait for an answer, or for a connection. */
const queued = ({ redis: { client } }: Node): number => {
	const queues = client as unknown as {
		readonly commandQueue: { length: number };
		readonly offlineQueue: { length: number };
	};
	return queues.commandQueue.length + queues.offlineQueue.length;
};
