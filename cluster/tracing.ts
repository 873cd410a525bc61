/** What is known of the trace that a call belongs to. */

/** Of the span that is under way; undefined where nothing is traced. */
export const traceId = (): string | undefined => undefined;
