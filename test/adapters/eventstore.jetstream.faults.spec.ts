/** Servers that die, freeze or fill up under writers: nothing acknowledged is lost, nothing is stored twice, and on they go. */

import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "nats";
import { StoreAway, StoreFull } from "../../adapters/errors";
import { type EventStore, NEW, VersionConflict } from "../../adapters/eventstore";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { watchKeeping } from "../../adapters/eventstore/jetstream/keeping";
import { streamNameOf } from "../../adapters/eventstore/jetstream/stream";
import { type Keeping, type Verdict, verdictOf } from "../../domain/platform/keeping";
import { type CuttingProxy, startCuttingProxy } from "../support/cutting-proxy";
import { asRoot, fillDisk, makeRoom, mountDisk, unmountDisk } from "../support/disks";
import { type NatsCluster, type NatsServer, startNatsCluster } from "../support/nats-cluster";
import { until } from "../support/until";
import { all, event } from "./events";
import { natsOf } from "./stores";

const WHOLE = process.env.FAULTS === "all";
const open = (url: string, namespace: string, more: object = {}): Promise<EventStore> =>
	openJetStreamStore({ nats: natsOf(url), namespace, replicas: 3, patienceMs: 60_000, ...more });

interface Acknowledged {
	readonly stream: string;
	readonly id: string;
	readonly version: string;
}

/** Eight who write until they are told to stop, each to a stream of its own and to one that all share. */
class Writers {
	readonly acknowledged: Acknowledged[] = [];
	readonly slowest = { ms: 0 };
	private stopped = false;
	private readonly ended: Promise<unknown>;

	constructor(private readonly store: EventStore) {
		this.ended = Promise.all(Array.from({ length: 8 }, (_, writer) => this.write(`own/${writer}`, `${writer}`)));
	}

	/** So many more are acknowledged. */
	async more(count: number): Promise<void> {
		const wanted = this.acknowledged.length + count;
		await until(() => this.acknowledged.length >= wanted, `${count} more appends`);
	}

	async stop(): Promise<void> {
		this.stopped = true;
		await this.ended;
	}

	private async write(own: string, writer: string): Promise<void> {
		for (let at = 0; !this.stopped; at++) await this.insist(at % 4 === 3 ? "shared" : own, `${writer}-${at}`);
	}

	/** Until it is known what became of it: whoever met another version, or no answer, reads on before they decide anew. */
	private async insist(stream: string, id: string): Promise<void> {
		const since = performance.now();
		for (let from: string | undefined; ; ) {
			const found = await this.attempt(stream, id, from);
			if (found.version !== undefined) {
				this.slowest.ms = Math.max(this.slowest.ms, performance.now() - since);
				this.acknowledged.push({ stream, id, version: found.version });
				return;
			}
			({ from } = found);
		}
	}

	/** @param from where the last attempt began */
	private async attempt(
		stream: string,
		id: string,
		from?: string
	): Promise<{ version?: string; from?: string | undefined }> {
		let at = from;
		try {
			if (from !== undefined)
				for await (const { version, event: found } of this.store.read(stream, from))
					if (found.data === id) return { version };
			at = await this.store.version(stream);
			const { version } = await this.store.append(stream, at, [event(id)], id);
			return { version };
		} catch (error) {
			if (error instanceof VersionConflict || error instanceof StoreAway) return { from: from ?? at };
			throw error;
		}
	}
}

async function check(url: string, namespace: string, acknowledged: readonly Acknowledged[]): Promise<void> {
	const store = await open(url, namespace);
	const found = (await all(store.readAll())).map(
		({ stream, version, event: { data } }) => `${stream} ${version} ${data}`
	);
	await store.close();
	const ids = found.map(each => each.split(" ")[2]);
	// A writer whose append ended unknown, and who had read the stream anew since, has it stored under its id once.
	expect(new Set(ids).size).toBe(ids.length);
	expect(acknowledged.filter(({ stream, version, id }) => !found.includes(`${stream} ${version} ${id}`))).toEqual([]);
}

describe("three servers", () => {
	let cluster: NatsCluster;
	beforeAll(async () => {
		cluster = await startNatsCluster();
	});
	afterAll(() => cluster?.[Symbol.asyncDispose]());
	const others = (server: NatsServer): NatsServer[] => cluster.servers.filter(each => each !== server);
	const kill = async (servers: readonly NatsServer[], signal?: NodeJS.Signals): Promise<void> => {
		await Promise.all(servers.map(server => server.kill(signal)));
	};

	type Fault = (leader: NatsServer, writers: Writers) => Promise<void>;
	const faults: readonly (readonly [string, Fault])[] = [
		[
			"the leader is killed",
			async (leader, writers) => {
				await leader.kill();
				await writers.more(100);
				await leader.start();
			}
		],
		[
			"all are killed, and come back",
			async () => {
				await kill(cluster.servers);
				await Promise.all(cluster.servers.map(server => server.start()));
			}
		]
	];
	const more: readonly (readonly [string, Fault])[] = [
		[
			"a follower is killed",
			async (leader, writers) => {
				const [follower] = others(leader);
				await follower?.kill();
				await writers.more(100);
				await follower?.start();
			}
		],
		[
			"the leader is told to go",
			async (leader, writers) => {
				await leader.kill("SIGTERM");
				await writers.more(100);
				await leader.start();
			}
		],
		[
			"two are killed, the leader among them",
			async leader => {
				const dead = [leader, ...others(leader).slice(1)];
				await kill(dead);
				await new Promise(resolve => setTimeout(resolve, 3_000));
				await Promise.all(dead.map(server => server.start()));
			}
		],
		[
			"the leader freezes, and wakes",
			async (leader, writers) => {
				leader.signal("SIGSTOP");
				await writers.more(100);
				leader.signal("SIGCONT");
			}
		],
		[
			"each leader in turn is killed",
			async (_, writers) => {
				for (let turn = 0; turn < 3; turn++) {
					const leader = await cluster.leaderOf(current);
					await leader?.kill();
					await writers.more(100);
					await leader?.start();
					await cluster.ready();
				}
			}
		]
	];
	let current = "";

	it.each(WHOLE ? [...faults, ...more] : faults)(
		"L10: %s under eight writers: lost 0, twice 0",
		async (name, fault) => {
			const namespace = randomUUID();
			current = streamNameOf(namespace);
			const store = await open(cluster.url, namespace);
			const writers = new Writers(store);
			await writers.more(50);
			const leader = await cluster.leaderOf(current);
			if (!leader) throw new Error("The stream has no leader.");
			const since = performance.now();
			await fault(leader, writers);
			await writers.more(100);
			await writers.stop();
			await store.close();
			await cluster.ready();
			await check(cluster.url, namespace, writers.acknowledged);
			if (WHOLE)
				process.stderr.write(
					`${name}: ${writers.acknowledged.length} appends, slowest ${Math.round(writers.slowest.ms)} ms, all within ${Math.round(performance.now() - since)} ms\n`
				);
		}
	);
});

/** What a subscriber that rests now and then is given of a stream, until it has so many. */
async function slowly(store: EventStore, of: string, wanted: number): Promise<unknown[]> {
	const seen: unknown[] = [];
	for await (const { stream, event } of store.subscribe(undefined, AbortSignal.timeout(180_000))) {
		if (stream === of) seen.push(event.data);
		if (seen.length === wanted) break;
		if (seen.length % 100 === 99) await new Promise(resolve => setTimeout(resolve, 20));
	}
	return seen;
}

interface Disks extends AsyncDisposable {
	readonly cluster: NatsCluster;
	/** Of the server, in the order of theirs. */
	readonly folders: readonly string[];
}

/** Each server on a small disk of its own. */
async function startOnDisks(servers: number): Promise<Disks> {
	const root = mkdtempSync(join(tmpdir(), "banyan-nats-disks-"));
	const folders = Array.from({ length: servers }, (_, at) => join(root, `n${at + 1}`));
	for (const folder of folders) {
		mkdirSync(folder);
		mountDisk(folder, "size=40m");
	}
	const cluster = await startNatsCluster({ servers, folder: root });
	const dispose = async (): Promise<void> => {
		await cluster[Symbol.asyncDispose]();
		for (const folder of folders) unmountDisk(folder);
		rmSync(root, { recursive: true, force: true });
	};
	return { cluster, folders, [Symbol.asyncDispose]: dispose };
}

/** Appends until one fails, or so many are stored. Answers what is acknowledged, and why there is no more. */
async function fill(store: EventStore, most: number, prefix: string): Promise<{ stored: string[]; error?: unknown }> {
	const stored: string[] = [];
	while (stored.length < most) {
		const id = `${prefix}-${stored.length}`;
		try {
			await store.append(id, NEW, [event("x".repeat(20_000))], id);
			stored.push(id);
		} catch (error) {
			return { stored, error };
		}
	}
	return { stored };
}

asRoot(
	"a full disk: one server alone says that it may be that, reads on, and goes on after a start with room",
	async () => {
		await using disks = await startOnDisks(1);
		const { cluster, folders } = disks;
		const namespace = randomUUID();
		const store = await open(cluster.url, namespace, { replicas: 1, operationMs: 4_000 });
		const [server] = cluster.servers;
		fillDisk(folders[0] ?? "", 60);
		const { stored, error } = await fill(store, 100, "full");
		expect(error).toBeInstanceOf(StoreAway);
		expect(error).toMatchObject({
			message: expect.stringMatching(/a server whose disk is full says no more than that/)
		});
		const streams = async (): Promise<string[]> => (await all(store.readAll())).map(({ stream }) => stream);
		expect(await streams()).toEqual(stored);
		makeRoom(folders[0] ?? "");
		await server?.kill("SIGTERM");
		await server?.start();
		const after = await fill(store, 3, "after");
		expect(after.error).toBeUndefined();
		expect(await streams()).toEqual(expect.arrayContaining([...stored, ...after.stored]));
		expect(new Set(await streams()).size).toBe((await streams()).length);
		await store.close();
	}
);

asRoot("a full disk: of three servers the two others go on", async () => {
	await using disks = await startOnDisks(3);
	const { cluster, folders } = disks;
	const namespace = randomUUID();
	const store = await open(cluster.url, namespace);
	const { stored: before } = await fill(store, 3, "before");
	const leader = await cluster.leaderOf(streamNameOf(namespace));
	fillDisk(folders[cluster.servers.findIndex(({ name }) => name === leader?.name)] ?? "", 60);
	const { stored, error } = await fill(store, 40, "full");
	expect(error).toBeUndefined();
	expect((await all(store.readAll())).map(({ stream }) => stream)).toEqual([...before, ...stored]);
	await store.close();
});

it("a limit of the stream itself is a full store, at once", async () => {
	await using server = await startNatsCluster({ servers: 1 });
	const namespace = randomUUID();
	const store = await open(server.url, namespace, { replicas: 1 });
	const admin = await connect(natsOf(server.url));
	const jsm = await admin.jetstreamManager();
	await jsm.streams.update(streamNameOf(namespace), { max_bytes: 100_000 });
	const told: Verdict["status"][] = [];
	const stop = new AbortController();
	const tell = (found: Keeping | Error): void =>
		void told.push(found instanceof Error ? "down" : verdictOf(found).status);
	const watching = watchKeeping({ nats: natsOf(server.url), namespace, everyMs: 50 }, tell, stop.signal);
	await until(() => told.includes("up"), "there is room");
	const { stored, error } = await fill(store, 100, "full");
	expect(error).toBeInstanceOf(StoreFull);
	expect(error).toMatchObject({ message: expect.stringMatching(/the limit of its stream in JetStream is reached/) });
	expect((await all(store.readAll())).map(({ stream }) => stream)).toEqual(stored);
	await until(() => told.at(-1) === "degraded", "it is said that there is little room");
	stop.abort();
	await watching;
	await jsm.streams.update(streamNameOf(namespace), { max_bytes: -1 });
	expect((await fill(store, 2, "roomy")).error).toBeUndefined();
	await store.close();
	await admin.close();
});

describe("a connection that is lost", () => {
	const namespace = randomUUID();
	let server: NatsCluster;
	let proxy: CuttingProxy;
	let store: EventStore;
	beforeAll(async () => {
		server = await startNatsCluster({ servers: 1 });
		proxy = await startCuttingProxy(Number(new URL(server.url).port));
		store = await open(`nats://127.0.0.1:${proxy.port}`, namespace, { replicas: 1 });
	});
	afterAll(async () => {
		await store?.close();
		await proxy?.[Symbol.asyncDispose]();
		await server?.[Symbol.asyncDispose]();
	});

	it.each(["before", "after"] as const)(
		"L10: %s the servers have an append: it is stored, once, and acknowledged",
		async when => {
			let version: string = NEW;
			for (let at = 0; at < 12; at++) {
				const { cuts } = proxy;
				if (at % 2 === 1) proxy.cutAt(`cut-${when}-${at}`, when);
				const appended = await store.append(when, version, [event(at)], `cut-${when}-${at}`);
				expect(appended.repeated).toBe(at % 2 === 1 && when === "after");
				expect(proxy.cuts - cuts).toBe(at % 2);
				({ version } = appended);
			}
			expect((await all(store.read(when))).map(each => each.event.data)).toEqual(
				Array.from({ length: 12 }, (_, at) => at)
			);
		}
	);

	it("L10: the answer is lost, and others append behind it before it is asked for again: it is known, and stored once", async () => {
		const other = await open(server.url, namespace, { replicas: 1 });
		let version: string = NEW;
		for (let at = 0; at < 6; at++) {
			proxy.cutAt(`mine-${at}`, "after");
			const mine = store.append("shared", version, [event(`mine-${at}`)], `mine-${at}`);
			const before = version;
			await until(async () => (await other.version("shared")) !== before, "it is stored");
			const behind = await other.append(
				"shared",
				await other.version("shared"),
				[event(`theirs-${at}`)],
				`theirs-${at}`
			);
			expect(await mine).toMatchObject({ repeated: true });
			({ version } = behind);
		}
		const found = (await all(store.read("shared"))).map(each => each.event.data);
		expect(found).toEqual(Array.from({ length: 6 }, (_, at) => [`mine-${at}`, `theirs-${at}`]).flat());
		await other.close();
	});

	it("a subscription goes on behind the last that it gave; whoever takes them slowly gets all", async () => {
		const wanted = 600;
		const seen = slowly(store, "many", wanted);
		let version: string = NEW;
		for (let at = 0; at < wanted; at++) {
			if (at % 150 === 75) proxy.cutAt("CONSUMER.MSG.NEXT", at % 300 === 75 ? "before" : "after");
			({ version } = await store.append("many", version, [event([at, "x".repeat(5_000)])], `many-${at}`));
		}
		expect((await seen).map(each => (each as unknown[])[0])).toEqual(Array.from({ length: wanted }, (_, at) => at));
	});
});
