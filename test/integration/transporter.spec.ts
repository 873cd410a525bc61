/** NATS that is away, does not let us in, or takes small messages alone: one sentence, in the time that was set. */

import { randomBytes } from "node:crypto";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { propertyOf } from "../../domain/unknown";
import { openStage, type Stage } from "../support/banyan";
import { freePort, startNats } from "../support/servers";
import { startNode } from "../support/started-node";
import { until } from "../support/until";
import { makeAuthority } from "../support/ways";

let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** A command that is a node among others: it fills in what its settings allow. */
const NODE = { TRANSPORTER_TIMEOUT: "4000", SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD" };
const plan = (transporter: string, file = stage.definition, more: Record<string, string> = {}) =>
	stage.banyan(["migration", "plan", file], { TRANSPORTER: transporter, ...NODE, ...more }).ended;

it("that does not answer", async () => {
	const { code, stderr } = await plan(`nats://127.0.0.1:${await freePort()}`);
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(
			/^banyan: NATS does not answer \(CONNECTION_REFUSED, for 4000 ms\): check the address in TRANSPORTER.*\n$/
		)
	]);
});

it("that knows another password", async () => {
	await using nats = await startNats(["--user", "banyan", "--pass", "right"]);
	const { code, stderr } = await plan(nats.url.replace("//", "//banyan:wrong-one@"));
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(
			/^banyan: NATS does not let this node in \(.*\): correct the user name and password in TRANSPORTER\.\n$/
		)
	]);
	expect(stderr).not.toContain("wrong-one");
});

it("whose messages are too small for a batch", async () => {
	const config = join(stage.folder, "nats.conf");
	writeFileSync(config, "max_payload: 131072\n");
	await using nats = await startNats(["-c", config]);
	const { code, stdout } = await plan(nats.url);
	expect([code, stdout]).toEqual([
		2,
		expect.stringMatching(
			/batch\.bytes is 300000, but a message between nodes holds 131072 bytes here .*set batch\.bytes to 42325 or less/
		)
	]);
	const smaller = stage.define({ batch: { bytes: 40_000, records: 20 } }, "smaller");
	expect((await plan(nats.url, smaller)).code).toBe(0);
});

it("that lies over a network without TLS or a login is not gone to", async () => {
	for (const [transporter, lacks] of [
		[
			"nats://node:hunter2@192.0.2.1:4222",
			/^banyan: TRANSPORTER leads over a network \(192\.0\.2\.1:4222\) without TLS/
		],
		["tls://192.0.2.1", /without a login.*TRANSPORTER_INSECURE=yes/],
		["nats://127.0.0.1,nats.example.com", /\(nats\.example\.com\) without TLS/]
	] as const) {
		const { code, stdout, stderr } = await plan(transporter);
		expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(lacks)]);
		expect(stderr).not.toMatch(/hunter2|^\s+at /m);
	}
});

it("with TLS: believed by its authority alone, and never spoken to without", async () => {
	const { ca, serverCert, serverKey } = makeAuthority(stage.folder);
	const { ca: other } = makeAuthority(stage.folder, "other");
	const login = ["--user", "banyan", "--pass", "right"];
	await using nats = await startNats([...login, "--tls", "--tlscert", serverCert, "--tlskey", serverKey]);
	const url = nats.url.replace("nats://", "tls://banyan:right@");
	expect((await plan(url, stage.definition, { TRANSPORTER_CA_FILE: ca })).code).toBe(0);
	for (const [TRANSPORTER_CA_FILE, sentence] of [
		[other, /^banyan: NATS is not believed \(.*TRANSPORTER_CA_FILE\.\n$/],
		[join(stage.folder, "absent.pem"), /^banyan: TRANSPORTER_CA_FILE='.*' cannot be read \(ENOENT\).*\n$/]
	] as const) {
		const { code, stderr } = await plan(url, stage.definition, { TRANSPORTER_CA_FILE });
		expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
	}
	await using plain = await startNats(login);
	const { code, stderr } = await plan(plain.url.replace("nats://", "tls://banyan:right@"));
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(/^banyan: NATS speaks no TLS there, so nothing is said to it: /)
	]);
});

it("where nodes have different keys: the command ends and says so, and so do both logs", async () => {
	await using nats = await startNats();
	const shared = {
		TRANSPORTER: nats.url,
		NAMESPACE: "spec",
		SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD",
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123"
	};
	const SERVICES = "extractor,transformer,validator,importer,verifier";
	const theirs = randomBytes(32).toString("base64");
	await using node = await startNode({ ...shared, SERVICES, CLUSTER_KEY: theirs, HEARTBEAT_INTERVAL: "1" });
	const here = { ...shared, SERVICES: "migration,links" };
	const ours = join(stage.folder, "data", "cluster.key");
	const { code, stderr } = await plan(nats.url, stage.definition, here);
	expect([code, stderr]).toEqual([
		1,
		expect.stringMatching(/^banyan: No node runs extractor,.*There are nodes with another key: .* CLUSTER_KEY\.\n$/)
	]);
	expect(node.log()).toMatch(/sealed with another key than ours.*CLUSTER_KEY_FILE/);
	expect(statSync(ours).mode & 0o777).toBe(0o600);
	// With the key that was made here, there.
	await using _same = await startNode({ ...shared, NODE_ID: "same", SERVICES, CLUSTER_KEY_FILE: ours });
	expect((await plan(nats.url, stage.definition, here)).code).toBe(0);
});

it("where a node keeps nothing and has no key: it does not start, and makes none", async () => {
	await using nats = await startNats();
	const DATA_DIR = join(stage.folder, "nothing");
	await expect(startNode({ TRANSPORTER: nats.url, SERVICES: "transformer", DATA_DIR })).rejects.toThrow(
		/banyan: This node has no key of the cluster .*CLUSTER_KEY_FILE or CLUSTER_KEY\.\n/
	);
	expect(existsSync(DATA_DIR)).toBe(false);
});

it("that dies under a node: its health says so, and that it is back", async () => {
	const port = String(await freePort());
	await using nats = await startNats(["--port", port]);
	await using node = await startNode({
		TRANSPORTER: `nats://127.0.0.1:${port}`,
		DATA_DIR: join(stage.folder, "cut-off"),
		GATEWAY_PORT: "0"
	});
	const transporter = async (): Promise<unknown> => {
		const answer = await fetch(`${node.url}/health/detailed`);
		const { checks } = (await answer.json()) as { checks: readonly { readonly name: string }[] };
		return checks.find(({ name }) => name === "transporter");
	};
	expect(await transporter()).toMatchObject({ status: "up", message: "Connected." });
	await nats.kill();
	// Many who look share an answer for a moment.
	await until(async () => propertyOf(await transporter(), "status") === "down");
	expect(await transporter()).toMatchObject({
		message: expect.stringMatching(/^Not connected to NATS since \d{4}-.*Z: other nodes cannot be reached\.$/)
	});
	const ready = async () => (await fetch(`${node.url}/ready`)).json();
	expect(await ready()).toMatchObject({ ready: false, missing: [], why: expect.stringMatching(/^Not connected/) });
	await using _again = await startNats(["--port", port]);
	await until(async () => propertyOf(await transporter(), "status") === "up");
});
