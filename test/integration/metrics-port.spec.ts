/** What a node's port for metrics answers, to whom, and how much it has to say; without a server beside it. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../cluster";
import type { Span } from "../../cluster/span";
import { spanned, tracerOf } from "../../cluster/tracing";
import { openNode } from "../../node";
import { until } from "../support/until";

const TOKEN = "a token of those who watch";
const SERVICES = 35;
const ACTIONS = 7;
const OPENMETRICS = { accept: "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5" };

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-metrics-port-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const opened = (environment: Record<string, string> = {}): Promise<Broker> =>
	openNode(
		{ logLevel: "fatal", logFile: 2 },
		{ DATA_DIR: join(folder, `node-${count++}`), SERVICES: "validator", METRICS_PORT: "0", ...environment }
	);
const portOf = ({ metadata }: Broker): number => (metadata as { metrics: { port: number } }).metrics.port;

interface Asked {
	readonly params: { readonly deep?: boolean };
	readonly call: ServiceBroker["call"];
}
interface Said {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: Buffer;
}
/** As any client may ask, a malicious one as well. */
const ask = (node: Broker, path = "/metrics", headers: object = {}, method = "GET"): Promise<Said> =>
	new Promise((resolve, reject) => {
		const asked = request({ port: portOf(node), host: "127.0.0.1", path, method, headers: { ...headers } }, answer => {
			const parts: Buffer[] = [];
			answer.on("data", part => parts.push(part));
			answer.on("end", () =>
				resolve({ status: answer.statusCode as number, headers: answer.headers, body: Buffer.concat(parts) })
			);
		});
		asked.on("error", reject).end();
	});
const statusOf = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).status;
const textOf = async (...asked: Parameters<typeof ask>): Promise<string> => (await ask(...asked)).body.toString();

/** What promtool finds in it. */
function lint(text: string): string {
	const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
	return `${status} ${stdout}${stderr}`;
}

it("is not there where a node runs alone and nobody asked for it", async () => {
	const node = await opened({ METRICS_PORT: "" });
	expect(node.metadata).not.toHaveProperty("metrics");
	await node.stop();
});

it("is read under its own names alone, by GET and HEAD, whatever the query", async () => {
	const node = await opened({ GATEWAY_NAMES: "metrics.example" });
	try {
		const { status, headers, body } = await ask(node, "/metrics?name[]=up");
		expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
		expect(body.toString()).toMatch(/^banyan_build_info\{version="\d/m);
		const head = await ask(node, "/metrics", {}, "HEAD");
		expect([head.status, head.body.length, Number(head.headers["content-length"]) > 1000]).toEqual([200, 0, true]);
		const packed = await ask(node, "/metrics", { "accept-encoding": "gzip" });
		expect(gunzipSync(packed.body).toString()).toMatch(/^banyan_build_info/m);
		expect(await textOf(node, "/metrics", { "accept-encoding": "gzip;q=0" })).toMatch(/^banyan_build_info/m);
		expect(JSON.parse(await textOf(node, "/metrics/targets"))).toMatchObject([
			{ targets: [`127.0.0.1:${portOf(node)}`], labels: { node: node.nodeID } }
		]);
		for (const path of ["/", "/metrics/", "/metrics/../metrics", "//metrics", "/toString", "/__proto__", "*"])
			expect([path, await statusOf(node, path)]).toEqual([path, 404]);
		for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
			expect([method, (await ask(node, "/metrics", {}, method)).headers.allow]).toEqual([method, "GET, HEAD"]);
		for (const host of ["evil.example", "metrics.example.evil", "127.0.0.2", "a b"])
			expect([host, await statusOf(node, "/metrics", { host })]).toEqual([host, 421]);
		for (const host of ["localhost", "metrics.example", `127.0.0.1:${portOf(node)}`, "[::1]"])
			expect([host, await statusOf(node, "/metrics", { host })]).toEqual([host, 200]);
	} finally {
		await node.stop();
	}
});

it("asks for its token, which may be replaced while it runs", async () => {
	const file = join(folder, "token");
	const shown = (token: string) => ({ authorization: `Bearer ${token}` });
	const token = TOKEN.replace(/ /g, "-");
	writeFileSync(file, `${token}\n`);
	const node = await opened({ METRICS_TOKEN_FILE: file });
	try {
		for (const headers of [{}, shown("x"), shown(`${token}x`), { authorization: `Basic ${token}` }])
			for (const path of ["/metrics", "/metrics/targets"]) expect(await statusOf(node, path, headers)).toBe(401);
		expect(await statusOf(node, "/metrics", shown(token))).toBe(200);
		writeFileSync(file, "another-token-of-theirs\n");
		expect(await statusOf(node, "/metrics", shown(token))).toBe(401);
		expect(await statusOf(node, "/metrics", shown("another-token-of-theirs"))).toBe(200);
		rmSync(file);
		expect(await statusOf(node, "/metrics", shown("another-token-of-theirs"))).toBe(401);
		expect(await statusOf(node, "/metrics", shown(""))).toBe(401);
	} finally {
		await node.stop();
	}
});

it("lets nobody in where API keys alone would do, which are known at the gateway", async () => {
	const node = await opened({ METRICS_ACCESS: "key" });
	expect(await statusOf(node)).toBe(401);
	await node.stop();
});

it.each([
	[{ METRICS_TOKEN: "short" }, /^METRICS_TOKEN is not valid: it must be one line of at least 16 characters/],
	[{ METRICS_TOKEN: "x".repeat(20), METRICS_TOKEN_FILE: __filename }, /are both set: take one of them away/],
	[{ METRICS_TOKEN_FILE: __filename }, /holds no token: it must be one line of at least 16/],
	[{ METRICS_TOKEN_FILE: "/nowhere" }, /cannot be read \(ENOENT\)/],
	[
		{ METRICS_TARGETS_FILE: "/nowhere/targets.json" },
		/^METRICS_TARGETS_FILE='.*' cannot be written \(ENOENT\): name a/
	],
	[
		{ METRICS_HOST: "192.0.2.1" },
		/cannot listen on 192\.0\.2\.1:0 for those who read its metrics \(EADDRNOTAVAIL\): set/
	]
])("says what is wrong with %o", async (environment, sentence) => {
	const error = await opened(environment).catch((caught: Error) => caught);
	expect((error as Error).message).toMatch(sentence);
});

it("holds whoever asks for too much at once, and does not keep the node from stopping", async () => {
	const node = await opened();
	const sockets = Array.from({ length: 80 }, () => connect(portOf(node), "127.0.0.1").on("error", () => undefined));
	for (const socket of sockets) socket.write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(10));
	await until(() => sockets.some(({ bytesRead }) => bytesRead > 0), "somebody is answered");
	for (const socket of sockets) socket.destroy();
	await until(async () => (await ask(node).catch(() => undefined))?.status === 200, "others are answered again");
	const idle = connect(portOf(node), "127.0.0.1").on("error", () => undefined);
	await node.stop();
	expect(await statusOf(node).catch(() => "refused")).toBe("refused");
	idle.destroy();
});

describe("a node with 35 services", () => {
	let node: Broker;
	const names = Array.from({ length: SERVICES }, (_, at) => `department${String.fromCharCode(97 + (at % 26))}${at}`);
	const actions = Array.from(
		{ length: ACTIONS },
		(_, at) => ["find", "create", "update", "remove", "resolve", "summarise", "notify"][at] as string
	);

	/** Each is called by some others, as services do; one of them fails. */
	const handler = (at: number, action: string) => async (ctx: Asked) => {
		if (ctx.params.deep) return action === "notify" ? Promise.reject(new Error("no")) : {};
		for (const step of [1, 2])
			await ctx.call(`${names[(at + step) % SERVICES]}.${action}`, { deep: true }).catch(() => undefined);
		return {};
	};

	beforeAll(async () => {
		node = await opened();
		const broker = node as unknown as ServiceBroker;
		for (const [at, name] of names.entries())
			broker.createService({
				name,
				actions: Object.fromEntries(actions.map(action => [action, handler(at, action)]))
			} as never);
		await broker.waitForServices(names);
		for (const name of names) for (const action of actions) await broker.call(`${name}.${action}`);
	});
	afterAll(() => node.stop());

	it.each([
		["text", {}],
		["OpenMetrics", OPENMETRICS]
	])("is read in less than 300 KB: %s", async (_, headers) => {
		const text = await textOf(node, "/metrics", headers);
		const action = `${names[0]}.${actions[0]}`;
		expect(text).toContain(
			`moleculer_request_total{service="${names[0]}",action="${action}",type="local",caller="${names[34]}"} 1\n`
		);
		expect(text).toContain(`moleculer_request_time_seconds_bucket{action="${action}",type="local",le="+Inf"} 3\n`);
		// Some by themselves, the rest of each service together: none is lost.
		const counts = [...text.matchAll(/^moleculer_request_time_seconds_count\{action="(\S+?)",type="local"\} (\d+)$/gm)];
		const others = new Set(names.slice(Math.floor(110 / ACTIONS)).map(name => `${name}.other`));
		expect(counts.filter(([, shown = ""]) => shown.endsWith(".other")).map(([, shown]) => shown)).toEqual([...others]);
		expect(counts.reduce((sum, [, , calls]) => sum + Number(calls), 0)).toBe(SERVICES * ACTIONS * 3);
		expect(Buffer.byteLength(text)).toBeLessThan(300_000);
		const packed = await ask(node, "/metrics", { ...headers, "accept-encoding": "gzip" });
		expect(packed.body.length).toBeLessThan(40_000);
	});

	it("has nothing that promtool would correct", async () => {
		expect(lint(await textOf(node))).toBe("0 ");
	});
});

describe("labels from outside", () => {
	it("are bounded in what is told and in what is kept, and it is told of which metric", async () => {
		const node = await opened();
		const { metrics } = node;
		metrics.register({
			type: "counter",
			name: "banyan.trial.counted",
			labelNames: ["who", "how"],
			description: "A trial."
		} as never);
		metrics.register({
			type: "gauge",
			name: "banyan.trial.set",
			labelNames: ["who"],
			description: "A trial."
		} as never);
		for (let at = 0; at < 1_000; at++) {
			metrics.increment("banyan.trial.counted", { who: `w${at}`, how: "well" });
			metrics.set("banyan.trial.set", at, { who: `w${at}` });
		}
		metrics.increment("banyan.trial.counted", { who: "x".repeat(10_000), how: 'a"\\\n\u{1F333}\u0000' });
		const text = await textOf(node);
		expect(text.match(/^banyan_trial_counted_total/gm)).toHaveLength(102);
		expect(text).toContain('banyan_trial_counted_total{who="other",how="well"} 900\n');
		expect(text).toMatch(/^banyan_trial_counted_total\{who="other",how="a\\"\\\\\\n🌳[^\n]*"\} 1$/m);
		expect(text.match(/^banyan_trial_set/gm)).toHaveLength(100);
		expect(text).toContain('banyan_metrics_folded_total{metric="banyan.trial.counted"} 901\n');
		expect(text).toContain('banyan_metrics_folded_total{metric="banyan.trial.set"} 900\n');
		expect(lint(text)).toBe("0 ");
		await node.stop();
	});
});

it("of all that Node.js tells nothing is told twice", async () => {
	const node = await opened();
	const text = await textOf(node);
	const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
	expect(new Set(families).size).toBe(families.length);
	expect(families).toEqual(
		expect.arrayContaining([
			"process_resident_memory_bytes",
			"process_open_fds",
			"nodejs_gc_duration_seconds",
			"nodejs_eventloop_lag_p99_seconds"
		])
	);
	expect(readFileSync(join(__dirname, "../../docs/metrics.md"), "utf8")).toContain("`banyan_build_info`");
	await node.stop();
});

it("has the trace of a call beside how long it took, for those who ask for OpenMetrics", async () => {
	// Nobody takes the spans: that is no reason to leave out which they are.
	const node = await opened({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_TRACES_SAMPLER_ARG: "1" });
	const broker = node as unknown as ServiceBroker;
	broker.createService({ name: "trial", actions: { wait: () => new Promise(resolve => setTimeout(resolve, 20)) } });
	await broker.waitForServices("trial");
	// A sample begins with its first value, which is told without a trace.
	await broker.call("trial.wait");
	const span = tracerOf(node)?.root({ name: "trial", kind: "internal" }) as Span;
	await spanned(span, () => broker.call("trial.wait"));
	const text = await textOf(node, "/metrics", OPENMETRICS);
	const [, trace] =
		/^moleculer_request_time_seconds_bucket\{action="trial.wait",type="local",le="\S+"\} 2 # \{trace_id="(\w+)"\} 0\.\d+ \d{10}(?:\.\d+)?$/m.exec(
			text
		) ?? [];
	expect(trace).toBe(span.traceId);
	expect(text.endsWith("\n# EOF\n")).toBe(true);
	expect(await textOf(node)).not.toContain("trace_id");
	await node.stop();
});
