/** A stream that there is none of is the caller's mistake: they are told which there are, and no system is asked. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import type { Broker } from "../../../cluster";
import { actingAs } from "../../../cluster/acting";
import { readConfig } from "../../../moleculer.config";
import { serviceClass } from "../../../node";
import { streamOf } from "../../../services/migration/run/runs";

const SERVICES = ["extractor", "importer", "verifier", "transformer", "validator", "subscriptions"];
const folder = mkdtempSync(join(tmpdir(), "banyan-unknown-stream-"));
let broker: Broker;
beforeAll(async () => {
	const settings = { SERVICES: SERVICES.join(), DATA_DIR: folder, CONNECT_ALLOW: "loopback" };
	const { services, ...options } = readConfig(settings, { logLevel: "fatal", logFile: 2 });
	const node = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	for (const name of services) node.createService(serviceClass(name) as never);
	await node.start();
	broker = node as unknown as Broker;
});
afterAll(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true, force: true });
});

const at = { url: "http://127.0.0.1:1", username: "banyan", password: "secret" };
const source = { connector: "marzneshin", ...at };
const target = { connector: "marzban", ...at };
const mapping = "marzneshin-to-marzban";
const stream = "usres";
const lease = { token: "1", remainingMs: 60_000, sentAt: Date.now() };
const records = [{ id: "1", name: "ali", data: {} }];
const written = [{ id: "1", name: "ali", data: {}, before: null }];

it.each<[string, object, RegExp]>([
	["extractor.count", { connection: source }, /^Marzneshin has/],
	["extractor.page", { connection: source, cursor: null, limit: 1 }, /^Marzneshin has/],
	["extractor.find", { connection: source, name: "ali" }, /^Marzneshin has/],
	["importer.count", { connection: target }, /^Marzban has/],
	["importer.find", { connection: target, names: ["ali"] }, /^Marzban has/],
	["importer.write", { connection: target, conflict: "skip", lease, records: written }, /^Marzban has/],
	["importer.undo", { connection: target, lease, records: [{ id: "1", name: "ali", before: null }] }, /^Marzban has/],
	["verifier.compare", { connection: target, records }, /^Marzban has/],
	["verifier.names", { connection: target, cursor: null, limit: 1 }, /^Marzban has/],
	["transformer.batch", { mapping, context: {}, records }, /^The mapping 'marzneshin-to-marzban' has/],
	["transformer.analyzeSchema", { mapping, records }, /^The mapping 'marzneshin-to-marzban' has/],
	["validator.batch", { mapping, context: {}, records: [] }, /^The mapping 'marzneshin-to-marzban' has/]
])("%s", async (action, params, who) => {
	const call = actingAs("migration", () => broker.call(action as never, { ...params, stream } as never));
	const error = await Promise.resolve(call).catch((thrown: unknown) => thrown);
	expect(error).toMatchObject({ type: "REQUEST_INVALID", message: expect.stringMatching(who) });
	expect(error).toMatchObject({ message: expect.stringMatching(/ no stream 'usres'; it has: .*\busers\b.*\.$/) });
});

it("of a migration", () => {
	const run = { name: "panel", streams: [{ stream: "admins" }, { stream: "users" }] };
	expect(() => streamOf(run as never, "nope")).toThrow(
		"The migration 'panel' has no stream 'nope'; it has: admins, users."
	);
});

it("an old link is not the panel's fault where services of ours are away", async () => {
	const request = {
		method: "GET",
		target: "/sub/anna/0123456789abcdef0123456789abcdef",
		headers: {},
		client: "192.0.2.7",
		scheme: "https",
		host: "sub.example.com"
	};
	const error = await actingAs("gateway", async () => broker.call("subscriptions.answer", request)).catch(
		(thrown: unknown) => thrown
	);
	expect(error).toMatchObject({
		type: "UNAVAILABLE",
		code: 503,
		message: expect.stringMatching(/^This server is not whole now/),
		data: { retryAfter: 10 }
	});
});
