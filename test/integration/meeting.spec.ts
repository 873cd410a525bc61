/** Nodes that meet at a real nats-server: who may be there, who is let in, what becomes of those that go. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, ServiceBroker } from "moleculer";
import { nkeys } from "nats";
import { cutOff } from "../../cluster/transport";
import { readConfig } from "../../moleculer.config";
import { openNode } from "../../node";
import { freePort, type Nats, startNats } from "../support/servers";
import { until } from "../support/until";
import { makeAuthority } from "../support/ways";

const CLUSTER_KEY = randomBytes(32).toString("base64");
let folder: string;
let nats: Nats;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-meeting-"));
	nats = await startNats();
});
afterAll(async () => {
	await nats?.kill();
	rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string): string => {
	writeFileSync(join(folder, name), text);
	return join(folder, name);
};
const settings = (url: string, more: Record<string, string> = {}) => ({
	TRANSPORTER: url,
	CLUSTER_KEY,
	NAMESPACE: "spec",
	DATA_DIR: join(folder, "none"),
	TRANSPORTER_TIMEOUT: "30000",
	LOG_LEVEL: "fatal",
	...more
});

/** A node of the product, as far as it meets others. */
async function enter(url: string, more: Record<string, string> = {}): Promise<{ stop(): Promise<void> }> {
	const log = file("log", "");
	return openNode({ services: ["transformer"], logFile: log }, settings(url, more));
}

interface Node extends AsyncDisposable {
	readonly broker: ServiceBroker;
	/** What its action was asked. */
	readonly done: unknown[];
}
const IS_READY = (node: Node, ...names: string[]): Promise<void> =>
	until(
		() =>
			names.every(name =>
				node.broker.registry.getNodeList({ onlyAvailable: true, withServices: false }).some(({ id }) => id === name)
			),
		`${node.broker.nodeID} knows ${names}`
	);

/** A node with a service of the test. */
async function work(url: string, NODE_ID: string, more: Record<string, string> = {}): Promise<Node> {
	const { services: _, ...options } = readConfig(settings(url, { NODE_ID, ...more }));
	const broker = new ServiceBroker({ ...options, logger: false, skipProcessEventRegistration: true });
	const done: unknown[] = [];
	broker.createService({
		name: "work",
		actions: {
			do: (ctx: Context<{ ms?: number }>) => {
				done.push(ctx.params);
				return new Promise(resolve => setTimeout(resolve, ctx.params.ms ?? 0, NODE_ID));
			}
		},
		events: { "work.done": (ctx: Context) => void done.push(ctx.params) }
	});
	await broker.start();
	return { broker, done, [Symbol.asyncDispose]: () => broker.stop() };
}

/** A node without services of its own, which asks. */
async function ask(url: string, more: Record<string, string> = {}): Promise<Node> {
	const { services: _, ...options } = readConfig(settings(url, { NODE_ID: "asking", ...more }));
	const broker = new ServiceBroker({ ...options, logger: false, skipProcessEventRegistration: true });
	await broker.start();
	return { broker, done: [], [Symbol.asyncDispose]: () => broker.stop() };
}

describe("who a node is", () => {
	const user = nkeys.createUser();
	const word = "p@ss:w/rd%41 ?#[]";

	it.each([
		[
			"a user and a password of any characters",
			["--user", "ü:@/%", "--pass", word],
			{},
			`${encodeURIComponent("ü:@/%")}:${encodeURIComponent(word)}@`
		],
		["a token", ["--auth", "to%ken@1"], { TRANSPORTER_TOKEN: "to%ken@1" }, ""],
		["a token in the address", ["--auth", "to%ken@1"], {}, `${encodeURIComponent("to%ken@1")}@`],
		["a token in a file", ["--auth", "token"], { TRANSPORTER_TOKEN_FILE: () => file("token", "token\n") }, ""]
	])("is %s", async (_, flags, more, login) => {
		await using server = await startNats(flags);
		const variables = Object.fromEntries(
			Object.entries(more).map(([name, value]) => [name, typeof value === "string" ? value : String(value())])
		);
		const url = server.url.replace("//", `//${login}`);
		await (await enter(url, variables)).stop();
		await expect(enter(server.url)).rejects.toThrow(
			/^NATS does not let this node in \(AUTHORIZATION_VIOLATION\): give it a login in TRANSPORTER/
		);
	});

	it("is the seed of an nkey in a file, which may be replaced", async () => {
		const other = nkeys.createUser();
		const config = file("nkey.conf", `authorization { users = [ { nkey: ${user.getPublicKey()} } ] }\n`);
		await using server = await startNats(["-c", config]);
		const seed = file("seed", `${Buffer.from(user.getSeed()).toString()}\n`);
		await (await enter(server.url, { TRANSPORTER_NKEY_FILE: seed })).stop();
		file("seed", Buffer.from(other.getSeed()).toString());
		await expect(enter(server.url, { TRANSPORTER_NKEY_FILE: seed })).rejects.toThrow(
			/^NATS does not let this node in \(AUTHORIZATION_VIOLATION\): correct what TRANSPORTER_NKEY_FILE holds\.$/
		);
	});

	it("is a certificate, where the server wants one", async () => {
		const { ca, serverCert, serverKey, clientCert, clientKey } = makeAuthority(folder);
		await using server = await startNats([
			"--tlsverify",
			"--tlscert",
			serverCert,
			"--tlskey",
			serverKey,
			"--tlscacert",
			ca
		]);
		const url = server.url.replace("nats://", "tls://");
		const shown = { TRANSPORTER_CA_FILE: ca, TRANSPORTER_CERT_FILE: clientCert, TRANSPORTER_KEY_FILE: clientKey };
		await (await enter(url, shown)).stop();
		await expect(enter(url, { TRANSPORTER_CA_FILE: ca, TRANSPORTER_TIMEOUT: "4000" })).rejects.toThrow(
			/^NATS does not answer \(.*for 4000 ms\).*hangs up without one of TRANSPORTER_CERT_FILE\.$/
		);
		await expect(enter(url, { ...shown, TRANSPORTER_CA_FILE: serverCert })).rejects.toThrow(/^NATS is not believed \(/);
	});

	it("is said once: in the address, or by one setting", async () => {
		const login = nats.url.replace("//", "//u:hunter2@");
		const seed = file("seed2", Buffer.from(user.getSeed()).toString());
		await expect(enter(login, { TRANSPORTER_NKEY_FILE: seed })).rejects.toThrow(
			/^TRANSPORTER and TRANSPORTER_NKEY_FILE each say who this node is to NATS: keep one of them\.$/
		);
		const wrong = file("wrong", "SUAhunter2");
		await expect(enter(nats.url, { TRANSPORTER_NKEY_FILE: wrong })).rejects.toThrow(/holds no seed of a user's nkey: /);
		await expect(enter(nats.url, { TRANSPORTER_CREDS_FILE: wrong })).rejects.toThrow(/holds no credentials: /);
		await expect(enter(nats.url, { TRANSPORTER_CERT_FILE: wrong })).rejects.toThrow(/belong together/);
	});
});

describe("a subject that NATS refuses", () => {
	const allowing = (denied: string): string => `
authorization { users = [ { user: node, password: word, permissions: {
	publish: { allow: ">" }
	subscribe: { allow: ">", deny: [ ${denied} ] }
} } ] }
`;
	const denying = async (denied: string): Promise<Nats> =>
		startNats(["-c", file(`deny-${denied.replace(/\W/g, "")}.conf`, allowing(JSON.stringify(denied)))]);
	const as = (server: Nats): string => server.url.replace("//", "//node:word@");

	it.each([["PING"], ["REQ.*"], ["INFO"]])(
		"%s stops a node at its start, with a sentence that names it",
		async kind => {
			await using server = await denying(`MOL-spec.${kind}`);
			await expect(enter(as(server), { NODE_ID: "one" })).rejects.toThrow(
				/^NATS refuses this node 'MOL-spec\.\w+(\.one)?', so it cannot work with others: allow its user .*'MOL-spec\.>', or .*\.$/
			);
		}
	);

	it("makes a node that met it later not ready, and deaf on nothing else", async () => {
		await using server = await denying("MOL-spec.LATER");
		await using node = await work(as(server), "worker");
		await using asking = await ask(as(server));
		await IS_READY(asking, "worker");
		expect(cutOff(node.broker)).toBeUndefined();
		const { tx } = node.broker.transit as unknown as { tx: { subscribe(kind: string): Promise<void> } };
		await tx.subscribe("LATER");
		await until(() => cutOff(node.broker) !== undefined);
		expect(cutOff(node.broker)).toMatch(/^NATS refuses this node 'MOL-spec\.LATER'/);
		expect(await asking.broker.call("work.do")).toBe("worker");
	});
});

describe("a node of another's name", () => {
	it("says so and ends; the one that was there before misses no call", async () => {
		await using first = await work(nats.url, "twin", { NAMESPACE: "twins" });
		await using asking = await ask(nats.url, { NAMESPACE: "twins" });
		await IS_READY(asking, "twin");
		const calls = Array.from({ length: 20 }, () => asking.broker.call("work.do", { ms: 200 }));
		await expect(enter(nats.url, { NODE_ID: "twin", NAMESPACE: "twins" })).rejects.toThrow(
			/^Another node is called 'twin' \(process \d+ on .*\): that one goes on, this one ends\. .*NODE_ID.*\.$/
		);
		expect(await Promise.all(calls)).toEqual(Array(20).fill("twin"));
		expect(first.done).toHaveLength(20);
		expect(await asking.broker.call("work.do")).toBe("twin");
	});

	it("that begins at the same moment: one of both stays", async () => {
		const both = await Promise.allSettled(
			[1, 2].map(() => enter(nats.url, { NODE_ID: "both", NAMESPACE: "together" }))
		);
		expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
		for (const each of both) if (each.status === "fulfilled") await each.value.stop();
	});

	it("may begin as soon as the other one is gone", async () => {
		await (await enter(nats.url, { NODE_ID: "again" })).stop();
		await (await enter(nats.url, { NODE_ID: "again" })).stop();
	});
});

describe.each([
	["nodes", "queues"],
	["queues", "nodes"]
])("where nodes share out calls by %s", (BALANCER, other) => {
	const shared = { NAMESPACE: `by-${BALANCER}`, BALANCER };
	it(`one that does by ${other} is refused; calls and events reach one of all`, async () => {
		await using one = await work(nats.url, "one", shared);
		await using two = await work(nats.url, "two", shared);
		await using asking = await ask(nats.url, shared);
		await IS_READY(asking, "one", "two");
		await expect(enter(nats.url, { ...shared, BALANCER: other, NODE_ID: "other" })).rejects.toThrow(
			new RegExp(`share out calls by BALANCER=${BALANCER} .*and this one by ${other}: set BALANCER=${BALANCER} here`)
		);
		await until(async () => {
			await asking.broker.call("work.do");
			return one.done.length > 0 && two.done.length > 0;
		}, "both are called");
		const before = one.done.length + two.done.length;
		await asking.broker.emit("work.done", {});
		await until(() => one.done.length + two.done.length > before);
		expect(one.done.length + two.done.length).toBe(before + 1);
	});
});

describe("where NATS goes away under nodes", () => {
	it("they are not ready, hold calls for a moment, and go on when it is back", async () => {
		const port = await freePort();
		const args = ["--port", String(port)];
		const url = `nats://127.0.0.1:${port}`;
		const first = await startNats(args);
		await using node = await work(url, "worker");
		await using asking = await ask(url);
		await IS_READY(asking, "worker");
		await first.kill();
		await until(() => cutOff(asking.broker) !== undefined);
		expect(cutOff(asking.broker)).toMatch(
			/^Not connected to NATS since \d{4}-\d\d-\d\dT.*Z: other nodes cannot be reached\.$/
		);
		const held = asking.broker.call("work.do");
		await using _second = await startNats(args);
		expect(await held).toBe("worker");
		expect(cutOff(asking.broker)).toBeUndefined();
		expect(node.done).toHaveLength(1);
	});

	it("a call ends with an error that may be retried, and a node with its stop", async () => {
		const server = await startNats();
		const node = await work(server.url, "worker");
		const asking = await ask(server.url);
		await IS_READY(asking, "worker");
		await server.kill();
		await until(() => cutOff(asking.broker) !== undefined);
		await expect(asking.broker.call("work.do")).rejects.toMatchObject({ retryable: true });
		await Promise.all([node.broker.stop(), asking.broker.stop()]);
	});

	it("they go over to another server that is named", async () => {
		const route = await freePort();
		const one = await startNats(["--cluster_name", "c", "--cluster", `nats://127.0.0.1:${route}`]);
		await using two = await startNats([
			"--cluster_name",
			"c",
			"--cluster",
			`nats://127.0.0.1:${await freePort()}`,
			"--routes",
			`nats://127.0.0.1:${route}`
		]);
		const both = `${one.url},${two.url.replace("nats://", "")}`;
		await using _worker = await work(both, "worker");
		await using asking = await ask(both);
		await IS_READY(asking, "worker");
		await one.kill();
		await until(async () => (await asking.broker.call("work.do").catch(() => "")) === "worker");
		expect(cutOff(asking.broker)).toBeUndefined();
	});
});
