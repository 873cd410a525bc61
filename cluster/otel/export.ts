/**
 * How spans leave a node: in batches, by the official exporter. As many are kept as are said here and no more; what a
 * collector that is away, slow or refusing does not take is dropped, counted, and never waited for.
 */

import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
	AlwaysOnSampler,
	BatchSpanProcessor,
	type ReadableSpan,
	type SpanExporter,
	type SpanProcessor,
	TracerProvider
} from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import { codeOf, messageOf } from "../../domain/unknown";
import type { Tracer } from "../span";
import { OtelNode } from "./tracer";

/** Where a node's spans go, and how many. */
export interface Exporting {
	/** With its path. */
	readonly url: string;
	/** Secret. */
	readonly headers: Readonly<Record<string, string>>;
	/** Authorities to trust in place of the usual ones, as PEM. */
	readonly ca: Buffer | null;
	readonly timeoutMs: number;
	/** How long spans are gathered. */
	readonly everyMs: number;
	/** Of the traces that begin here, 0 to 1. */
	readonly ratio: number;
	readonly service: string;
}

/** The node that traces. */
export interface About {
	readonly nodeID: string;
	readonly namespace: string;
	readonly version: string;
}

/** What became of spans. */
export type Outcome = "exported" | "dropped" | "failed";
export type Count = (outcome: Outcome, spans: number, why?: string) => void;

/** Spans that are kept until they are sent, and are being sent. */
const MOST_KEPT = 4_096;
const BATCH = 512;
/** Of a value's characters, and of what one span has. */
const LIMITS = { attributeValueLengthLimit: 256, attributeCountLimit: 32, linkCountLimit: 4, eventCountLimit: 4 };

export interface Opened {
	readonly tracer: Tracer;
	/** Sends what is kept, for at most so long. */
	close(mostMs: number): Promise<void>;
}

export function openTracer(exporting: Exporting, about: About, count: Count): Opened {
	const agent = agentOf(exporting);
	const bounded = new Bounded(new Counting(exporterOf(exporting, agent), count), exporting.everyMs, count);
	const resource = resourceFromAttributes({
		[ATTR_SERVICE_NAME]: exporting.service,
		[ATTR_SERVICE_VERSION]: about.version,
		"service.namespace": about.namespace,
		"service.instance.id": about.nodeID
	});
	// What is recorded is decided before it is asked: nine of ten requests are not to cost what a span does.
	const sampler = new AlwaysOnSampler();
	const provider = new TracerProvider({ resource, sampler, spanLimits: LIMITS, spanProcessors: [bounded] });
	return {
		tracer: new OtelNode(provider.getTracer("banyan", about.version), exporting.ratio),
		close: async mostMs => {
			await within(mostMs, bounded.shutdown());
			cut(agent);
		}
	};
}

const agentOf = ({ url, ca }: Exporting): Agent =>
	url.startsWith("https:") ? new TlsAgent({ keepAlive: true, ...(ca && { ca }) }) : new Agent({ keepAlive: true });

/** What is under way ends, and what would be tried again is not: nothing of it keeps the process. */
function cut(agent: Agent): void {
	const refuse = (): never => {
		throw new Error("The node has stopped.");
	};
	Object.assign(agent, { createConnection: refuse });
	agent.destroy();
}

const exporterOf = ({ url, headers, timeoutMs }: Exporting, agent: Agent): SpanExporter =>
	new OTLPTraceExporter({
		url,
		headers: { ...headers },
		timeoutMillis: timeoutMs,
		// One after the other: a slow collector is not sent more at once.
		concurrencyLimit: 2,
		httpAgentOptions: () => agent
	});

async function within(mostMs: number, work: Promise<unknown>): Promise<void> {
	const late = Promise.withResolvers<void>();
	const timer = setTimeout(late.resolve, mostMs);
	await Promise.race([work.catch(() => undefined), late.promise]);
	clearTimeout(timer);
}

/** Says what became of each batch. */
class Counting implements SpanExporter {
	/** Spans whose export has ended, however. */
	settled: (spans: number) => void = () => undefined;

	constructor(
		private readonly exporter: SpanExporter,
		private readonly count: Count
	) {}

	export(spans: ReadableSpan[], told: (result: ExportResult) => void): void {
		this.exporter.export(spans, result => {
			this.settled(spans.length);
			if (result.code === ExportResultCode.SUCCESS) this.count("exported", spans.length);
			else this.count("failed", spans.length, reasonOf(result.error));
			told(result);
		});
	}

	shutdown(): Promise<void> {
		return this.exporter.shutdown();
	}
}

/** A word on what a collector said or did not say; never what it answered, which may hold what it was sent. */
function reasonOf(error: unknown): string {
	const status = Reflect.get(Object(error), "code");
	if (typeof status === "number") return `it answers ${status}`;
	return codeOf(error) ?? messageOf(error).slice(0, 80);
}

/** No more than so many at once, those that are being sent among them. */
class Bounded implements SpanProcessor {
	private readonly batches: BatchSpanProcessor;
	private kept = 0;

	constructor(
		exporter: Counting,
		everyMs: number,
		private readonly count: Count
	) {
		exporter.settled = spans => {
			this.kept -= spans;
		};
		this.batches = new BatchSpanProcessor({
			exporter,
			maxQueueSize: MOST_KEPT,
			maxExportBatchSize: BATCH,
			scheduledDelayMillis: everyMs
		});
	}

	onStart(): void {}

	onEnd(span: ReadableSpan): void {
		if (this.kept >= MOST_KEPT) {
			this.count("dropped", 1);
			return;
		}
		this.kept++;
		this.batches.onEnd(span);
	}

	forceFlush(): Promise<void> {
		return this.batches.forceFlush();
	}

	shutdown(): Promise<void> {
		return this.batches.shutdown();
	}
}
