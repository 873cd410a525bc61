/**
 * Calls and events as spans. What a node asks of another goes along with its place in the trace, in the packet's meta; who
 * is asked goes on from there. A trace begins where work comes from outside or by itself, nowhere else: a call that comes
 * without a place is of a node that traces nothing.
 */

import type { Middleware, ServiceBroker } from "moleculer";
import type { Delivery } from "../adapters/announcements";
import type { Meta } from "../cluster";
import { registerMetrics } from "../cluster/measuring";
import { type Handler, isNamed, middleware, type Told } from "../cluster/middleware";
import { type Count, type Exporting, type Opened, openTracer } from "../cluster/otel/export";
import { traceOutgoing } from "../cluster/otel/outgoing";
import type { Place, Span, Tracer, What } from "../cluster/span";
import { currentSpan, inSpan, placeNow, setTracer, spanned } from "../cluster/tracing";
import { inWork } from "../cluster/work";
import { NODE_METRICS } from "../contracts/node-metrics";

interface Called {
	readonly nodeID: string | null;
	readonly meta: Meta;
	/** Of an event that is delivered. */
	readonly options?: { readonly delivery?: Pick<Delivery, "at"> };
}
interface Part {
	readonly name: string;
	readonly service?: { readonly name: string };
}

/** The longest that a node which stops waits for its collector, in ms. */
const FLUSH_MS = 2_000;
const TELL_MS = 60_000;
/** A durable event that is delivered later than this has a trace of its own, in ms. */
const SOON_MS = 10_000;

/** Moleculer's own are asked by nodes of each other, every second. */
const isOurs = ({ name }: Part): boolean => !name.startsWith("$");

const callOf = (name: string, kind: What["kind"]): What => {
	const at = name.lastIndexOf(".");
	const [service, method] = [name.slice(0, at), name.slice(at + 1)];
	const attributes = { "rpc.system.name": "moleculer", "rpc.method": `${service}/${method}` };
	return { name: `${service}/${method}`, kind, attributes };
};

const eventOf = (name: string, service: string): What => ({
	name: `process ${name}`,
	kind: "consumer",
	attributes: {
		"messaging.system": "moleculer",
		"messaging.operation.type": "process",
		"messaging.operation.name": "process",
		"messaging.destination.name": name,
		"messaging.consumer.group.name": service
	}
});

/** What came with it is for this node alone: it goes on with what this one says, and nothing of it goes back. */
function gone(tracer: Tracer | undefined, meta: Meta, what: What): Span | undefined {
	if (meta.traceparent === undefined) return undefined;
	const span = tracer?.from(meta, what);
	meta.traceparent = undefined;
	if (meta.tracestate !== undefined) meta.tracestate = undefined;
	return span;
}

/** What goes along with a call. */
function give(meta: Meta, { traceparent, tracestate }: Place): void {
	meta.traceparent = traceparent;
	if (tracestate !== undefined || meta.tracestate !== undefined) meta.tracestate = tracestate;
}

/** A node that traces. */
interface Node {
	readonly id: string;
	readonly tracer: Tracer;
}
/** Undefined before its broker is made. */
type Which = () => Node | undefined;

const called =
	(node: Which) =>
	(next: Handler<Called>, action: Part): Handler<Called> => {
		if (!isOurs(action)) return next;
		const [what, local] = [callOf(action.name, "server"), callOf(action.name, "internal")];
		return ctx => {
			if (ctx.nodeID === node()?.id) return inSpan(local, () => next(ctx));
			const span = gone(node()?.tracer, ctx.meta, what);
			return span ? goneOn(span, ctx.meta.correlationId, () => next(ctx)) : next(ctx);
		};
	};

const asked = (next: Handler<Called>, action: Part): Handler<Called> => {
	if (!isOurs(action)) return next;
	const what = callOf(action.name, "client");
	return ctx => {
		const here = currentSpan();
		if (!here) return next(ctx);
		const span = here.child(what);
		give(ctx.meta, span);
		return span.isSampled ? spanned(span, () => next(ctx)) : next(ctx);
	};
};

const heard =
	(node: Which) =>
	(next: Handler<Called>, { name, service }: Part): Handler<Called> => {
		const what = eventOf(name, service?.name ?? "");
		return ctx => {
			const tracer = node()?.tracer;
			// All who listen on this node are given the same meta.
			const span = ctx.options?.delivery === undefined ? tracer?.from(ctx.meta, what) : delivered(tracer, ctx, what);
			return span ? goneOn(span, ctx.meta.correlationId, () => next(ctx)) : next(ctx);
		};
	};

const told =
	(next: Told): Told =>
	(event, payload, options) => {
		const place = isNamed(options) && !event.startsWith("$") ? placeNow() : undefined;
		return place
			? next(event, payload, { ...options, meta: { ...options?.meta, ...place } })
			: next(event, payload, options);
	};

/** @param version Banyan's */
export function tracing(exporting: Exporting, version: string): Middleware {
	let node: Node | undefined;
	let opened: Opened | undefined;
	let ended: (() => void) | undefined;
	const which: Which = () => node;
	return middleware({
		name: "tracing",
		created(broker: ServiceBroker) {
			const { nodeID, namespace } = broker;
			const { spans } = NODE_METRICS;
			registerMetrics(broker, { spans });
			opened = openTracer(exporting, { nodeID, namespace, version }, counter(broker));
			node = { id: nodeID, tracer: opened.tracer };
			setTracer(broker, opened.tracer);
			ended = traceOutgoing();
		},
		localAction: called(which),
		remoteAction: asked,
		localEvent: heard(which),
		emit: told,
		broadcast: told,
		async stopped() {
			ended?.();
			await opened?.close(FLUSH_MS);
		}
	});
}

/** What is not recorded has its place all the same: in its log lines, and for others. */
function goneOn(span: Span, correlationId: string | undefined, next: () => Promise<unknown>): Promise<unknown> {
	return span.isSampled ? spanned(span, next, correlationId) : inWork({ correlationId, span }, next);
}

/** A part of the trace that announced it while that is fresh; later, or behind a restart, one of its own that is linked to it. */
function delivered(tracer: Tracer | undefined, { meta, options }: Called, what: What): Span | undefined {
	if (!tracer) return undefined;
	const place = tracer.place(meta.traceparent, meta.tracestate);
	const late = Date.now() - Date.parse(options?.delivery?.at ?? "");
	return late < SOON_MS && place ? tracer.from(place, what) : tracer.root(what, { from: place, sampled: "alike" });
}

/** Counts what became of spans, and tells of a collector that does not take them, now and then. */
function counter(broker: ServiceBroker): Count {
	let toldAt = Number.NEGATIVE_INFINITY;
	let isAway = false;
	const tell = (sentence: string): void => {
		if (performance.now() - toldAt < TELL_MS) return;
		toldAt = performance.now();
		broker.logger.warn(sentence);
	};
	return (outcome, spans, why) => {
		broker.metrics.increment(NODE_METRICS.spans.name, { outcome }, spans);
		if (outcome === "failed")
			tell(
				`Traces cannot be sent: ${why}. Nothing waits for it; look at the collector, and at OTEL_EXPORTER_OTLP_ENDPOINT.`
			);
		if (outcome === "exported" && isAway) broker.logger.info("Traces are sent again.");
		if (outcome !== "dropped") isAway = outcome === "failed";
	};
}
