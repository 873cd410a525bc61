/**
 * Nodes that prove who they are, on a real NATS: whoever has the cluster's key and no identity, or not the one that they
 * say, gets nothing; and nothing is lost while nodes get identities, others, or lose them.
 */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { connect, type NatsConnection } from "nats";
import type { Identity } from "../../adapters/identity/identity";
import { ProvenSeal } from "../../adapters/identity/proven-seal";
import { letIn } from "../../cluster/vouched";
import { sealed } from "../../middlewares/sealed.middleware";
import { readConfig } from "../../moleculer.config";
import { TestAuthority } from "../support/identities";
import { type Nats, startNats } from "../support/servers";
import { until } from "../support/until";

const NAMESPACE = "spec";
const KEY = randomBytes(32);
const DAY_MS = 86_400_000;
const [authority, foreign] = [new TestAuthority(), new TestAuthority()];

let folder: string;
let nats: Nats;
let bus: NatsConnection;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-identity-"));
	nats = await startNats();
	bus = await connect({ servers: nats.url });
});
afterAll(async () => {
	await bus.close();
	await nats.kill();
	for (const each of [folder, authority.folder, foreign.folder]) rmSync(each, { recursive: true, force: true });
});

interface Node {
	readonly broker: ServiceBroker;
	/** What it warned of. */
	readonly said: string[];
}

async function open(
	name: string,
	services: readonly ServiceSchema[],
	more: Record<string, string> = {}
): Promise<Node> {
	const { services: _, ...options } = readConfig({
		TRANSPORTER: nats.url,
		NAMESPACE,
		NODE_ID: name,
		CLUSTER_KEY: KEY.toString("base64"),
		DATA_DIR: join(folder, name),
		HEARTBEAT_INTERVAL: "1",
		HEARTBEAT_TIMEOUT: "3",
		...more
	});
	return started(new ServiceBroker({ ...options, logger: false, skipProcessEventRegistration: true }), services);
}

async function started(broker: ServiceBroker, services: readonly ServiceSchema[]): Promise<Node> {
	const said: string[] = [];
	broker.logger.warn = (...words: unknown[]): void => void said.push(words.join(" "));
	for (const each of services) broker.createService(each);
	await broker.start();
	return { broker, said };
}

/** A node that passes its own start with whatever it shows: nobody's program but an attacker's. */
async function intruder(name: string, services: readonly ServiceSchema[], identity?: Identity): Promise<Node> {
	const source = { keys: [KEY], file: null, dataDir: folder };
	const authorities = TestAuthority.trusting(authority, foreign);
	const proving = (broker: ServiceBroker, keys: readonly Buffer[]) =>
		new ProvenSeal({
			keys,
			namespace: NAMESPACE,
			nodeID: broker.nodeID,
			identity: identity as Identity,
			authorities,
			isRequired: false
		});
	const broker = new ServiceBroker({
		namespace: NAMESPACE,
		nodeID: name,
		logger: false,
		transporter: { type: "NATS", options: { servers: [nats.url] } } as never,
		heartbeatInterval: 1,
		requestTimeout: 2_000,
		skipProcessEventRegistration: true,
		middlewares: [identity ? sealed(source, proving) : sealed(source)]
	});
	return started(broker, services);
}

const refusals = ({ broker }: Node): Record<string, number> =>
	Object.fromEntries(
		((broker.metrics.getMetric("banyan.packets.refused")?.snapshot() ?? []) as unknown as Counted[]).map(
			({ labels, value }) => [labels.reason, value]
		)
	);
interface Counted {
	readonly labels: { readonly reason: string };
	readonly value: number;
}
const counted = (node: Node, reason: string): number => refusals(node)[reason] ?? 0;
const nodesOf = ({ broker }: Node): string[] =>
	broker.registry.getNodeList({ onlyAvailable: true, withServices: false }).map(({ id }: { id: string }) => id);

/** What the owner did, and heard. */
const done: string[] = [];
const owning: ServiceSchema = {
	name: "extractor",
	actions: {
		secrets: { internal: ["migration"], handler: () => void done.push("secrets") } as never,
		streams: () => void done.push("streams"),
		plan: { outside: ["migration"], handler: () => void done.push("plan") } as never
	},
	events: { "migration.ended": () => void done.push("ended"), "notify.sent": () => void done.push("sent") }
};
const asking = (name: string): ServiceSchema => ({
	name,
	actions: { ask: ctx => ctx.call(ctx.params.action, {}, { timeout: 3_000, ...ctx.params.options }) }
});

/** A door: somebody let in is said to ask. */
const letting = (): ServiceSchema => ({
	name: "gateway",
	actions: {
		ask: ctx => {
			const caller = { id: "k-1", scopes: ["migration:read"] };
			letIn(ctx.broker, caller, "here");
			return ctx.call(ctx.params.action, {}, { ...ctx.params.options, meta: { caller } });
		}
	}
});

describe("nodes that require it", () => {
	let [owner, friend, notifier]: Node[] = [];
	beforeAll(async () => {
		authority.issue("stages-1", ["extractor"]);
		authority.issue("migration-1", ["migration"]);
		authority.issue("notify-1", ["notify"]);
		owner = await open("stages-1", [owning], authority.variables("stages-1"));
		friend = await open("migration-1", [asking("migration")], authority.variables("migration-1"));
		notifier = await open("notify-1", [asking("notify")], authority.variables("notify-1"));
		for (const node of [friend, notifier]) await node.broker.waitForServices("extractor", 20_000);
		await owner.broker.waitForServices(["migration", "notify"], 20_000);
	});
	afterAll(() => Promise.all([owner, friend, notifier].map(node => node?.broker.stop())));
	beforeEach(() => {
		done.length = 0;
	});
	const [own, ally, other] = [() => owner as Node, () => friend as Node, () => notifier as Node];
	const ask = (node: Node, action: string, options: object = {}): Promise<unknown> =>
		node.broker.call(action, {}, options);

	it("answer each other, and those whom a contract names", async () => {
		await ally().broker.call("migration.ask", { action: "extractor.secrets" });
		await ally().broker.call("migration.ask", { action: "extractor.plan" });
		await other().broker.call("notify.ask", { action: "extractor.streams" });
		await ally().broker.broadcast("migration.ended", {});
		await until(() => done.length === 4, "all of it came");
		expect(done.toSorted()).toEqual(["ended", "plan", "secrets", "streams"]);
	});

	it("refuse a caller that a contract does not name, one that says it is another one, and one that says nothing", async () => {
		const forbidden = { code: 403, type: "FORBIDDEN" };
		const before = counted(own(), "impostor");
		await expect(other().broker.call("notify.ask", { action: "extractor.secrets" })).rejects.toMatchObject(forbidden);
		await expect(ask(other(), "extractor.secrets", { caller: "migration" })).rejects.toMatchObject({
			...forbidden,
			message: /may not speak for 'migration', and calls extractor\.secrets in its name/
		});
		// What is reached from outside is so by its doors: there somebody asks for a key.
		await expect(other().broker.call("notify.ask", { action: "extractor.plan" })).rejects.toMatchObject(forbidden);
		await expect(ask(other(), "extractor.plan")).rejects.toMatchObject(forbidden);
		await expect(ask(other(), "extractor.secrets")).rejects.toMatchObject({
			...forbidden,
			message: /a call of 'notify-1' that names no service may not call it/
		});
		expect(done).toEqual([]);
		expect(counted(own(), "impostor")).toBe(before + 1);
		expect(own().said.join("\n")).toMatch(/refused.*by a node that may not say it: 'notify-1' may not speak for/);
	});

	it("hear no event of a service that its sender may not speak for", async () => {
		const before = counted(own(), "impostor");
		await other().broker.broadcast("migration.ended", {});
		await other().broker.emit("migration.ended", {});
		await until(() => counted(own(), "impostor") >= before + 2, "both are refused");
		await other().broker.broadcast("notify.sent", {});
		await until(() => done.length > 0, "another one is heard");
		expect(done).toEqual(["sent"]);
	});

	it("do not believe that a node has a service that is not its own", async () => {
		const before = counted(ally(), "impostor");
		other().broker.createService({ name: "access", actions: { check: () => "stolen" } });
		await until(() => counted(ally(), "impostor") > before, "it is refused");
		expect(ally().broker.registry.actions.isAvailable("access.check")).toBe(false);
		expect(nodesOf(ally()).toSorted()).toEqual(["migration-1", "notify-1", "stages-1"]);
		await other().broker.destroyService("access");
	});

	it("take no word in another node's name, by whoever has an identity", async () => {
		const before = counted(own(), "impostor");
		const seal = new ProvenSeal({
			keys: [KEY],
			namespace: NAMESPACE,
			nodeID: "notify-1",
			identity: authority.issue("notify-1", ["notify"]),
			authorities: TestAuthority.trusting(authority),
			isRequired: true
		});
		const forge = (kind: string, payload: object): void => {
			const data = Buffer.from(JSON.stringify({ ver: ServiceBroker.PROTOCOL_VERSION, ...payload }));
			bus.publish(`MOL-${NAMESPACE}.${kind}`, seal.seal(kind, undefined, data) ?? data);
		};
		// It would be gone; it would have nothing; the owner itself would give way to an elder of its name.
		forge("DISCONNECT", { sender: "migration-1" });
		forge("INFO", { sender: "migration-1", services: [], instanceID: "x", seq: 1e9 });
		forge("INFO", { sender: "stages-1", services: [], instanceID: "x", seq: 1e9, metadata: { ageMs: 1e12 } });
		forge("HEARTBEAT", { sender: "migration-1", cpu: 0 });
		await bus.flush();
		await until(() => counted(own(), "impostor") >= before + 4, "all of it is refused");
		expect(own().broker.registry.actions.isAvailable("migration.ask")).toBe(true);
		await ally().broker.call("migration.ask", { action: "extractor.secrets" });
	});

	const stolen = (): Identity => ({
		...authority.issue("migration-9", ["migration"]),
		key: foreign.issue("z", []).key
	});
	it.each<readonly [what: string, reason: string, says: RegExp, identity: () => Identity | undefined]>([
		["no identity", "unidentified", /does not prove who it is, and NODE_IDENTITY=require/, () => undefined],
		[
			"one of another authority",
			"untrusted",
			/none of our authorities has signed/,
			() => foreign.issue("migration-9", ["migration"])
		],
		["a token without its key", "forged", /a copy of it without its key/, stolen],
		[
			"one that expired",
			"expired",
			/identity has expired/,
			() => authority.issue("migration-9", ["migration"], {}, Date.now() - 2 * DAY_MS)
		],
		[
			"one for later",
			"premature",
			/does not hold yet/,
			() => authority.issue("migration-9", ["migration"], {}, Date.now() + DAY_MS)
		],
		[
			"one for another node",
			"misplaced",
			/under a name that its identity is not for/,
			() => authority.issue("z", ["migration"])
		]
	])("hear nothing of a node with %s, and tell it nothing", async (_, reason, says, identity) => {
		const before = counted(own(), reason);
		const thief = await intruder(
			"migration-9",
			[asking("migration"), { name: "access", actions: { check: () => "x" } }],
			identity()
		);
		try {
			await until(() => counted(own(), reason) > before, "it is refused");
			await thief.broker.broadcast("migration.ended", {});
			// It may have heard of them: what they say to all is sealed with the cluster's key alone.
			await thief.broker.call("extractor.secrets", {}, { nodeID: "stages-1", caller: "migration" } as never).then(
				() => expect(true).toBe(false),
				(error: Error) => expect(error.message).not.toBe("")
			);
			expect(own().said.join("\n")).toMatch(says);
			for (const node of [own(), ally(), other()]) {
				expect(nodesOf(node)).not.toContain("migration-9");
				expect(node.broker.registry.actions.isAvailable("access.check")).toBe(false);
			}
			expect(done).toEqual([]);
		} finally {
			await thief.broker.stop();
		}
	});

	it("take nothing that is sent once more", async () => {
		const heard: { subject: string; data: Uint8Array }[] = [];
		const ears = bus.subscribe(">", { callback: (_error, { subject, data }) => void heard.push({ subject, data }) });
		await bus.flush();
		await ally().broker.call("migration.ask", { action: "extractor.secrets" });
		await ally().broker.broadcast("migration.ended", {});
		await until(() => done.length === 2 && heard.some(({ subject }) => subject.endsWith("HEARTBEAT")), "it came");
		ears.unsubscribe();
		const before = counted(own(), "replayed");
		const meant = heard.filter(({ subject }) => /\.stages-1$|HEARTBEAT$/.test(subject));
		for (const { subject, data } of heard) bus.publish(subject, data);
		await bus.flush();
		await until(() => counted(own(), "replayed") - before >= meant.length - 1, "all of it is refused");
		expect(done).toHaveLength(2);
	});

	it("a node that begins with what is not its own says so", async () => {
		const begun = (variables: Record<string, string>, services: readonly ServiceSchema[] = []): Promise<string> =>
			open("begun", services, variables).then(
				async ({ broker }) => broker.stop().then(() => "it began"),
				({ message }: Error) => message
			);
		authority.issue("begun", ["notify"], { nodes: ["other-*"] });
		expect(await begun(authority.variables("begun"))).toMatch(
			/is not this node's: it is for other-\*, and this node is 'begun'/
		);
		authority.issue("begun", ["notify"]);
		expect(await begun(authority.variables("begun"), [asking("access")])).toMatch(
			/may not speak for 'access', which this node runs/
		);
		expect(await begun({ ...authority.variables("begun"), NODE_AUTHORITIES_FILE: foreign.own.authorities })).toMatch(
			/none of the authorities in NODE_AUTHORITIES_FILE has signed it/
		);
		authority.issue("begun", [], {}, Date.now() - 2 * DAY_MS);
		expect(await begun(authority.variables("begun"))).toMatch(/it has expired/);
	});
});

/** Calls without end, a few at a time; what failed. */
class Load {
	readonly failed: string[] = [];
	asked = 0;
	private readonly ended = new AbortController();
	private readonly loops: Promise<void>[];

	constructor(private readonly callers: () => readonly Node[]) {
		this.loops = [0, 1, 2].map(nth => this.loop(nth));
	}

	private async loop(nth: number): Promise<void> {
		for (let turn = nth; !this.ended.signal.aborted; turn++) {
			const all = this.callers();
			const caller = all[turn % all.length];
			this.asked++;
			await caller?.broker
				.call("gateway.ask", { action: "migration.status", options: { timeout: 20_000 } })
				.catch(({ message }: Error) => this.failed.push(message));
			await sleep(5);
		}
	}

	async more(count = 60): Promise<void> {
		const from = this.asked;
		await until(() => this.asked >= from + count, `${count} more calls`);
	}

	async stop(): Promise<void> {
		this.ended.abort();
		await Promise.all(this.loops);
	}
}

describe("while calls go on", () => {
	const NAMES = ["gateway-1", "gateway-2", "migration-1", "migration-2"] as const;
	type Name = (typeof NAMES)[number];
	const nodes = new Map<Name, Node>();
	const serviceOf = (name: Name): string => name.split("-")[0] as string;
	const schemaOf = (name: Name): ServiceSchema =>
		name.startsWith("gateway") ? letting() : { name: "migration", actions: { status: () => "well" } };
	const issued = (name: Name): Identity => authority.issue(name, [serviceOf(name)]);
	/** Those that are not being begun anew. */
	const callers = (): Node[] => NAMES.slice(0, 2).flatMap(name => nodes.get(name) ?? []);

	async function begin(name: Name, variables: Record<string, string>): Promise<void> {
		const before = nodes.get(name);
		nodes.delete(name);
		// What it has asked is answered first.
		if (before && name.startsWith("gateway")) await sleep(300);
		await before?.broker.stop();
		const node = await open(name, [schemaOf(name)], { ...variables, STOP_DELAY: "300" });
		if (name.startsWith("gateway")) await node.broker.waitForServices("migration", 20_000);
		nodes.set(name, node);
	}

	let load: Load;
	beforeAll(async () => {
		for (const name of NAMES) issued(name);
		await Promise.all(NAMES.map(name => begin(name, {})));
		load = new Load(callers);
		await load.more();
	});
	afterAll(async () => {
		await load.stop();
		for (const { broker } of nodes.values()) await broker.stop();
	});
	afterEach(() => expect(load.failed).toEqual([]));
	const all = (): Node[] => [...nodes.values()];

	it("nodes get identities one after the other, and then nobody is heard without", async () => {
		for (const mode of ["accept", "require"] as const)
			for (const name of NAMES) {
				await begin(name, authority.variables(name, mode));
				await load.more(20);
			}
		expect(all().flatMap(node => Object.entries(refusals(node)))).toEqual([]);
	});

	it("every identity follows another one, of another authority at last, and the one before is retired", async () => {
		const renewed = async (): Promise<void> => {
			await sleep(2_100);
			for (const name of NAMES) issued(name);
			const due = Date.now() / 1000 + 86_400;
			const untilOf = ({ broker }: Node): number => {
				const gauge = broker.metrics.getMetric("banyan.identity.expiry.timestamp.seconds")?.snapshot();
				return ((gauge ?? []) as unknown as Counted[])[0]?.value ?? 0;
			};
			const isRenewed = (node: Node): boolean => untilOf(node) > due - 2;
			await until(() => all().every(isRenewed), "all have taken it");
			await load.more();
		};
		await renewed();
		authority.own.rotate();
		await sleep(2_500);
		await renewed();
		authority.own.retire();
		await sleep(2_500);
		await load.more();
		expect(all().flatMap(node => Object.entries(refusals(node)))).toEqual([]);
	});

	it("one that is withdrawn is nobody to all others within seconds", async () => {
		authority.own.withdraw("migration-2", Date.now());
		const begun = performance.now();
		const others = NAMES.filter(name => name !== "migration-2").map(name => nodes.get(name) as Node);
		await until(() => others.every(node => !nodesOf(node).includes("migration-2")), "it is gone everywhere");
		expect(performance.now() - begun).toBeLessThan(10_000);
		await load.more();
		await until(() => others.every(node => counted(node, "withdrawn") > 0), "what it says is refused");
		// Issued anew it is there again.
		issued("migration-2");
		await until(() => others.every(node => nodesOf(node).includes("migration-2")), "it is back");
	});
});
