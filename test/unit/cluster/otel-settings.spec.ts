import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SettingError } from "../../../cluster/environment";
import { readConfig } from "../../../moleculer.config";

const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" };
const folder = mkdtempSync(join(tmpdir(), "banyan-otel-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
};

const layersOf = (environment: Record<string, string>): string[] =>
	(readConfig(environment).middlewares ?? []).map(each => String(Reflect.get(Object(each), "name") ?? each));
function refused(environment: Record<string, string>): string {
	try {
		readConfig(environment);
	} catch (error) {
		if (error instanceof SettingError) return error.message;
		throw error;
	}
	return "";
}

it("a node without an endpoint has no layer of it, and loads nothing of OpenTelemetry", () => {
	jest.isolateModules(() => {
		const names = ["api", "sdk-trace", "core", "resources", "exporter-trace-otlp-proto"];
		for (const name of names)
			jest.doMock(`@opentelemetry/${name}`, () => {
				throw new Error(`${name} is loaded`);
			});
		const { readConfig: anew }: { readConfig: typeof readConfig } = require("../../../moleculer.config");
		expect(anew({}).middlewares).toBeDefined();
		expect(() => anew(ON)).toThrow(/is loaded/);
		for (const name of names) jest.dontMock(`@opentelemetry/${name}`);
	});
	expect(layersOf({})).not.toContain("tracing");
});

it("a node with one traces, around what is measured, so that a duration can say in which trace it was", () => {
	const layers = layersOf(ON);
	expect(layers).toContain("tracing");
	expect(layers.indexOf("tracing")).toBeGreaterThan(layers.indexOf("Metrics"));
});

it.each([
	[
		{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
		/^OTEL_EXPORTER_OTLP_ENDPOINT is not valid: it must be an address/
	],
	[{ OTEL_EXPORTER_OTLP_ENDPOINT: "grpc://collector:4317" }, /it must be an address, as http:\/\/localhost:4318/],
	[{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://me:hunter2@collector" }, /without user and password/],
	[{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector/?key=hunter2" }, /query and fragment/],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS: "hunter2" }, /^OTEL_EXPORTER_OTLP_HEADERS is not valid: it must be name=value/],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS: "a b=hunter2" }, /it must be name=value/],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS: "a=hunter2%0d%0ax: y" }, /it must be name=value/],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS: "a=%zz" }, /it must be name=value/],
	[{ ...ON, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /http\/protobuf, the only one spoken here/],
	[{ ...ON, OTEL_TRACES_SAMPLER_ARG: "10%" }, /a number from 0 to 1/],
	[{ ...ON, OTEL_TRACES_SAMPLER_ARG: "1.5" }, /a number from 0 to 1/],
	[{ ...ON, OTEL_TRACES_SAMPLER_ARG: "-0.1" }, /a number from 0 to 1/],
	[{ ...ON, OTEL_EXPORTER_OTLP_TIMEOUT: "soon" }, /a whole number, 100 to 60000 ms/],
	[{ ...ON, OTEL_BSP_SCHEDULE_DELAY: "0" }, /a whole number, 10 to 60000 ms/],
	[{ ...ON, OTEL_SERVICE_NAME: "a name with spaces" }, /up to 64 letters/],
	[{ ...ON, OTEL_EXPORTER_OTLP_CERTIFICATE: "/nowhere.pem" }, /'\/nowhere.pem' cannot be read \(ENOENT\)/],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS_FILE: "/nowhere" }, /cannot be read \(ENOENT\)/],
	[
		{ ...ON, OTEL_EXPORTER_OTLP_HEADERS: "a=hunter2", OTEL_EXPORTER_OTLP_HEADERS_FILE: file("both", "a=hunter2") },
		/are both set: take one of them away/
	],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS_FILE: file("none", "hunter2") }, /holds no headers: they must be name=value/],
	[
		{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_EXPORTER_OTLP_HEADERS: "a=hunter2" },
		/would go over a network without TLS: take https:\/\//
	],
	// Wrong ones are told also where they are of no use.
	[{ OTEL_TRACES_SAMPLER_ARG: "much" }, /a number from 0 to 1/]
])("%p is refused with a sentence, and without a secret", (environment, sentence) => {
	expect(refused(environment as Record<string, string>)).toMatch(sentence);
	expect(refused(environment as Record<string, string>)).not.toContain("hunter2");
});

it.each([
	[{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }],
	[{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example.com/otlp/", OTEL_EXPORTER_OTLP_HEADERS: "a=b,c=d%20e" }],
	[{ ...ON, OTEL_EXPORTER_OTLP_HEADERS_FILE: file("good", "api-key=hunter2\n") }],
	[
		{
			OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
			OTEL_EXPORTER_OTLP_HEADERS: "a=b",
			OTEL_EXPORTER_OTLP_INSECURE: "true"
		}
	],
	[{ ...ON, OTEL_TRACES_SAMPLER_ARG: "0.01", OTEL_SERVICE_NAME: "banyan-gateway" }]
])("%p is taken", environment => {
	expect(refused(environment as Record<string, string>)).toBe("");
});
