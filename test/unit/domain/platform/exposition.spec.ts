import fc from "fast-check";
import { expose, type Metric, type NodeMetrics, type Sample } from "../../../../domain/platform/exposition";

const metric = (parts: Partial<Metric>, ...values: Sample[]): Metric => ({
	name: "x",
	type: "gauge",
	description: "It.",
	values,
	...parts
});
const one = (parts: Partial<Metric>, ...values: Sample[]): string =>
	expose([{ node: null, metrics: [metric(parts, ...values)] }]);

describe("metrics as text", () => {
	it("stand under their name, their help and their type", () => {
		expect(one({ name: "process.cpu", description: "Of it." }, { labels: {}, value: 0.5 })).toBe(
			"# HELP process_cpu Of it.\n# TYPE process_cpu gauge\nprocess_cpu 0.5\n"
		);
	});

	it.each<[string, Partial<Metric>, string]>([
		["counters end in _total", { name: "links.served", type: "counter" }, "links_served_total"],
		["once", { name: "request.total", type: "counter" }, "request_total"],
		["what is no counter does not", { name: "memory.total", type: "gauge" }, "memory"],
		["words are told apart by _", { name: "eventLoop.lagMax" }, "event_loop_lag_max"],
		["whatever stood between them", { name: "a-b c//d" }, "a_b_c_d"],
		["times are in seconds", { name: "request.time", unit: "millisecond" }, "request_time_seconds"],
		["and say so once", { name: "took.ms", unit: "millisecond" }, "took_seconds"],
		["none begins with a digit", { name: "5xx.answers" }, "_5xx_answers"]
	])("%s", (_, parts, name) =>
		expect(one(parts, { labels: {}, value: 1 })).toContain(`\n# TYPE ${name} ${parts.type ?? "gauge"}\n${name} `)
	);

	it("escape what labels hold, so that a line stays a line", () => {
		const labels = { a: 'say "hi"', b: "C:\\x", c: "two\nlines", d: "\r", e: "", f: true, g: null, h: undefined };
		expect(one({}, { labels, value: 1 })).toContain(
			'\nx{a="say \\"hi\\"",b="C:\\\\x",c="two\\nlines",d="\r",e="",f="true"} 1\n'
		);
	});

	it("spell labels as Prometheus does", () => {
		expect(one({}, { labels: { errorName: "a", nodeID: "b", "c-d": "c", "9": "d" }, value: 1 })).toContain(
			'\nx{_9="d",error_name="a",node_id="b",c_d="c"} 1\n'
		);
	});

	it("keep a help text on its line", () => {
		expect(one({ description: "a\\b\nc" }, { labels: {}, value: 1 })).toMatch(/^# HELP x a\\\\b c\n/);
	});

	it("count histograms up, bound by bound, to all of them", () => {
		const buckets = { 0.5: 1, 250: 3, 1: 2, 5000: 3 };
		const text = one(
			{ name: "t", type: "histogram", unit: "millisecond" },
			{ labels: { a: "b" }, sum: 1500, count: 4, buckets }
		);
		expect(text.split("\n").slice(2, -1)).toEqual([
			't_seconds_bucket{a="b",le="0.0005"} 1',
			't_seconds_bucket{a="b",le="0.001"} 2',
			't_seconds_bucket{a="b",le="0.25"} 3',
			't_seconds_bucket{a="b",le="5"} 3',
			't_seconds_bucket{a="b",le="+Inf"} 4',
			't_seconds_sum{a="b"} 1.5',
			't_seconds_count{a="b"} 4'
		]);
	});

	it("of several nodes stand together, each with its node", () => {
		const own = metric({}, { labels: { node: "forged" }, value: 1 });
		const text = expose(["n1", "n2"].map(node => ({ node, metrics: [own, metric({ name: "y" })] })));
		expect(text).toBe('# HELP x It.\n# TYPE x gauge\nx{node="n1"} 1\nx{node="n2"} 1\n');
	});

	it("say in OpenMetrics the same, with traces where there are any", () => {
		const sample = {
			...{ labels: {}, sum: 30, count: 2, buckets: { 10: 1, 50: 2 } },
			exemplars: {
				50: { traceId: "ab12", value: 25, at: 1_700_000_000_500 },
				10: { traceId: 'no"id', value: 5, at: 1 }
			}
		};
		const timed = metric({ name: "t", type: "histogram", unit: "millisecond", description: 'It "is".' }, sample);
		const made = metric({ name: "made", type: "counter" }, { labels: {}, value: 1 });
		const all = [{ node: null, metrics: [timed, made] }];
		expect(expose(all, "openmetrics").split("\n")).toEqual([
			...['# HELP t_seconds It \\"is\\".', "# TYPE t_seconds histogram"],
			...['t_seconds_bucket{le="0.01"} 1', 't_seconds_bucket{le="0.05"} 2 # {trace_id="ab12"} 0.025 1700000000.5'],
			...['t_seconds_bucket{le="+Inf"} 2', "t_seconds_sum 0.03", "t_seconds_count 2"],
			...["# HELP made It.", "# TYPE made counter", "made_total 1", "# EOF", ""]
		]);
		expect(expose(all)).not.toMatch(/trace_id|EOF/);
	});

	it("leave out what has no value, and what is only information", () => {
		expect(one({}, { labels: {}, value: null }, { labels: {} }, { labels: {}, value: Number.NaN })).toBe("");
		expect(one({ type: "info" }, { labels: {}, value: 1 })).toBe("");
	});
});

describe("any metrics at all", () => {
	const word = fc.oneof(
		fc.string({ minLength: 1 }),
		fc.constantFrom("a", "a.b", "a_b", "0", "le", "node", 'q"', "n\nl")
	);
	const label = fc.oneof(fc.string(), fc.constantFrom("\n", '"', "\\", '\\"', "\u2028"));
	const sample = fc.record({
		labels: fc.dictionary(word, label, { maxKeys: 5 }),
		value: fc.oneof(fc.double(), fc.constant(null)),
		sum: fc.double({ noNaN: true }),
		count: fc.nat(),
		buckets: fc.dictionary(fc.double({ min: 0, max: 1e6, noNaN: true }).map(String), fc.nat(), { maxKeys: 5 })
	});
	const any = fc.array(
		fc.record<NodeMetrics>({
			node: fc.oneof(word, fc.constant(null)),
			metrics: fc.array(
				fc.record<Metric>({
					name: word,
					type: fc.constantFrom("counter", "gauge", "histogram", "info"),
					description: fc.option(label, { nil: undefined }),
					unit: fc.constantFrom(undefined, "millisecond", "byte"),
					values: fc.array(sample as fc.Arbitrary<Sample>, { maxLength: 3 })
				})
			)
		})
	);
	const NAME = "[a-zA-Z_][a-zA-Z0-9_]*";
	const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"`;
	const LINE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? -?(?:\\d\\S*|Infinity)$`);

	it("are lines of the format, each name once, each label once", () => {
		fc.assert(
			fc.property(any, all => {
				const lines = expose(all).split("\n");
				expect(lines.pop()).toBe("");
				const types = lines.filter(line => line.startsWith("# TYPE ")).map(line => line.split(" ")[2]);
				expect(new Set(types).size).toBe(types.length);
				for (const line of lines.filter(each => !each.startsWith("# "))) {
					expect(line).toMatch(LINE);
					const names = [...(LINE.exec(line)?.[2] ?? "").matchAll(new RegExp(`(${NAME})="(?:[^"\\\\]|\\\\.)*"`, "g"))];
					expect(new Set(names.map(([, name]) => name)).size).toBe(names.length);
				}
			}),
			{ numRuns: 60 }
		);
	});
});
