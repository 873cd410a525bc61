import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { OtelNode } from "../../../cluster/otel/tracer";
import { currentSpan, inChapters, inSpan, kindOfError, setTracer, spanned, traceId } from "../../../cluster/tracing";

const RUN = { name: "run", kind: "internal" } as const;
const STEP = { name: "step", kind: "internal" } as const;

/** A node that keeps what it records. @param ratio of what begins there */
function tracing(ratio: number) {
	const exporter = new InMemorySpanExporter();
	const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
	const node = {};
	const tracer = new OtelNode(provider.getTracer("spec"), ratio);
	setTracer(node, tracer);
	return { node, tracer, spans: (): ReadableSpan[] => exporter.getFinishedSpans() };
}

describe("work", () => {
	it("that nobody traces is done, and nothing else", async () => {
		expect(await inSpan(STEP, async () => currentSpan())).toBeUndefined();
		expect(await inChapters({}, RUN, async () => currentSpan())).toBeUndefined();
		expect(traceId()).toBeUndefined();
	});

	it("that is not recorded keeps its place, which is no exemplar's", async () => {
		const { tracer, spans } = tracing(0);
		const root = tracer.root(RUN);
		await spanned(root, async () => {
			expect(await inSpan(STEP, async () => currentSpan())).toBe(root);
			expect([root.traceparent, traceId()]).toEqual([`00-${root.traceId}-${root.spanId}-00`, undefined]);
		});
		expect(spans()).toEqual([]);
	});

	it("that fails says by what, and not why", async () => {
		const { tracer, spans } = tracing(1);
		const failing = inSpan.bind(null, STEP, async () => {
			expect(traceId()).toBe(currentSpan()?.traceId);
			throw Object.assign(new Error("a secret"), { code: "ODD" });
		});
		await expect(spanned(tracer.root(RUN), failing)).rejects.toThrow("a secret");
		expect(spans().map(({ name, status, attributes, events }) => [name, status, attributes, events])).toEqual([
			["step", { code: 2 }, { "error.type": "ODD" }, []],
			["run", { code: 2 }, { "error.type": "ODD" }, []]
		]);
	});

	it.each([
		[{ type: "VALIDATION_ERROR", code: 422, name: "ValidationError" }, "VALIDATION_ERROR"],
		[{ code: "ECONNREFUSED", name: "Error" }, "ECONNREFUSED"],
		[new TypeError("x"), "TypeError"],
		[{ code: "a code with a secret in it", name: "somebody@example.com" }, "Error"],
		["a text", "Error"],
		[null, "Error"]
	])("that fails with %p fails by %s", (error, kind) => {
		expect(kindOfError(error)).toBe(kind);
	});
});

describe("work without an end", () => {
	const steps = async (count: number): Promise<void> => {
		for (let at = 0; at < count; at++) await inSpan(STEP, async () => undefined);
	};

	it("begins within what began it, and goes on in traces of its own that are linked to that", async () => {
		const { node, tracer, spans } = tracing(1);
		const start = tracer.root({ name: "start", kind: "server" });
		await spanned(start, () => inChapters(node, RUN, () => steps(1_000)));
		const chapters = spans().filter(({ name }) => name === "run");
		const [first, ...others] = chapters;
		expect(chapters.length).toBeGreaterThan(3);
		expect(first?.spanContext().traceId).toBe(start.traceId);
		expect(first?.parentSpanContext?.spanId).toBe(start.spanId);
		for (const chapter of others) {
			expect(chapter.parentSpanContext).toBeUndefined();
			expect(chapter.links.map(({ context }) => context.spanId)).toEqual([start.spanId]);
		}
		expect(new Set(chapters.map(each => each.spanContext().traceId)).size).toBe(chapters.length);
		// None of them grows with the work.
		const inOne = (trace: string): number => spans().filter(each => each.spanContext().traceId === trace).length;
		for (const chapter of chapters) expect(inOne(chapter.spanContext().traceId)).toBeLessThan(300);
		expect(spans().filter(({ name }) => name === "step").length).toBe(1_000);
	});

	it("is sampled anew with each: a start that is recorded does not make all of it be, nor one that is not none of it", async () => {
		for (const ratio of [0, 1]) {
			const { node, tracer, spans } = tracing(ratio);
			const given = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-0${1 - ratio}`;
			const start = tracer.from({ traceparent: given }, { name: "start", kind: "server" });
			if (!start) throw new Error("no place");
			await spanned(start, () => inChapters(node, RUN, () => steps(1_000)));
			const chapters = spans().filter(({ name }) => name === "run");
			if (ratio === 0) expect(chapters.length).toBe(1);
			else expect(chapters.length).toBeGreaterThan(3);
		}
	});

	it("that nobody began, as behind a restart, is traced all the same", async () => {
		const { node, spans } = tracing(1);
		await inChapters(node, RUN, () => steps(1));
		expect(spans().map(({ name, links }) => [name, links.length])).toEqual([
			["step", 0],
			["run", 0]
		]);
	});
});

describe("what a trace follows from", () => {
	const place = (flags: string) => ({ traceparent: `00-${"ab".repeat(16)}-${"cd".repeat(8)}-${flags}` });

	it("is linked to, and where it is recorded alike so is what follows, whatever share is", () => {
		for (const ratio of [0, 1]) {
			const { tracer, spans } = tracing(ratio);
			const follow = (flags: string, sampled: "alike" | "anew") =>
				tracer.root(RUN, { from: place(flags), sampled }).end();
			follow("01", "alike");
			follow("00", "alike");
			expect(spans().map(({ links }) => links.map(({ context }) => context.traceId))).toEqual([["ab".repeat(16)]]);
			follow("01", "anew");
			follow("00", "anew");
			expect(spans().length).toBe(1 + 2 * ratio);
		}
	});
});
