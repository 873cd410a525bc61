/** How an answer came about, for the header Cache-Status (RFC 9211). Pure. */

export interface Outcome {
	/** As metrics call it. */
	readonly name: "hit" | "collapsed" | "forwarded" | "stale";
	/** Why what is kept would not do; undefined where it did. */
	readonly why?: "uri-miss" | "stale" | "request";
	/** How long it is fresh, in s; below 0: for how long it has not been. */
	readonly ttl?: number;
	readonly isStored?: boolean;
}

export function cacheStatus({ name, why, ttl, isStored }: Outcome): string {
	const parts = ["banyan", why === undefined ? "hit" : `fwd=${why}`];
	if (isStored) parts.push("stored");
	if (name === "collapsed") parts.push("collapsed");
	if (ttl !== undefined) parts.push(`ttl=${Math.floor(ttl)}`);
	// The word that tells it from what is fresh: nobody answers.
	if (name === "stale") parts.push("detail=stale");
	return parts.join("; ");
}
