/** What is told of no more. Pure. */

import type { Metric, Sample } from "./exposition";

/** A gauge without those samples that nobody set for longer than its metric keeps them. @param expires in ms, by name */
export function fresh<M extends Metric>(metric: M, expires: ReadonlyMap<string, number>, now: number): M {
	const keptMs = expires.get(metric.name);
	if (keptMs === undefined) return metric;
	const isFresh = ({ timestamp }: Sample): boolean => timestamp == null || now - timestamp <= keptMs;
	return { ...metric, values: metric.values.filter(isFresh) };
}

/** Series of what is gone for so long are told no more, in ms: until then it may come back. */
const GONE_MS = 900_000;
const MOST = 10_000;

/** Since when things are gone. */
export class Gone {
	private readonly since = new Map<string, number>();

	/** Is it still told of? */
	isTold(name: string, isThere: boolean, now: number): boolean {
		if (isThere) {
			this.since.delete(name);
			return true;
		}
		const since = this.since.get(name) ?? now;
		if (this.since.size < MOST) this.since.set(name, since);
		return now - since <= GONE_MS;
	}
}
