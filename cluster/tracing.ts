/**
 * Where the present work stands in a trace. What is traced is said by `inSpan`; who records it, and whether anybody does,
 * is decided where a trace begins, and a node that traces nothing loads nothing for it.
 */

import { codeOf, textOf } from "../domain/unknown";
import type { Place, Span, Tracer, What } from "./span";
import { currentWork, inWork, type Work } from "./work";

export const currentSpan = (): Span | undefined => currentWork()?.span;

/** Of the present work, where it is recorded: for exemplars. */
export const traceId = (): string | undefined => {
	const span = currentSpan();
	return span?.isSampled ? span.traceId : undefined;
};

/** What goes along with what is asked of others now; undefined where nothing is traced. */
export const placeNow = (): Place | undefined => {
	const span = currentSpan();
	return span && placeOf(span);
};

export const placeOf = ({ traceparent, tracestate }: Place): Place => ({
	traceparent,
	...(tracestate !== undefined && { tracestate })
});

const TRACERS = new WeakMap<object, Tracer>();

export const setTracer = (broker: object, tracer: Tracer): unknown => TRACERS.set(broker, tracer);
/** Undefined where a node traces nothing. */
export const tracerOf = (broker: object): Tracer | undefined => TRACERS.get(broker);

/** As a part of what is done now; the work itself, where that is not recorded. */
export function inSpan<T>(what: What, job: () => Promise<T>): Promise<T> {
	const now = currentSpan();
	return now?.isSampled ? spanned(now.child(what), job) : job();
}

/** Ends the span with the work. @param correlationId the present one, where none is given */
export async function spanned<T>(
	span: Span,
	job: () => Promise<T>,
	correlationId = currentWork()?.correlationId
): Promise<T> {
	try {
		return await inWork({ correlationId, span }, job);
	} catch (error) {
		span.fail(kindOfError(error));
		throw error;
	} finally {
		span.end();
	}
}

/** One of few, and no part of a message: its stable code, else its name. */
export function kindOfError(error: unknown): string {
	const known = [textOf(error, "type"), codeOf(error), textOf(error, "name")];
	return known.find(each => each !== undefined && /^[\w-]{1,64}$/.test(each)) ?? "Error";
}

/** A chapter ends after so long, in ms, or once its span was asked for so often. */
const CHAPTER = { ms: 10_000, looks: 200 };

/**
 * Work without an end is told in chapters: the first one is a part of what began it, each one after that a trace of its own
 * that is linked to it, and sampled by itself. So no trace grows without bound, and what is sampled is seen while the work
 * goes on.
 */
class Chapters implements Work {
	private readonly start: Place | undefined;
	private chapter: Span;
	private until = performance.now() + CHAPTER.ms;
	private looks = 0;

	constructor(
		private readonly tracer: Tracer,
		private readonly what: What,
		begins: Span | undefined,
		readonly correlationId: string | undefined
	) {
		this.start = begins && placeOf(begins);
		this.chapter = begins ? begins.child(what) : tracer.root(what);
	}

	get span(): Span {
		if (++this.looks > CHAPTER.looks || performance.now() > this.until) this.turn();
		return this.chapter;
	}

	end(): void {
		this.chapter.end();
	}

	private turn(): void {
		this.chapter.end();
		this.chapter = this.tracer.root(this.what, { from: this.start, sampled: "anew" });
		this.until = performance.now() + CHAPTER.ms;
		this.looks = 0;
	}
}

/** Work that may go on for hours. @param broker of the node that does it */
export function inChapters<T>(broker: object, what: What, job: () => Promise<T>): Promise<T> {
	const tracer = tracerOf(broker);
	if (!tracer) return job();
	const now = currentWork();
	const chapters = new Chapters(tracer, what, now?.span, now?.correlationId);
	return inWork(chapters, job).finally(() => chapters.end());
}
