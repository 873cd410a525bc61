/** A node's log as docs/logs.md has it collected: each line one JSON that a real log shipper takes, whole, with its ids. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openNode } from "../../node";
import { startCollector } from "../support/otlp";
import { until } from "../support/until";

const CONFIG = join(__dirname, "../../monitoring/logs/rsyslog-elasticsearch.conf");
const RSYSLOGD = "/usr/sbin/rsyslogd";

type Document = Readonly<Record<string, unknown>>;

/** As much of Elasticsearch as takes documents in bulk. */
async function startElasticsearch() {
	const documents: { readonly index: string; readonly document: Document }[] = [];
	const server = createServer(async (req, res) => {
		const chunks: Buffer[] = [];
		for await (const chunk of req) chunks.push(chunk);
		const lines = Buffer.concat(chunks).toString().split("\n").filter(Boolean);
		for (let at = 0; at + 1 < lines.length; at += 2) {
			const action = JSON.parse(lines[at] ?? "") as { index: { _index: string } };
			documents.push({ index: action.index._index, document: JSON.parse(lines[at + 1] ?? "") });
		}
		res.writeHead(200, { "content-type": "application/json" });
		res.end(JSON.stringify({ took: 1, errors: false, items: lines.map(() => ({ index: { status: 201 } })) }));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return { documents, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

it("comes to Elasticsearch by rsyslog, line by line, with what finds it again", async () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-logs-"));
	const [logs, state] = [join(folder, "logs"), join(folder, "state")];
	for (const each of [logs, state, join(folder, "data")]) mkdirSync(each, { mode: 0o700 });
	const elastic = await startElasticsearch();
	const collector = await startCollector();
	const env = {
		BANYAN_LOGS: join(logs, "*.log"),
		BANYAN_LOGS_STATE: state,
		BANYAN_UNREADABLE: join(folder, "unreadable"),
		ELASTICSEARCH_HOST: "127.0.0.1",
		ELASTICSEARCH_PORT: String(elastic.port)
	};
	const checked = spawnSync(RSYSLOGD, ["-N1", "-f", CONFIG], { env, encoding: "utf8" });
	expect([checked.status, checked.stderr]).toEqual([0, expect.stringContaining("End of config validation run")]);

	const file = join(logs, "node.log");
	const broker = await openNode(
		{ services: ["access", "gateway"], logFile: file, logLevel: "debug" },
		{
			DATA_DIR: join(folder, "data"),
			GATEWAY_PORT: "0",
			OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
			OTEL_TRACES_SAMPLER_ARG: "1"
		}
	);
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(file, "utf8"))?.[1];
	const asked = await fetch(`${url}/api/v1/nothing-here?token=canary`, { headers: { "x-correlation-id": "find-me" } });
	expect(asked.status).toBe(404);
	await broker.stop();
	appendFileSync(file, "Segmentation fault\n");
	const lines = readFileSync(file, "utf8")
		.trim()
		.split("\n")
		.slice(0, -1)
		.map(line => JSON.parse(line) as Document);

	const shipper = spawn(RSYSLOGD, ["-n", "-f", CONFIG, "-i", join(folder, "pid")], { env, stdio: "ignore" });
	try {
		await until(() => elastic.documents.length >= lines.length, "all lines have come");
		await until(() => readFileSync(join(folder, "unreadable"), { encoding: "utf8", flag: "a+" }) !== "");
	} finally {
		shipper.kill();
		await once(shipper, "exit");
		elastic.close();
		await collector[Symbol.asyncDispose]();
	}
	const sent = elastic.documents.map(({ document: { "@timestamp": at, ...document } }) => {
		expect(at).toBe(document.time);
		return document;
	});
	expect(sent).toEqual(lines);
	expect(new Set(elastic.documents.map(({ index }) => index))).toEqual(
		new Set(lines.map(({ time }) => `banyan-${String(time).slice(0, 10)}`))
	);
	expect(sent).toContainEqual(
		expect.objectContaining({
			correlationId: "find-me",
			trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
			span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
			trace_flags: "01",
			msg: expect.stringContaining("token=***")
		})
	);
	expect(readFileSync(join(folder, "unreadable"), "utf8")).toContain("Segmentation fault");
	rmSync(folder, { recursive: true, force: true });
});
