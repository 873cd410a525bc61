/** Whoever reaches NATS without the cluster's key has no effect: nothing is called, nothing read, no node made or lost. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { connect, type NatsConnection } from "nats";
import { CONTRACTS } from "../../contracts/cluster";
import { sealed } from "../../middlewares/sealed.middleware";
import { type Door, openDoor } from "../support/door";
import { type Nats, startNats } from "../support/servers";
import { until } from "../support/until";

const NAMESPACE = "spec";
const VER = ServiceBroker.PROTOCOL_VERSION;
const KEY = randomBytes(32).toString("base64");

let folder: string;
let nats: Nats;
let stranger: NatsConnection;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-bus-"));
	nats = await startNats();
	stranger = await connect({ servers: nats.url });
});
afterAll(async () => {
	await stranger.close();
	await nats.kill();
	rmSync(folder, { recursive: true, force: true });
});

const topic = (kind: string, node?: string): string => `MOL-${NAMESPACE}.${kind}${node ? `.${node}` : ""}`;
const forge = (kind: string, node: string | undefined, payload: object): void =>
	stranger.publish(topic(kind, node), JSON.stringify({ ver: VER, sender: "stranger", ...payload }));

/** All that passes on the bus, as it is. */
function sniff() {
	const heard: { subject: string; data: Uint8Array }[] = [];
	const subscription = stranger.subscribe(">", {
		callback: (_error, { subject, data }) => void heard.push({ subject, data })
	});
	return { heard, stop: () => subscription.unsubscribe() };
}

/** Moleculer's own actions and ours, with params that would do harm where they are known. */
const ACTIONS: readonly (readonly [action: string, params: object])[] = [
	...CONTRACTS.flatMap(({ name, actions }) => Object.keys(actions).map(action => [`${name}.${action}`, {}] as const)),
	["access.create", { name: "forged", scopes: ["keys:manage", "migration:run"] }],
	["access.revoke", { id: "0" }],
	[
		"links.record",
		{ migration: "m", links: [{ id: "1", username: "ann", keyDigest: "d", target: "http://evil.example" }] }
	],
	["gateway.rest", { method: "GET", url: "/api/v1/api-keys" }],
	...["list", "services", "actions", "events", "health", "options", "metrics"].map(
		name => [`$node.${name}`, {}] as const
	)
];
const request = (action: string, params: object) => ({
	id: `forged-${action}-${randomBytes(4).toString("hex")}`,
	action,
	params,
	meta: {},
	headers: {},
	timeout: 0,
	level: 1,
	tracing: null,
	parentID: null,
	requestID: null,
	caller: null
});
const service = (name: string) => ({
	name,
	fullName: name,
	settings: {},
	metadata: {},
	dependencies: [],
	actions: { [`${name}.check`]: { name: `${name}.check`, rawName: "check" } },
	events: { "access.changed": { name: "access.changed" } }
});
const info = (sender: string, services: readonly object[]) => ({
	sender,
	services,
	ipList: ["127.0.0.1"],
	hostname: "evil",
	client: { type: "nodejs", version: "0.15.2", langVersion: "v24" },
	config: {},
	instanceID: randomBytes(8).toString("hex"),
	metadata: {},
	seq: 1_000_000
});
const event = (name: string, data: object) => ({
	id: randomBytes(4).toString("hex"),
	event: name,
	data,
	groups: null,
	broadcast: true,
	meta: {},
	level: 1
});

describe("a server whose nodes meet at NATS", () => {
	let door: Door;
	beforeAll(async () => {
		const environment = { TRANSPORTER: nats.url, NAMESPACE, NODE_ID: "server", CLUSTER_KEY: KEY };
		door = await openDoor(folder, { ...environment, HEARTBEAT_INTERVAL: "1", HEARTBEAT_TIMEOUT: "3" });
	});
	afterAll(() => door[Symbol.asyncDispose]());

	const refused = async (): Promise<number> =>
		[...(await door.ask("/metrics", { key: door.key })).text.matchAll(/^banyan_packets_refused_total\{.*\} (\d+)/gm)]
			.map(([, count]) => Number(count))
			.reduce((sum, count) => sum + count, 0);

	it("does nothing of what a stranger sends, and lives", async () => {
		const answers: string[] = [];
		stranger.subscribe(topic("RES", "stranger"), { callback: (_error, { data }) => void answers.push(String(data)) });
		const keys = async () => {
			const { json } = await door.ask("/api/v1/api-keys");
			// When one was used is noted now and then, by our own asking.
			return (json as object[]).map(key => ({ ...key, lastUsedAt: null }));
		};
		const before = await keys();
		let sent = 0;
		const send: typeof forge = (...packet) => {
			sent++;
			forge(...packet);
		};
		for (const [action, params] of ACTIONS) send("REQ", "server", request(action, params));
		for (const name of ["access.changed", "migration.progressed", "$node.disconnected", "$shutdown"])
			send("EVENT", "server", event(name, { name: "m" }));
		// A node that would answer for the keys, and one that takes the server's name: Moleculer ends at that.
		send("INFO", undefined, info("stranger", [service("access"), service("evil")]));
		send("INFO", "server", info("stranger", [service("access"), service("evil")]));
		send("INFO", undefined, info("server", []));
		for (const sender of ["server", "stranger"]) {
			send("DISCONNECT", undefined, { sender });
			send("HEARTBEAT", undefined, { sender, cpu: 0 });
		}
		send("DISCOVER", undefined, {});
		send("DISCOVER", "server", {});
		send("PING", "server", { id: "1", time: 0 });
		send("PONG", "server", { id: "1", time: 0, arrived: 0 });
		send("RES", "server", { id: "x", success: true, data: {} });
		const bytes = [
			Buffer.alloc(0),
			Buffer.from("{"),
			Buffer.from("null"),
			Buffer.alloc(1_000_000, "["),
			Buffer.alloc(1_000_000, 0xb1),
			randomBytes(1_000_000),
			Buffer.from('{"__proto__":{"admin":true}}')
		];
		for (const kind of ["REQ", "RES", "EVENT", "INFO", "PING", "PONG", "DISCOVER"])
			for (const noise of bytes) {
				sent += Number(noise.length > 0);
				stranger.publish(topic(kind, "server"), noise);
			}
		await stranger.flush();
		await until(async () => (await refused()) >= sent, "all of it was heard and refused");

		expect(answers).toEqual([]);
		expect(await keys()).toEqual(before);
		expect((await door.ask("/ready")).status).toBe(200);
		const nodes = (await door.ask("/registry")).text + (await door.ask("/health/services")).text;
		expect(nodes).not.toMatch(/stranger|evil/);
		// It is said, and it does not fill the log.
		const lines = door.node
			.log()
			.split("\n")
			.filter(line => line.includes("is refused"));
		expect(lines.join("\n")).toMatch(/not sealed: from another program.*CLUSTER_KEY/);
		expect(lines.length).toBeLessThanOrEqual(6);
	});

	it("shows nothing of what its nodes say to each other", async () => {
		const { heard, stop } = sniff();
		const node = await open("onlooker", KEY);
		try {
			await node.waitForServices(["access", "links"]);
			await node.call("access.check", { key: "bny_distinctive-secret" });
			// What a stranger sent before made no link.
			expect(await node.call("links.count", {})).toBe(0);
			await until(async () => heard.filter(({ subject }) => /REQ|RES/.test(subject)).length >= 2, "it was heard");
		} finally {
			await node.stop();
			stop();
		}
		const all = heard.map(({ data }) => Buffer.from(data).toString("latin1")).join("\n");
		expect(all).not.toMatch(/distinctive|access|sender|services/);
	});

	it("and a node with another key hear nothing of each other; both say why", async () => {
		const said: string[] = [];
		const node = await open("newcomer", randomBytes(32).toString("base64"), { said });
		try {
			const why = /sealed with another key than ours.*CLUSTER_KEY/;
			await until(async () => said.some(line => why.test(line)), "the newcomer says why");
			await until(async () => why.test(door.node.log()), "the server says why");
			expect(node.registry.getNodeList({ onlyAvailable: true, withServices: false })).toHaveLength(1);
			expect((await door.ask("/registry")).text).not.toContain("newcomer");
		} finally {
			await node.stop();
		}
		expect((await door.ask("/ready")).status).toBe(200);
	});
});

interface Opened {
	readonly said?: string[];
	readonly done?: string[];
}

/** A node in this process. `done` hears each action and event that it takes. */
async function open(nodeID: string, key: string, { said = [], done }: Opened = {}): Promise<ServiceBroker> {
	const hear = (...args: unknown[]): void => void said.push(args.join(" "));
	const node = new ServiceBroker({
		namespace: NAMESPACE,
		nodeID,
		logger: false,
		transporter: { type: "NATS", options: { servers: [nats.url] } } as never,
		heartbeatInterval: 1,
		heartbeatTimeout: 30,
		metrics: true,
		middlewares: [
			sealed({ keys: [Buffer.from(key, "base64")], file: null, dataDir: folder }),
			{ created: (broker: ServiceBroker) => void Object.assign(broker.logger, { warn: hear }) } as never
		]
	});
	if (done)
		node.createService({
			name: nodeID,
			actions: {
				do: (ctx: { params: { what: string } }) => {
					done.push(ctx.params.what);
					return { by: nodeID };
				},
				slow: async () => {
					await new Promise(resolve => setTimeout(resolve, 300));
					return { by: nodeID };
				}
			},
			events: { "it.happened": (ctx: { params: { what: string } }) => void done.push(ctx.params.what) }
		});
	await node.start();
	return node;
}

describe("two nodes", () => {
	const done: string[] = [];
	let [asking, doing]: ServiceBroker[] = [];
	const refusals = (node: ServiceBroker): Record<string, number> =>
		Object.fromEntries(
			((node.metrics.getMetric("banyan.packets.refused")?.snapshot() ?? []) as unknown as Counted[]).map(
				({ labels, value }) => [labels.reason, value]
			)
		);
	interface Counted {
		readonly labels: { readonly reason: string };
		readonly value: number;
	}
	const total = (node: ServiceBroker): number => Object.values(refusals(node)).reduce((sum, count) => sum + count, 0);
	beforeAll(async () => {
		doing = await open("doing", KEY, { done });
		asking = await open("asking", KEY, { done: [] });
		await asking.waitForServices("doing");
	});
	afterAll(async () => {
		await asking?.stop();
		await doing?.stop();
	});
	const [a, b] = [() => asking as ServiceBroker, () => doing as ServiceBroker];

	it("take each packet once: sent again, elsewhere or as something else it has no effect", async () => {
		const { heard, stop } = sniff();
		await a().call("doing.do", { what: "call" });
		a().emit("it.happened", { what: "event" });
		a().broadcast("it.happened", { what: "broadcast" });
		await until(async () => done.length === 3 && heard.some(({ subject }) => subject.includes("HEARTBEAT")), "done");
		stop();
		const kinds = ["REQ", "RES", "EVENT", "INFO", "DISCOVER", "PING", "PONG"].flatMap(kind => [
			topic(kind, "doing"),
			topic(kind, "asking")
		]);
		const broadcast = ["INFO", "DISCONNECT", "HEARTBEAT", "DISCOVER"].map(kind => topic(kind));
		const before = [total(a()), total(b())] as const;
		let [toA, toB] = [0, 0];
		for (const { data } of heard)
			for (const subject of [...kinds, ...broadcast]) {
				stranger.publish(subject, data);
				toA += Number(!subject.endsWith(".doing"));
				toB += Number(!subject.endsWith(".asking"));
			}
		await stranger.flush();
		await until(async () => total(a()) - before[0] >= toA && total(b()) - before[1] >= toB, "all of it is refused");
		expect(done.toSorted()).toEqual(["broadcast", "call", "event"]);
		expect(a().registry.getNodeList({ onlyAvailable: true, withServices: false })).toHaveLength(2);
		expect(Object.keys(refusals(b())).toSorted()).toEqual(["foreign", "replayed"]);
	});

	it("take no answer from a stranger who knows the request's id", async () => {
		const { pendingRequests } = a().transit as unknown as { pendingRequests: Map<string, unknown> };
		const answer = a().call("doing.slow");
		await until(async () => pendingRequests.size > 0, "it is asked");
		const [id] = [...pendingRequests.keys()];
		for (const sender of ["doing", "stranger"])
			forge("RES", "asking", { sender, id, success: true, data: { by: "stranger" }, meta: {}, headers: {} });
		expect(await answer).toEqual({ by: "doing" });
	});

	it("that begin anew take nothing from before, though they have forgotten it", async () => {
		const { heard, stop } = sniff();
		done.length = 0;
		await a().call("doing.do", { what: "once" });
		await b().stop();
		stop();
		doing = await open("doing", KEY, { done });
		await a().waitForServices("doing");
		for (const { subject, data } of heard) stranger.publish(subject, data);
		await stranger.flush();
		await until(async () => (refusals(b()).before ?? 0) > 0, "it is refused");
		await a().call("doing.do", { what: "again" });
		expect(done).toEqual(["once", "again"]);
	});
});
