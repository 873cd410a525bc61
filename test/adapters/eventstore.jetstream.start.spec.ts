/** Servers that cannot keep events as they must be kept, or do not let us: each is one sentence that says what to do. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { connect, headers, type NatsConnection, type StreamConfig } from "nats";
import type { EventStore } from "../../adapters/eventstore";
import { openJetStreamStore } from "../../adapters/eventstore/jetstream";
import { type NatsCluster, startNatsCluster } from "../support/nats-cluster";
import { freePort, startNats } from "../support/servers";
import { all, insist } from "./events";
import { natsOf } from "./stores";

/** What docs/security.md says that a node's login needs, as nats-server reads it. */
const security = readFileSync(join(__dirname, "../../docs/security.md"), "utf8");
const [, grants = ""] = /<!-- grants -->\n```\n(.*?)```\n<!-- \/grants -->/s.exec(security) ?? [];
const CONFIG = `accounts {
	EVENTS: { jetstream: enabled, users: [
		{ user: admin, password: a },
		{ user: least, password: a, permissions: { ${grants} } },
		{ user: maker, password: a, permissions: {
			${grants.replace("publish: [", 'publish: [ "$JS.API.STREAM.CREATE.EVENTS_banyan"')}
		} },
		{ user: deaf, password: a, permissions: { publish: { allow: ">" }, subscribe: { deny: ">" } } }
	] },
	PLAIN: { users: [{ user: plain, password: a }] }
}`;

let server: NatsCluster;
let admin: NatsConnection;
beforeAll(async () => {
	server = await startNatsCluster({ servers: 1, config: CONFIG });
	admin = await connect(natsOf(as("admin")));
});
afterAll(async () => {
	await admin?.close();
	await server?.[Symbol.asyncDispose]();
});

const as = (user: string, password = "a"): string => server.url.replace("//", `//${user}:${password}@`);
interface Opening {
	readonly namespace?: string;
	readonly replicas?: number;
	readonly patienceMs?: number;
}
const open = (url: string, more: Opening = {}): Promise<EventStore> =>
	openJetStreamStore({ nats: natsOf(url), namespace: "banyan", replicas: 1, patienceMs: 60_000, ...more });

describe("JetStream is refused at the start", () => {
	it("where the account has none", async () => {
		await expect(open(as("plain"))).rejects.toThrow(
			/^The store 'EVENTS_banyan' cannot be kept there: the account of TRANSPORTER's login has no JetStream: /
		);
	});

	it("where no server has it, or none answers, after the time that was set", async () => {
		await using none = await startNats();
		await expect(open(none.url, { patienceMs: 1_500 })).rejects.toThrow(
			/does not answer \(for 1500 ms\): JetStream has nobody who leads, or is not enabled on these servers/
		);
		const away = `nats://127.0.0.1:${await freePort()}`;
		await expect(open(away, { patienceMs: 500 })).rejects.toThrow(
			/does not answer \(for 500 ms\): no NATS server of TRANSPORTER can be reached/
		);
	});

	it("at once where the login is wrong, or may not hear answers", async () => {
		await expect(open(as("admin", "b"))).rejects.toThrow(/does not let this node in \(AUTHORIZATION_VIOLATION\)/);
		await expect(open(as("deaf"))).rejects.toThrow(
			/needs a permission that TRANSPORTER's login has not \('Permissions/
		);
	});

	it.each([
		["2.9.10", 1_048_576, /nats-server 2\.9\.10 is too old, 2\.10\.23 or newer is needed/],
		["2.10.22", 1_048_576, /nats-server 2\.10\.22 is too old/],
		["2.12.0-RC.1", 131_072, /messages may have 131072 bytes there \(max_payload\), an append needs 1000000/]
	])("of nats-server %s with messages of %s bytes", async (version, max_payload, sentence) => {
		const info = { server_id: "N", server_name: "n", version, max_payload, headers: true, proto: 1, jetstream: true };
		const impostor = createServer(socket => {
			socket.write(`INFO ${JSON.stringify(info)}\r\n`);
			socket.on("data", text => String(text).includes("PING") && socket.write("PONG\r\n"));
			socket.on("error", () => undefined);
		}).listen(0, "127.0.0.1");
		await once(impostor, "listening");
		const { port } = impostor.address() as AddressInfo;
		await expect(open(`nats://127.0.0.1:${port}`)).rejects.toThrow(sentence);
		impostor.close();
	});

	it("where one server shall be three", async () => {
		await expect(open(as("admin"), { replicas: 3 })).rejects.toThrow(
			/EVENTS_REPLICAS is 3, and this NATS server is alone: join 3 as a cluster, or set EVENTS_REPLICAS=1/
		);
	});

	const other: [keyof StreamConfig | "allow_msg_ttl", unknown, RegExp][] = [
		["discard", "old", /discard is "old" and must be "new"/],
		["storage", "memory", /storage is "memory" and must be "file"/],
		["max_age", 5e9, /max_age is 5000000000 and must be 0/],
		["deny_delete", false, /deny_delete is false and must be true/],
		["deny_purge", false, /deny_purge is false and must be true/],
		["allow_direct", true, /allow_direct is true and must be false/],
		["allow_rollup_hdrs", true, /allow_rollup_hdrs is true and must be false|deny_purge is false/],
		["retention", "workqueue", /retention is "workqueue" and must be "limits"/],
		["max_msgs_per_subject", 7, /max_msgs_per_subject is 7 and must be -1/],
		["allow_msg_ttl", true, /allow_msg_ttl is true and must be "none"/],
		["max_msg_size", 4_096, /max_msg_size is 4096 and must be -1/]
	];
	it.each(other)("where its stream is there with another %s", async (field, value, sentence) => {
		const namespace = `other-${field}`;
		const jsm = await admin.jetstreamManager();
		const whole = { discard: "new", deny_delete: true, deny_purge: true, num_replicas: 1 };
		const rollup = field === "allow_rollup_hdrs" ? { deny_purge: false } : {};
		const config = {
			...whole,
			...rollup,
			name: `EVENTS_${namespace}`,
			subjects: [`EVENTS.${namespace}.>`],
			[field]: value
		};
		await jsm.streams.add(config as Partial<StreamConfig> as StreamConfig);
		await expect(open(as("admin"), { namespace })).rejects.toThrow(sentence);
		await expect(open(as("admin"), { namespace })).rejects.toThrow(
			/cannot be kept there: a stream of that name is there with other settings \(.*\): change it by `nats stream edit/
		);
	});

	it("where another stream takes its subjects", async () => {
		const jsm = await admin.jetstreamManager();
		await jsm.streams.add({ name: "GREEDY", subjects: ["EVENTS.greedy.a"] });
		await expect(open(as("admin"), { namespace: "greedy" })).rejects.toThrow(
			/another stream takes subjects of 'EVENTS/
		);
	});
});

describe("the least that a login needs", () => {
	it("is not enough to make the stream, and is to append, read and listen", async () => {
		await expect(open(as("least"))).rejects.toThrow(
			/is not there, and TRANSPORTER's login may not make it: start a node once/
		);
		await (await open(as("maker"))).close();
		const store = await open(as("least"));
		for (let i = 0; i < 40; i++) await insist(store, "a b/ü.*>", i, `${i}`);
		expect((await all(store.read("a b/ü.*>"))).map(each => each.event.data)).toEqual(
			Array.from({ length: 40 }, (_, i) => i)
		);
		expect(await store.streams("a b/")).toEqual(["a b/ü.*>"]);
		expect(await all(store.readAll())).toHaveLength(40);
		const stop = new AbortController();
		for await (const { event } of store.subscribe("39", stop.signal)) {
			expect(event.data).toBe(39);
			stop.abort();
		}
		await store.close();
	});

	it("neither deletes nor changes what is there, nor makes anything else", async () => {
		const least = await connect(natsOf(as("least")));
		const jsm = await least.jetstreamManager({ checkAPI: false, timeout: 5_000 });
		const name = "EVENTS_banyan";
		for (const attempt of [
			() => jsm.streams.delete(name),
			() => jsm.streams.purge(name),
			() => jsm.streams.deleteMessage(name, 1),
			() => jsm.streams.add({ name: "OTHER", subjects: ["other"] }),
			() => least.request(`$JS.API.STREAM.UPDATE.${name}`, JSON.stringify({ name, max_age: 1e9 })),
			() => least.request("$JS.API.STREAM.INFO.EVENTS_other")
		])
			await expect(attempt()).rejects.toMatchObject({ code: "PERMISSIONS_VIOLATION" });
		await least.close();
	});

	it("lets no way around: a message cannot take others with it", async () => {
		const least = await connect(natsOf(as("least")));
		const rollup = headers();
		rollup.set("Nats-Rollup", "all");
		const sent = least.jetstream().publish("EVENTS.banyan.x", "gone", { headers: rollup });
		await expect(sent).rejects.toThrow(/rollup not permitted/);
		await least.close();
	});

	it("L11: with all permissions, too, nothing is deleted or purged", async () => {
		const jsm = await admin.jetstreamManager();
		await expect(jsm.streams.purge("EVENTS_banyan")).rejects.toThrow(/purge not permitted/);
		await expect(jsm.streams.deleteMessage("EVENTS_banyan", 1)).rejects.toThrow(/delete not permitted/);
	});
});
