/** Spans by OpenTelemetry's SDK. Loaded by nodes that trace alone. */

import { randomFillSync } from "node:crypto";
import {
	type Context,
	type Link,
	type Span as OtelSpan,
	type Tracer as OtelTracer,
	ROOT_CONTEXT,
	type SpanContext,
	SpanKind,
	SpanStatusCode,
	TraceFlags,
	trace
} from "@opentelemetry/api";
import { parseTraceParent, TraceState } from "@opentelemetry/core";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";
import type { Attributes, Follows, Kind, Place, Span, Tracer, What } from "../span";

const KINDS: Readonly<Record<Kind, SpanKind>> = {
	internal: SpanKind.INTERNAL,
	server: SpanKind.SERVER,
	client: SpanKind.CLIENT,
	producer: SpanKind.PRODUCER,
	consumer: SpanKind.CONSUMER
};

const optionsOf = ({ kind, attributes, begun }: What) => ({
	kind: KINDS[kind],
	...(attributes && { attributes }),
	...(begun !== undefined && { startTime: begun })
});

const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0;

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
	`00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? "00" : "01"}`;

/** A place of a trace that nobody records: most are, so that it costs nothing until somebody asks where it is. */
class Passing implements Span {
	readonly isSampled = false;

	constructor(
		private said?: string,
		readonly tracestate?: string
	) {}

	get traceparent(): string {
		this.said ??= newPlace();
		return this.said;
	}

	get traceId(): string {
		return this.traceparent.slice(3, 35);
	}

	get spanId(): string {
		return this.traceparent.slice(36, 52);
	}

	child(): this {
		return this;
	}

	rename(): void {}
	set(): void {}
	fail(): void {}
	end(): void {}
}

/** Random bytes, drawn many at once. */
const POOL = Buffer.alloc(24 * 256);
let drawn = POOL.length;

function newPlace(): string {
	if (drawn >= POOL.length) {
		randomFillSync(POOL);
		drawn = 0;
	}
	const ids = POOL.toString("hex", drawn, drawn + 24);
	drawn += 24;
	return `00-${ids.slice(0, 32)}-${ids.slice(32)}-00`;
}

class Recorded implements Span {
	readonly isSampled = true;
	private readonly context: SpanContext;

	constructor(
		private readonly tracer: OtelTracer,
		private readonly span: OtelSpan
	) {
		this.context = span.spanContext();
	}

	get traceId(): string {
		return this.context.traceId;
	}

	get spanId(): string {
		return this.context.spanId;
	}

	get traceparent(): string {
		return traceparentOf(this.context);
	}

	get tracestate(): string | undefined {
		return this.context.traceState?.serialize();
	}

	child(what: What): Span {
		const within = trace.setSpan(ROOT_CONTEXT, this.span);
		return new Recorded(this.tracer, this.tracer.startSpan(what.name, optionsOf(what), within));
	}

	rename(name: string): void {
		this.span.updateName(name);
	}

	set(attributes: Attributes): void {
		this.span.setAttributes(attributes);
	}

	/** Without a message: what failed may have named whom it failed for. */
	fail(type: string): void {
		this.span.setStatus({ code: SpanStatusCode.ERROR });
		this.span.setAttribute(ATTR_ERROR_TYPE, type);
	}

	end(): void {
		this.span.end();
	}
}

/** As nodes say it to each other. */
const UNRECORDED = /^00-[\da-f]{32}-[\da-f]{16}-00$/;

export class OtelNode implements Tracer {
	/**
	 * @param tracer which records all that it is given
	 * @param ratio of what begins here, 0 to 1
	 */
	constructor(
		private readonly tracer: OtelTracer,
		private readonly ratio: number
	) {}

	root(what: What, follows?: Follows): Span {
		const from = follows?.from && contextOf(follows.from);
		const isAlike = from !== undefined && follows?.sampled === "alike";
		const recorded = isAlike ? isSampled(from) : Math.random() < this.ratio;
		if (recorded) return this.begun(what, ROOT_CONTEXT, from);
		return isAlike ? passing(from) : new Passing();
	}

	from({ traceparent, tracestate }: Parameters<Tracer["from"]>[0], what: What): Span | undefined {
		if (traceparent !== undefined && UNRECORDED.test(traceparent)) return new Passing(traceparent, tracestate);
		const place = this.place(traceparent, tracestate);
		const from = place && contextOf(place);
		if (!from) return undefined;
		return isSampled(from) ? this.begun(what, trace.setSpanContext(ROOT_CONTEXT, from)) : passing(from);
	}

	place(traceparent: unknown, tracestate: unknown): Place | undefined {
		if (typeof traceparent !== "string" || !parseTraceParent(traceparent)) return undefined;
		return { traceparent, ...(typeof tracestate === "string" && { tracestate }) };
	}

	private begun(what: What, within: Context, link?: SpanContext): Span {
		const links: Link[] = link ? [{ context: link }] : [];
		return new Recorded(this.tracer, this.tracer.startSpan(what.name, { ...optionsOf(what), links }, within));
	}
}

const passing = (from: SpanContext): Span => new Passing(traceparentOf(from), from.traceState?.serialize());

function contextOf({ traceparent, tracestate }: Place): SpanContext | undefined {
	const context = parseTraceParent(traceparent);
	if (!context) return undefined;
	return { ...context, isRemote: true, ...(tracestate !== undefined && { traceState: new TraceState(tracestate) }) };
}
