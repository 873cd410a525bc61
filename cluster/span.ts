/** A place in a trace, as the product knows it: nothing of OpenTelemetry is met here. */

/** Who does what is spanned, of the two who take part. */
export type Kind = "internal" | "server" | "client" | "producer" | "consumer";

/** By names of OpenTelemetry's semantic conventions. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface What {
	/** One of few: no name of a record, of a user, of a run. */
	readonly name: string;
	readonly kind: Kind;
	readonly attributes?: Attributes;
	/** When it began, in ms since 1970; now, where nobody says. */
	readonly begun?: number;
}

/** Of a span that may be another process's. */
export interface Place {
	/** As W3C Trace Context has it. */
	readonly traceparent: string;
	readonly tracestate?: string | undefined;
}

/** One of a trace that nobody records has its place, and does nothing. */
export interface Span extends Place {
	readonly traceId: string;
	readonly spanId: string;
	/** It is recorded, and so is what it causes. */
	readonly isSampled: boolean;
	/** Itself, where nothing is recorded. */
	child(what: What): Span;
	rename(name: string): void;
	set(attributes: Attributes): void;
	/** @param type a code, or the name of an error: one of few */
	fail(type: string): void;
	end(): void;
}

/** What a trace follows from, and is no part of. */
export interface Follows {
	readonly from: Place | undefined;
	/** `alike`: recorded where that is; `anew`: as any other that begins. */
	readonly sampled: "alike" | "anew";
}

/** How a node begins what is traced. */
export interface Tracer {
	/** A trace of its own. */
	root(what: What, follows?: Follows): Span;
	/** A part of a trace that came from elsewhere; undefined where that is no place. */
	from(place: { readonly [P in keyof Place]?: Place[P] | undefined }, what: What): Span | undefined;
	/** Undefined where it is none, as W3C Trace Context has it. */
	place(traceparent: unknown, tracestate: unknown): Place | undefined;
}
