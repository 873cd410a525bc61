/** One request as one tree: of three nodes over NATS, their stores and the panels, as a collector of the protocol's own schema sees it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../domain/unknown";
import { openStage, type Stage } from "../support/banyan";
import { type ClusterNodes, startCluster } from "../support/cluster-nodes";
import { type Collector, type SeenSpan, startCollector, treeOf } from "../support/otlp";
import { until } from "../support/until";

const USERS = 12;
const SECRET = "trace-header-secret";
let collector: Collector;
let stage: Stage;
let cluster: ClusterNodes;
let url: string;
let key: string;

const named = (name: string): Record<string, string> => ({ OTEL_SERVICE_NAME: `banyan-${name}` });

beforeAll(async () => {
	collector = await startCollector();
	stage = await openStage({ users: USERS });
	cluster = await startCluster({
		GATEWAY_PORT: "0",
		// Nobody takes the run over, however slow this machine is.
		LEASE_MS: "60000",
		BANYAN_SECRET_PASSWORD: "admin123",
		OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
		OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}`,
		OTEL_BSP_SCHEDULE_DELAY: "20",
		OTEL_TRACES_SAMPLER_ARG: "1"
	});
	await cluster.open({
		id: "stages",
		services: "extractor,transformer,validator,importer,verifier",
		environment: named("stages")
	});
	await cluster.open({ id: "migration", services: "migration,links,subscriptions", environment: named("migration") });
	const gateway = await cluster.open({
		id: "gateway",
		services: "access,idempotency,events,gateway",
		environment: named("gateway")
	});
	url = String(textOf(gateway.getLocalService("gateway"), "address"));
	key = readFileSync(join(cluster.folder, "gateway", "api-key"), "utf8").trim();
});
afterAll(async () => {
	await cluster?.[Symbol.asyncDispose]();
	await stage?.[Symbol.asyncDispose]();
	await collector?.[Symbol.asyncDispose]();
});

interface Answer {
	readonly status: number;
	readonly id: string;
	readonly said: unknown;
}
async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
	const answer = await fetch(url + path, {
		method,
		headers: { "x-api-key": key, ...(body && { "content-type": "application/json" }), ...headers },
		...(body && { body: JSON.stringify(body) })
	});
	return {
		status: answer.status,
		id: String(answer.headers.get("x-correlation-id")),
		said: await answer.json().catch(() => null)
	};
}

const of = (id: string): SeenSpan | undefined =>
	collector.spans.find(({ attributes }) => attributes["banyan.correlation_id"] === id);
const traced = async (id: string): Promise<SeenSpan> => {
	await until(() => of(id) !== undefined, `the span of ${id} is sent`);
	return of(id) as SeenSpan;
};
const inTrace = (traceId: string): SeenSpan[] => collector.spans.filter(span => span.traceId === traceId);

const document = (): string =>
	readFileSync(stage.definition, "utf8").replaceAll(/\$\{(SOURCE|TARGET)_PASSWORD\}/g, "${BANYAN_SECRET_PASSWORD}");

it("of one start holds gateway, NATS, service, store and panel", async () => {
	expect(await ask("POST", "/api/v1/migrations/plan", { document: document() })).toMatchObject({ status: 200 });
	const started = await ask("POST", "/api/v1/migrations/panel/start", {});
	expect(started).toMatchObject({ status: 202 });
	const { traceId } = await traced(started.id);
	const has = (name: RegExp, node: string): boolean =>
		inTrace(traceId).some(span => name.test(span.name) && span.resource["service.name"] === `banyan-${node}`);
	await until(async () => {
		const { said } = await ask("GET", "/api/v1/migrations/panel");
		return textOf(said, "phase") === "finished";
	}, "the run is over");
	await until(() => has(/^migration run$/, "migration"), "the run's first chapter is sent");
	const tree = treeOf(collector.spans, traceId);
	// One tree: whatever is sent has its parent in it, but for its root.
	const ids = new Set(inTrace(traceId).map(({ spanId }) => spanId));
	const roots = inTrace(traceId).filter(({ parentSpanId }) => !ids.has(parentSpanId));
	expect(roots.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
		["POST /api/v1/migrations/:name/start", ""]
	]);
	expect(tree).toMatch(/^banyan-gateway: POST \/api\/v1\/migrations\/:name\/start \(server\)\n {2}banyan-gateway: /);
	expect(has(/^migration\/start$/, "gateway") && has(/^migration\/start$/, "migration")).toBe(true);
	expect(has(/^append migration$/, "migration")).toBe(true);
	expect(has(/^extractor\/page$/, "stages")).toBe(true);
	const asked = (method: string, panel: string) =>
		expect.objectContaining({
			name: method,
			kind: "client",
			attributes: expect.objectContaining({
				"server.address": "127.0.0.1",
				"server.port": new URL(panel).port,
				"http.response.status_code": expect.stringMatching(/^20[01]$/)
			})
		});
	expect(inTrace(traceId)).toContainEqual(asked("GET", stage.source.url));
	// Where this takes longer than a chapter, the rest is in those that are linked to the start.
	const whole = (): SeenSpan[] => {
		const told = collector.spans.filter(({ links }) => links.some(link => link.traceId === traceId));
		return [traceId, ...told.map(span => span.traceId)].flatMap(inTrace);
	};
	const names = ["importer/write", "put links", "append announced"];
	await until(() => names.every(name => whole().some(span => span.name === name)), "all of the run is sent");
	expect(whole()).toContainEqual(asked("POST", stage.target.url));
	if (process.env.PRINT_TRACE) process.stdout.write(`${treeOf(collector.spans, traceId)}\n`);
	expect(collector.faults).toEqual([]);
});
