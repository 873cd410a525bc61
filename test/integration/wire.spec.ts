/**
 * Who is let in to NATS, and what each may say and hear there, by the permissions that follow from the contracts, on a real
 * nats-server: certificates made by the script, users by the function that prints them for operators.
 */

import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as tlsConnect } from "node:tls";
import { type Context, ServiceBroker } from "moleculer";
import { type ConnectionOptions, connect, type NatsConnection } from "nats";
import { Fetching } from "../../adapters/claims/fetching";
import { CONTRACTS } from "../../contracts/cluster";
import { inboxOf, permissionsOf, usersText } from "../../domain/platform/nats-permissions";
import { codeOf, messageOf } from "../../domain/unknown";
import { GROUPS } from "../../local/shape";
import { readConfig } from "../../moleculer.config";
import { openNode } from "../../node";
import { certificates, madeAt, newAuthority } from "../support/certificates";
import { type Nats, startNats } from "../support/servers";
import { until } from "../support/until";

const NAMESPACE = "spec";
const CLUSTER_KEY = randomBytes(32).toString("base64");
const folder = mkdtempSync(join(tmpdir(), "banyan-wire-"));
const own = join(folder, "own");
const others = join(folder, "others");
let nats: Nats;
let url: string;

const configText = (): string => `
jetstream { store_dir: ${JSON.stringify(join(folder, "jetstream"))}, sync_interval: always }
tls {
  cert_file: ${JSON.stringify(madeAt(own, "nats").cert)}
  key_file: ${JSON.stringify(madeAt(own, "nats").key)}
  ca_file: ${JSON.stringify(madeAt(own, "nats").ca)}
  verify_and_map: true
  timeout: "10s"
}
accounts {
  NODES {
    jetstream: enabled
    users: [
${usersText(permissionsOf({ groups: GROUPS, contracts: CONTRACTS, namespace: NAMESPACE }))}
    ]
  }
  OTHERS { users: [ { user: "CN=foreign" } ] }
}
`;

beforeAll(async () => {
	newAuthority(own, "nats", "foreign", "stranger", "operator", ...Object.keys(GROUPS));
	certificates(own, ["issue", "ended"], -1);
	newAuthority(others, "stages");
	writeFileSync(join(folder, "nats.conf"), configText());
	nats = await startNats(["-c", join(folder, "nats.conf")]);
	url = nats.url.replace("nats://", "tls://");
});
afterAll(async () => {
	await nats?.kill();
	rmSync(folder, { recursive: true, force: true });
});

const shown = (name: string, from = own): Record<string, string> => {
	const { cert, key } = madeAt(from, name);
	return { TRANSPORTER_CERT_FILE: cert, TRANSPORTER_KEY_FILE: key };
};
const settings = (more: Record<string, string>): Record<string, string> => ({
	TRANSPORTER: url,
	TRANSPORTER_CA_FILE: madeAt(own, "ca").ca,
	CLUSTER_KEY,
	NAMESPACE,
	NODE_GROUP: "stages",
	DATA_DIR: join(folder, "none"),
	TRANSPORTER_TIMEOUT: "8000",
	LOG_LEVEL: "fatal",
	...more
});

/** A node of the product, as far as it meets others. */
const enter = (more: Record<string, string>): ReturnType<typeof openNode> =>
	openNode({ services: ["transformer"], logFile: join(folder, "log") }, settings(more));

interface Node extends AsyncDisposable {
	readonly broker: ServiceBroker;
}

/** A node of a group, which answers under a name of its own. */
async function node(group: string, name: string, more: Record<string, string> = {}): Promise<Node> {
	const read = readConfig(settings({ NODE_GROUP: group, NODE_ID: `${group}.${name}`, ...shown(group), ...more }));
	const { services: _, ...options } = read;
	const broker = new ServiceBroker({ ...options, logger: false, skipProcessEventRegistration: true });
	broker.createService({
		name,
		actions: {
			do: (ctx: Context<{ n: number }>) => ctx.params.n + 1,
			echo: (ctx: Context<{ large?: string; size?: number }>) => ctx.params.large ?? "y".repeat(ctx.params.size ?? 0)
		}
	});
	await broker.start();
	return { broker, [Symbol.asyncDispose]: () => broker.stop() };
}

const knows = ({ broker }: Node, action: string): Promise<void> =>
	until(() => broker.registry.getActionList({ onlyAvailable: true }).some(({ name }) => name === action));

describe("a node is let in by its group's certificate alone", () => {
	it("with it, it meets the others", async () => {
		const there = await enter(shown("stages"));
		expect(there.nodeID).toMatch(/^stages\./);
		await there.stop();
	});

	it.each([
		["no certificate", {}, /^NATS does not answer \(.*for 8000 ms\).*hangs up without one of TRANSPORTER_CERT_FILE\.$/],
		[
			"one of another authority",
			shown("stages", others),
			/^NATS does not answer \(.*its authorities did not sign.*TRANSPORTER_CERT_FILE is CN=stages, signed by CN=Banyan authority/
		],
		[
			"one that has ended",
			shown("ended"),
			/^TRANSPORTER_CA_FILE, .* cannot be used: the certificate ended on .*: renew it\.$/
		],
		[
			"one that no user is called as",
			shown("stranger"),
			/^NATS does not let this node in \(AUTHORIZATION_VIOLATION\): none of its users is called as the subject of TRANSPORTER_CERT_FILE/
		],
		[
			"another group's",
			shown("access"),
			/^NATS refuses this node 'MOL-spec\.\w+\.stages\.[^']+', so it cannot work with others: .*\(NODE_GROUP\)/
		],
		[
			"a key that is not the certificate's",
			{ ...shown("stages"), TRANSPORTER_KEY_FILE: madeAt(own, "access").key },
			/cannot be used: the key is not the certificate's\.$/
		],
		["a name of another group", { ...shown("stages"), NODE_ID: "access.1" }, /call it 'stages\.access\.1'\.$/]
	])("%s: one sentence, in the time that was set", async (_, more, sentence) => {
		const began = Date.now();
		const entering = enter(more);
		await expect(entering).rejects.toThrow(sentence);
		await expect(entering).rejects.toThrow(/^[^\n]+$/);
		expect(Date.now() - began).toBeLessThan(20_000);
	});

	it("of another account it is alone: it sees nobody, asks nobody, and is seen by nobody", async () => {
		await using ours = await node("stages", "ours");
		await using theirs = await node("stages", "theirs", shown("foreign"));
		await using more = await node("gateway", "more");
		await knows(more, "ours.do");
		expect(await more.broker.call("ours.do", { n: 1 })).toBe(2);
		await expect(theirs.broker.call("ours.do", { n: 1 })).rejects.toThrow(/not found|not available/);
		for (const { broker } of [ours, more])
			expect(
				broker.registry.getNodeList({ onlyAvailable: true, withServices: false }).map(({ id }) => id)
			).not.toContain("stages.theirs");
	});
});

interface Client extends AsyncDisposable {
	readonly nats: NatsConnection;
	/** What it was refused. */
	readonly refused: string[];
}

/** Whoever has a group's certificate, and no more. */
async function client(group: string, more: Partial<ConnectionOptions> = {}): Promise<Client> {
	const { ca, cert, key } = madeAt(own, group);
	const tls = { caFile: ca, certFile: cert, keyFile: key };
	const opened = await connect({ servers: url.replace("tls://", ""), tls, inboxPrefix: inboxOf(group), ...more });
	const refused: string[] = [];
	void (async () => {
		for await (const { type, data } of opened.status()) if (type === "error") refused.push(String(data));
	})();
	return { nats: opened, refused, [Symbol.asyncDispose]: () => opened.close() };
}

const refusedFor = async (
	{ nats: { flush }, refused, nats: opened }: Client,
	work: () => unknown
): Promise<boolean> => {
	const before = refused.length;
	await work();
	await flush.call(opened);
	await sleep(50);
	return refused.length > before;
};

describe("whoever has a group's certificate", () => {
	const subject = (kind: string, group: string): string => `MOL-${NAMESPACE}.${kind}.${group}.1`;

	it("says what its services say, and nothing that is another group's to say", async () => {
		await using stages = await client("stages");
		for (const [to, isRefused] of [
			[subject("RES", "migration"), false],
			[`MOL-${NAMESPACE}.HEARTBEAT`, false],
			[subject("REQ", "migration"), true],
			[subject("REQ", "access"), false],
			[`MOL-${NAMESPACE}.REQB.access.check`, true],
			[subject("REQ", "gateway"), true],
			[subject("EVENT", "gateway"), true],
			[`MOL-${NAMESPACE}.REQB.migration.start`, true],
			["MOL-other.INFO", true],
			[`${inboxOf("migration")}.x`, true]
		] as const)
			expect([to, await refusedFor(stages, () => stages.nats.publish(to, "x"))]).toEqual([to, isRefused]);
	});

	it("hears what is for its nodes, and no other's requests, answers, or inbox", async () => {
		await using stages = await client("stages");
		const heard: string[] = [];
		for (const [to, isRefused] of [
			[subject("REQ", "stages"), false],
			[subject("REQ", "migration"), true],
			[subject("RES", "migration"), true],
			[`MOL-${NAMESPACE}.REQ.>`, true],
			[`MOL-${NAMESPACE}.>`, true],
			[">", true],
			["_INBOX.>", true],
			[`${inboxOf("migration")}.>`, true]
		] as const) {
			const callback = (error: unknown, { subject: on }: { subject: string }): void => void (error ?? heard.push(on));
			expect([to, await refusedFor(stages, () => stages.nats.subscribe(to, { callback }))]).toEqual([to, isRefused]);
		}
		await using migration = await client("migration");
		await using operator = await client("operator");
		operator.nats.publish(subject("REQ", "migration"), "secret");
		migration.nats.publish(subject("REQ", "stages"), "for them");
		await Promise.all([operator, migration].map(each => each.nats.flush()));
		await until(() => heard.length > 0);
		expect(heard).toEqual([subject("REQ", "stages")]);
	});

	it("appends and reads where its services keep events; nobody takes a stream away, empties or changes it", async () => {
		const name = `EVENTS_${NAMESPACE}`;
		await using migration = await client("migration");
		const api = await migration.nats.jetstreamManager({ checkAPI: false });
		await api.streams.add({ name, subjects: [`EVENTS.${NAMESPACE}.>`] });
		const js = migration.nats.jetstream();
		await js.publish(`EVENTS.${NAMESPACE}.migration.panel`, "one");
		expect((await api.streams.info(name)).state.messages).toBe(1);
		for (const group of ["migration", "stages", "access", "gateway", "operator"]) {
			await using each = await client(group);
			const manager = await each.nats.jetstreamManager({ checkAPI: false, timeout: 1_000 });
			for (const work of [
				() => manager.streams.delete(name),
				() => manager.streams.purge(name),
				() => manager.streams.deleteMessage(name, 1),
				() => manager.streams.update(name, { max_msgs: 1 }),
				() => manager.streams.add({ name: "OTHER", subjects: ["other"] })
			])
				expect(await work().then(String, codeOf)).toBe("PERMISSIONS_VIOLATION");
		}
		for (const group of ["stages", "gateway"]) {
			await using each = await client(group);
			const append = each.nats.jetstream({ timeout: 1_000 }).publish(`EVENTS.${NAMESPACE}.migration.panel`, "x");
			expect(await append.then(String, codeOf)).toMatch(/PERMISSIONS_VIOLATION|TIMEOUT|503/);
		}
		expect((await api.streams.info(name)).state).toMatchObject({ messages: 1, first_seq: 1 });
	});
});

describe("ports at which nodes are asked, with a certificate", () => {
	const large = "x".repeat(2 * 2 ** 20);
	const portCertificate = (name: string): Record<string, string> => {
		const { ca, cert, key } = madeAt(join(folder, "own"), name);
		return { TLS_CA_FILE: ca, TLS_CERT_FILE: cert, TLS_KEY_FILE: key };
	};
	const placeOf = ({ broker }: Node): { host: string; port: number } =>
		broker.metadata.http as { host: string; port: number };

	it("what is too large for NATS goes over TLS; whoever shows no certificate of the authority gets nothing, nor the metrics", async () => {
		await using answering = await node("stages", "large", portCertificate("stages"));
		await using asking = await node("gateway", "asks", portCertificate("gateway"));
		await knows(asking, "large.echo");
		expect(await asking.broker.call("large.echo", { large })).toBe(large);
		const metrics = answering.broker.metadata.metrics as { scheme: string; host: string; port: number };
		expect(metrics.scheme).toBe("https");
		const { ca, cert, key } = madeAt(others, "stages");
		const asked = ({ host, port }: { host: string; port: number }, path: string, more: object): Promise<unknown> =>
			new Promise(resolve => {
				const socket = tlsConnect({ host, port, ca: readFileSync(madeAt(join(folder, "own"), "ca").ca), ...more });
				socket.once("error", error => resolve(codeOf(error))).once("close", () => resolve("closed"));
				socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
				socket.once("data", chunk => resolve(String(chunk).split("\r\n")[0]));
			});
		const mine = madeAt(join(folder, "own"), "access");
		for (const [place, path, status] of [
			[placeOf(answering), "/0123456789abcdef0123456789abcdef", /^HTTP\/1\.1 404/],
			[metrics, "/metrics", /^HTTP\/1\.1 200/]
		] as const) {
			expect(await asked(place, path, {})).not.toMatch(/HTTP/);
			const theirs = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
			expect(await asked(place, path, theirs)).not.toMatch(/HTTP/);
			const shown = { cert: readFileSync(mine.cert), key: readFileSync(mine.key) };
			expect(await asked(place, path, shown)).toMatch(status);
			await expect(fetch(`http://${place.host}:${place.port}${path}`)).rejects.toThrow();
		}
	});

	it("a node that has no certificate says so, and whoever asked hears it", async () => {
		await using answering = await node("stages", "guarded", portCertificate("stages"));
		await using asking = await node("gateway", "bare");
		await knows(asking, "guarded.echo");
		const began = Date.now();
		await expect(asking.broker.call("guarded.echo", { size: large.length })).rejects.toThrow(/rejected/);
		expect(Date.now() - began).toBeLessThan(30_000);
		await using fetching = { own: new Fetching(1_000), [Symbol.asyncDispose]: () => fetching.own.close() };
		const claim = { ...placeOf(answering), tls: true, id: "0".repeat(32), key: "" } as const;
		await expect(fetching.own.stream(claim)).rejects.toThrow(/speaks TLS alone: set TLS_CERT_FILE here, too\.$/);
	});
});

it("certificates and their authority are replaced under load: no call fails, and the old ones are nobody's any more", async () => {
	await using answering = await node("stages", "answering");
	await using asking = await node("gateway", "asking");
	await knows(asking, "answering.do");
	const failed: string[] = [];
	let [asked, isOver] = [0, false];
	const load = (async () => {
		while (!isOver) {
			asked++;
			await asking.broker.call("answering.do", { n: asked }).catch((error: unknown) => failed.push(messageOf(error)));
			await sleep(2);
		}
	})();
	const step = async (...args: readonly string[]): Promise<void> => {
		if (args.length > 0) certificates(own, args);
		process.kill(nats.pid, "SIGHUP");
		const before = asked;
		await until(() => asked > before + 50);
	};
	const old = join(folder, "old");
	const stolen = madeAt(own, "stages");
	const kept = { cert: stolen.cert.replace(own, old), key: stolen.key.replace(own, old) };
	cpSync(own, old, { recursive: true });
	await step("renew", "nats,stages,gateway");
	await step("next-authority");
	await step("renew", "--all");
	await step("retire-authority");
	isOver = true;
	await load;
	expect(failed).toEqual([]);
	expect(asked).toBeGreaterThan(200);
	await using _new = await node("stages", "late");
	const { ca } = madeAt(own, "ca");
	const tls = { caFile: ca, certFile: kept.cert, keyFile: kept.key };
	await expect(connect({ servers: url.replace("tls://", ""), tls, reconnect: false })).rejects.toThrow();
	await using again = await client("stages");
	expect(again.nats.isClosed()).toBe(false);
	expect(answering.broker.nodeID).toBe("stages.answering");
});
