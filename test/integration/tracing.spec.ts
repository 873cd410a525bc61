/** What of a node is traced, whose word on it counts, and what a collector that is away costs: nothing. */

import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../cluster";
import { tracerOf } from "../../cluster/tracing";
import { NODE_METRICS } from "../../contracts/node-metrics";
import { propertyOf, textOf } from "../../domain/unknown";
import { openNode } from "../../node";
import { type Collector, type SeenSpan, startCollector } from "../support/otlp";
import { until } from "../support/until";

const HEADER = "a-header-that-is-secret";
let folder: string;
let collector: Collector;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-traces-"));
	collector = await startCollector();
});
afterEach(() => {
	collector.be(200);
	expect(collector.faults).toEqual([]);
});
afterAll(async () => {
	await collector[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

interface Node extends AsyncDisposable {
	readonly broker: Broker;
	readonly url: string;
	ask(path: string, headers?: Record<string, string>, asked?: RequestInit): Promise<Asked>;
	/** The lines of its log. */
	log(): Record<string, unknown>[];
}
interface Asked {
	readonly status: number;
	readonly id: string;
	readonly body: string;
}

const SERVICES = ["access", "idempotency", "events", "migration", "links", "subscriptions", "gateway"];

/** @param name of its data folder: the same again is the same node, started anew */
async function node(name: string, environment: Record<string, string> = {}, services = SERVICES): Promise<Node> {
	const [dataDir, logFile] = [join(folder, name), join(folder, `${name}.log`)];
	mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	const broker = await openNode(
		{ services, logFile, logLevel: "info" },
		{
			DATA_DIR: dataDir,
			NODE_ID: name,
			GATEWAY_PORT: "0",
			OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
			OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${HEADER}`,
			OTEL_BSP_SCHEDULE_DELAY: "20",
			OTEL_TRACES_SAMPLER_ARG: "1",
			...environment
		}
	);
	const url = String(textOf(broker.getLocalService("gateway"), "address"));
	const key = (): string => readFileSync(join(dataDir, "api-key"), "utf8").trim();
	return {
		broker,
		url,
		ask: async (path, headers = {}, asked = {}) => {
			const answer = await fetch(url + path, { ...asked, headers: { "x-api-key": key(), ...headers } });
			const body = await answer.text();
			return { status: answer.status, id: String(answer.headers.get("x-correlation-id")), body };
		},
		log: () =>
			readFileSync(logFile, "utf8")
				.split("\n")
				.filter(line => line !== "")
				.map(line => JSON.parse(line)),
		[Symbol.asyncDispose]: () => broker.stop()
	};
}

const of = (id: string): SeenSpan | undefined =>
	collector.spans.find(({ attributes }) => attributes["banyan.correlation_id"] === id);
async function seen(id: string): Promise<SeenSpan> {
	await until(() => of(id) !== undefined, `the span of ${id} is sent`);
	return of(id) as SeenSpan;
}
/** What was sent until a later one was seen. */
async function unseen(at: Node, id: string): Promise<void> {
	await seen((await at.ask("/api/v1/api-keys")).id);
	expect(of(id)).toBeUndefined();
}

const THEIRS = { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" };
const traceparent = (flags: string): string => `00-${THEIRS.trace}-${THEIRS.span}-${flags}`;
/** Not good keys. */
const STRANGERS: readonly (readonly [string, Record<string, string>])[] = [
	["without a key", { "x-api-key": "" }],
	["with a wrong key", { "x-api-key": "bny_nobody-has-this-key-at-all-00000000000000000" }],
	["with a wrong key of another form", { "x-api-key": "", authorization: "Bearer nothing" }]
];

describe("a traceparent that came with a request", () => {
	let all: Node;
	let none: Node;
	beforeAll(async () => {
		all = await node("all");
		none = await node("none", { OTEL_TRACES_SAMPLER_ARG: "0" });
	});
	afterAll(async () => {
		await all[Symbol.asyncDispose]();
		await none[Symbol.asyncDispose]();
	});

	it("of whoever calls with a good key is gone on with, and decides whether it is recorded", async () => {
		const [recorded, byThem] = [
			await all.ask("/api/v1/api-keys", { traceparent: traceparent("01"), tracestate: "vendor=one" }),
			await none.ask("/api/v1/api-keys", { traceparent: traceparent("01") })
		];
		expect(await seen(recorded.id)).toMatchObject({
			traceId: THEIRS.trace,
			parentSpanId: THEIRS.span,
			state: "vendor=one",
			name: "GET /api/v1/api-keys",
			kind: "server",
			attributes: { "http.request.method": "GET", "http.route": "/api/v1/api-keys", "http.response.status_code": "200" }
		});
		expect(await seen(byThem.id)).toMatchObject({ traceId: THEIRS.trace, parentSpanId: THEIRS.span });
		const left = await all.ask("/api/v1/api-keys", { traceparent: traceparent("00") });
		await unseen(all, left.id);
	});

	it.each(STRANGERS)("of a stranger %s is linked to, and makes nothing be recorded", async (_, headers) => {
		const asked = await all.ask("/api/v1/api-keys", { ...headers, traceparent: traceparent("01") });
		expect(asked.status).toBe(401);
		const span = await seen(asked.id);
		expect(span).toMatchObject({
			parentSpanId: "",
			links: [{ traceId: THEIRS.trace, spanId: THEIRS.span }],
			name: "GET /api/v1/api-keys"
		});
		expect(span.traceId).not.toBe(THEIRS.trace);
		const others = await Promise.all(
			Array.from({ length: 20 }, () => none.ask("/api/v1/api-keys", { ...headers, traceparent: traceparent("01") }))
		);
		const last = await none.ask("/api/v1/api-keys", { traceparent: traceparent("01") });
		await seen(last.id);
		expect(others.map(({ id }) => of(id))).toEqual(Array(20).fill(undefined));
	});

	it.each([
		["", "nothing"],
		["00", "cut off"],
		[`00-${THEIRS.trace.toUpperCase()}-${THEIRS.span}-01`, "in capitals"],
		[`00-${"0".repeat(32)}-${THEIRS.span}-01`, "a trace of zeros"],
		[`00-${THEIRS.trace}-${"0".repeat(16)}-01`, "a span of zeros"],
		[`ff-${THEIRS.trace}-${THEIRS.span}-01`, "of the version that is none"],
		[`00-${THEIRS.trace}-${THEIRS.span}-01-more`, "longer than its version is"],
		[`00-${THEIRS.trace}-${THEIRS.span}-1`, "flags of one digit"],
		[`${traceparent("01")}, ${traceparent("01")}`, "two of them"],
		["x".repeat(8_000), "long"]
	])("that is none (%#) is ignored, as the specification says: a trace of our own", async given => {
		const asked = await all.ask("/api/v1/api-keys", { traceparent: given });
		expect(asked.status).toBe(200);
		expect(await seen(asked.id)).toMatchObject({ parentSpanId: "", links: [] });
		expect((await seen(asked.id)).traceId).not.toBe(THEIRS.trace);
	});

	it("of a later version is read as far as this one goes, and a malformed tracestate is left out", async () => {
		const later = await all.ask("/api/v1/api-keys", {
			traceparent: `cc-${THEIRS.trace}-${THEIRS.span}-01-what-comes-later`,
			tracestate: "=,,;no state at all"
		});
		expect(await seen(later.id)).toMatchObject({ traceId: THEIRS.trace, parentSpanId: THEIRS.span, state: "" });
	});
});

describe("a span", () => {
	let at: Node;
	beforeAll(async () => {
		at = await node("spans");
	});
	afterAll(() => at[Symbol.asyncDispose]());

	it("says the route and never the path: no name, no key of a link, no query", async () => {
		const canary = "canary-of-a-path";
		const asked = [
			await at.ask(`/api/v1/migrations/${canary}`),
			await at.ask(`/sub/${canary}/${canary}0000000000000000`),
			await at.ask(`/api/v1/migrations?limit=${canary}`),
			await at.ask(`/${canary}/nothing/here`)
		];
		const names = [];
		for (const { id } of asked) names.push((await seen(id)).name);
		expect(names).toEqual([
			"GET /api/v1/migrations/:name",
			expect.stringMatching(/^GET subscriptions\./),
			"GET /api/v1/migrations",
			"GET"
		]);
		expect(collector.text()).not.toContain(canary);
	});

	it("of what is done on this node is within the request's, and of its store within that", async () => {
		const { id } = await at.ask("/api/v1/api-keys");
		const { traceId, spanId } = await seen(id);
		const all = collector.spans.filter(span => span.traceId === traceId);
		const listing = all.find(({ name }) => name === "access/list");
		expect(listing).toMatchObject({ parentSpanId: spanId, kind: "internal" });
		expect(all.find(({ parentSpanId }) => parentSpanId === listing?.spanId)).toMatchObject({
			name: "find keys",
			kind: "client",
			attributes: { "db.system.name": "sqlite", "db.operation.name": "find", "db.collection.name": "keys" }
		});
	});

	it("of what failed has its code, and no message", async () => {
		const { id } = await at.ask("/api/v1/migrations/not-there");
		const { traceId, isError } = await seen(id);
		expect(isError).toBe(false);
		const failed = collector.spans.find(span => span.traceId === traceId && span.name === "migration/status");
		expect(failed).toMatchObject({ isError: true, attributes: { "error.type": "MIGRATION_NOT_FOUND" } });
	});

	it("is in no trace of those who only look whether a node lives", async () => {
		for (const path of ["/live", "/ready", "/health", "/metrics"]) await unseen(at, (await at.ask(path)).id);
	});

	it("is told by every log line of its request, beside its correlation id", async () => {
		const { id } = await at.ask(
			"/api/v1/migrations/plan",
			{ "content-type": "application/json" },
			{
				method: "POST",
				body: JSON.stringify({
					document: JSON.stringify({
						name: "away",
						source: { connector: "marzneshin", url: "http://127.0.0.1:9", username: "a", password: "b" },
						target: { connector: "marzban", url: "http://127.0.0.1:9", username: "a", password: "b" }
					})
				})
			}
		);
		const { traceId } = await seen(id);
		const lines = at.log().filter(({ correlationId }) => correlationId === id);
		expect(lines.length).toBeGreaterThan(0);
		for (const line of lines)
			expect(line).toMatchObject({
				trace_id: traceId,
				span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
				trace_flags: "01"
			});
		expect(at.log().filter(({ trace_id }) => trace_id === undefined).length).toBeGreaterThan(0);
	});
});

describe("an event", () => {
	const revoke = async (at: Node): Promise<SeenSpan> => {
		const body = JSON.stringify({ name: "somebody", scopes: ["migration:read"] });
		const made = await at.ask("/api/v1/api-keys", { "content-type": "application/json" }, { method: "POST", body });
		const { id } = JSON.parse(made.body) as { id: string };
		return seen((await at.ask(`/api/v1/api-keys/${id}`, {}, { method: "DELETE" })).id);
	};
	const heard = (): SeenSpan[] => collector.spans.filter(({ name }) => name === "process access.revoked");

	it("is heard within what told it, and a durable one too while that is fresh", async () => {
		await using at = await node("heard");
		const before = heard().length;
		const { traceId } = await revoke(at);
		await until(() => heard().length > before, "it is delivered");
		expect(heard().at(-1)).toMatchObject({ traceId, kind: "consumer", links: [] });
		const told = collector.spans.filter(span => span.traceId === traceId && span.name === "process access.changed");
		expect(told.length).toBeGreaterThan(0);
	});

	it("that is durable and delivered behind a restart, later, has a trace of its own that is linked to it", async () => {
		const before = heard().length;
		let told: SeenSpan;
		// Who has listened once is told of what came later.
		await (await node("later"))[Symbol.asyncDispose]();
		{
			await using first = await node("later", {}, ["access", "gateway"]);
			told = await revoke(first);
		}
		const now = Date.now;
		const clock = jest.spyOn(Date, "now").mockImplementation(() => now() + 60_000);
		try {
			await using _ = await node("later");
			await until(() => heard().length > before, "it is delivered");
		} finally {
			clock.mockRestore();
		}
		const [delivery] = heard().slice(before);
		expect(delivery?.traceId).not.toBe(told.traceId);
		expect(delivery).toMatchObject({ parentSpanId: "", links: [{ traceId: told.traceId }] });
	});
});

describe("a panel", () => {
	it("is told nothing of a trace, by a run as by a customer's old link", async () => {
		const told: string[] = [];
		const panel = createServer((req, res) => {
			told.push(...Object.keys(req.headers));
			res.writeHead(404, { "content-type": "application/json" }).end("{}");
		}).listen(0, "127.0.0.1");
		await once(panel, "listening");
		const address = `http://127.0.0.1:${(panel.address() as AddressInfo).port}`;
		await using at = await node("panels", {}, [...SERVICES, "extractor", "importer", "transformer", "validator"]);
		const side = { url: address, username: "a", password: "b" };
		const document = JSON.stringify({
			name: "told",
			source: { connector: "marzneshin", ...side },
			target: { connector: "marzban", ...side }
		});
		const headers = { traceparent: traceparent("01"), tracestate: "vendor=one", baggage: "who=somebody" };
		const body = JSON.stringify({ document });
		const planned = await at.ask(
			"/api/v1/migrations/plan",
			{ ...headers, "content-type": "application/json" },
			{ method: "POST", body }
		);
		expect(await seen(planned.id)).toMatchObject({ traceId: THEIRS.trace });
		expect(told.length).toBeGreaterThan(0);
		expect(told.filter(name => /trace|baggage|correlation/.test(name))).toEqual([]);
		panel.closeAllConnections();
		panel.close();
	});
});

describe("a collector", () => {
	const spans = (at: Node, outcome: string): number =>
		Number(propertyOf(at.broker.metrics.getMetric(NODE_METRICS.spans.name)?.get({ outcome }), "value") ?? 0);
	/** How long so many requests take, in ms. */
	const asking = async (at: Node, count: number): Promise<number> => {
		const began = performance.now();
		for (let n = 0; n < count; n++) expect((await at.ask("/api/v1/api-keys")).status).toBe(200);
		return performance.now() - began;
	};
	const told = (at: Node): string[] =>
		at.log().flatMap(({ msg }) => (/^Traces/.test(String(msg)) ? [String(msg)] : []));

	it("is shown the headers that it wants, which nobody else sees", async () => {
		await using at = await node("headers");
		await seen((await at.ask("/api/v1/api-keys")).id);
		expect(collector.headers.at(-1)).toMatchObject({ "x-collector-key": HEADER });
		expect(JSON.stringify(at.log())).not.toContain(HEADER);
	});

	it.each([
		["is not there", "http://127.0.0.1:9", 200, /^Traces cannot be sent: ECONNREFUSED\. Nothing waits for it/],
		["refuses them", undefined, 401, /^Traces cannot be sent: it answers 401\. Nothing waits for it/],
		["says nothing", undefined, "silent", /^Traces cannot be sent: .*timed out.*\. Nothing waits for it/i]
	] as const)(
		"that %s slows nothing down; what is lost is counted, and told once",
		async (kind, url, how, sentence) => {
			collector.be(how);
			await using at = await node(`away-${kind.replaceAll(" ", "-")}`, {
				...(url && { OTEL_EXPORTER_OTLP_ENDPOINT: url }),
				OTEL_EXPORTER_OTLP_TIMEOUT: "100"
			});
			await asking(at, 10);
			await until(() => spans(at, "failed") > 0, "what is lost is counted");
			await asking(at, 10);
			expect(told(at)).toEqual([expect.stringMatching(sentence)]);
			if (url) return;
			collector.be(200);
			await asking(at, 1);
			await until(() => spans(at, "exported") > 0, "it takes them again");
			expect(told(at).at(-1)).toBe("Traces are sent again.");
		}
	);

	it("that hangs is given no more than so many spans; the rest is dropped, and counted", async () => {
		collector.be("silent");
		await using at = await node("full", { OTEL_EXPORTER_OTLP_TIMEOUT: "60000" });
		const tracer = tracerOf(at.broker);
		for (let n = 0; n < 5_000; n++) tracer?.root({ name: "one of many", kind: "internal" }).end();
		expect(spans(at, "dropped")).toBeGreaterThan(0);
		expect(spans(at, "dropped")).toBeLessThan(1_500);
		await asking(at, 5);
		// As it stops, it waits no longer than it may.
		const began = performance.now();
		await at.broker.stop();
		expect(performance.now() - began).toBeLessThan(20_000);
	});

	it("is sent what is kept when a node stops", async () => {
		const at = await node("stops", { OTEL_BSP_SCHEDULE_DELAY: "60000" });
		const { id } = await at.ask("/api/v1/api-keys");
		await at.broker.stop();
		expect(of(id)).toBeDefined();
	});
});
