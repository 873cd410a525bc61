/** Spans by OpenTelemetry's SDK. Loaded by nodes that trace alone. */

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
import { ParentBasedSampler, type Sampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
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

/** A place of a trace that nobody records. */
class Passing implements Span {
	readonly isSampled = false;
	private said: string | undefined;

	constructor(private readonly context: SpanContext) {}

	get traceId(): string {
		return this.context.traceId;
	}

	get spanId(): string {
		return this.context.spanId;
	}

	get traceparent(): string {
		this.said ??= traceparentOf(this.context);
		return this.said;
	}

	get tracestate(): string | undefined {
		return this.context.traceState?.serialize();
	}

	child(): this {
		return this;
	}

	rename(): void {}
	set(): void {}
	fail(): void {}
	end(): void {}
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

/** As its parent is; without one by this share, or as what it follows from. */
export function samplerOf(ratio: number): Sampler {
	const share = new TraceIdRatioBasedSampler(ratio);
	return new ParentBasedSampler({ root: share });
}

export class OtelNode implements Tracer {
	constructor(
		private readonly tracer: OtelTracer,
		/** Which records all that it is given. */
		private readonly always: OtelTracer
	) {}

	root(what: What, follows?: Follows): Span {
		const from = follows?.from && contextOf(follows.from);
		if (from === undefined) return this.begun(this.tracer, what, ROOT_CONTEXT);
		if (follows?.sampled === "alike")
			return isSampled(from) ? this.begun(this.always, what, ROOT_CONTEXT, from) : new Passing(from);
		return this.begun(this.tracer, what, ROOT_CONTEXT, from);
	}

	from({ traceparent, tracestate }: Parameters<Tracer["from"]>[0], what: What): Span | undefined {
		const place = this.place(traceparent, tracestate);
		const from = place && contextOf(place);
		if (!from) return undefined;
		if (!isSampled(from)) return new Passing(from);
		return this.begun(this.tracer, what, trace.setSpanContext(ROOT_CONTEXT, from));
	}

	place(traceparent: unknown, tracestate: unknown): Place | undefined {
		if (typeof traceparent !== "string" || !parseTraceParent(traceparent)) return undefined;
		return { traceparent, ...(typeof tracestate === "string" && { tracestate }) };
	}

	private begun(tracer: OtelTracer, what: What, within: Context, link?: SpanContext): Span {
		const links: Link[] = link ? [{ context: link }] : [];
		const span = tracer.startSpan(what.name, { ...optionsOf(what), links }, within);
		return span.isRecording() ? new Recorded(tracer, span) : new Passing(span.spanContext());
	}
}

function contextOf({ traceparent, tracestate }: Place): SpanContext | undefined {
	const context = parseTraceParent(traceparent);
	if (!context) return undefined;
	return { ...context, isRemote: true, ...(tracestate !== undefined && { traceState: new TraceState(tracestate) }) };
}
