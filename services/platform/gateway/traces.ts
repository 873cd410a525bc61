/**
 * Requests as the beginnings of traces. Whoever calls with a good key may have their trace gone on with, and say whether it
 * is recorded (W3C Trace Context); of anybody else a place is linked to, so that nobody writes into another's trace, nor
 * makes us record more than our share. Paths hold names and keys of links: of a request its route is kept, and no more.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { correlated } from "../../../cluster/logging";
import type { Place, Span, Tracer, What } from "../../../cluster/span";
import { tracerOf } from "../../../cluster/tracing";
import { inWork, type Work } from "../../../cluster/work";
import type { WebRequest } from "../../../mixins/web.mixin";

/** What comes of a request is done within its work. */
export type Within = (req: IncomingMessage, res: ServerResponse, correlationId: string, job: () => void) => void;

export function tracing(broker: object): Within {
	const tracer = tracerOf(broker);
	if (!tracer) return (_req, _res, correlationId, job) => correlated(correlationId, job);
	return (req, res, correlationId, job) => {
		if (isLook(req)) return correlated(correlationId, job);
		const trace = new RequestTrace(tracer, req, correlationId);
		(req as Traced)[TRACE] = trace;
		if (trace.isOpen) res.once("close", () => trace.end(req as WebRequest, res));
		return inWork(trace, job);
	};
}

/** Whoever called with a good key is known by now; anybody else is a stranger. */
export const settleTrace = (req: IncomingMessage, isKnown: boolean): void => (req as Traced)[TRACE]?.settle(isKnown);

/** Where a request went that no route has. */
export const nameTrace = (req: IncomingMessage, action: string): void => (req as Traced)[TRACE]?.name(action);

const TRACE = Symbol("trace");
interface Traced extends IncomingMessage {
	[TRACE]?: RequestTrace;
}

/** Asked for by machines, every few seconds. */
const isLook = ({ url = "" }: IncomingMessage): boolean => /^\/(?:live|ready|health|metrics)(?:[/?]|$)/.test(url);

const whatOf = (name: string): What => ({ name, kind: "server" });
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const WHATS: Readonly<Record<string, What>> = Object.fromEntries(METHODS.map(method => [method, whatOf(method)]));
/** As OpenTelemetry has it of a method that is none of these. */
const OTHER = whatOf("HTTP");

class RequestTrace implements Work {
	span: Span | undefined;
	private readonly given: Place | undefined;
	private readonly begun: number;
	private action: string | undefined;

	constructor(
		private readonly tracer: Tracer,
		private readonly req: IncomingMessage,
		readonly correlationId: string
	) {
		const { traceparent, tracestate } = req.headers;
		this.begun = traceparent === undefined ? 0 : Date.now();
		this.given = traceparent === undefined ? undefined : tracer.place(traceparent, tracestate);
		if (!this.given || !hasKey(req)) this.settle(false);
	}

	/** There is something to do at its end. */
	get isOpen(): boolean {
		return this.span?.isSampled ?? true;
	}

	settle(isKnown: boolean): void {
		if (this.span) return;
		const { tracer, given } = this;
		const gone = isKnown && given ? tracer.from(given, this.what) : undefined;
		this.span = gone ?? tracer.root(this.what, given && { from: given, sampled: "anew" });
	}

	name(action: string): void {
		this.action = action;
	}

	end({ $alias, httpVersion }: Pick<WebRequest, "$alias" | "httpVersion">, res: ServerResponse): void {
		this.settle(false);
		const { span, what } = this;
		if (!span?.isSampled) return;
		const route = $alias?.fullPath;
		const where = route ?? this.action;
		if (where !== undefined) span.rename(`${what.name} ${where}`);
		span.set({
			"http.request.method": what.name === OTHER.name ? "_OTHER" : what.name,
			...(route !== undefined && { "http.route": route }),
			"http.response.status_code": res.statusCode,
			"network.protocol.version": httpVersion,
			"banyan.correlation_id": this.correlationId
		});
		if (!res.writableFinished) span.fail("ABANDONED");
		else if (res.statusCode >= 500) span.fail(String(res.statusCode));
		span.end();
	}

	/** What is said of it is said at its end, where it is recorded: most are not. */
	private get what(): What {
		const what = WHATS[this.req.method ?? ""] ?? OTHER;
		// What was put off has no finer clock than this.
		return this.given ? { ...what, begun: this.begun } : what;
	}
}

const hasKey = ({ headers }: IncomingMessage): boolean =>
	headers["x-api-key"] !== undefined || headers.authorization !== undefined;
