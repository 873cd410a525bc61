/** What costs something to find out, and may be asked for by anybody: computed once, and everybody's for a while. */

interface Kept<T> {
	readonly value: Promise<T>;
	/** By `performance.now`; unbounded while it is computed. */
	until: number;
}

/** @param ms how long an answer is good from when it is there; a failure too */
export function shared<T>(ms: number, compute: () => T | Promise<T>): () => Promise<T> {
	let kept: Kept<T> | undefined;
	return () => {
		if (kept && kept.until > performance.now()) return kept.value;
		const mine: Kept<T> = { value: Promise.resolve().then(compute), until: Number.POSITIVE_INFINITY };
		const there = (): void => {
			mine.until = performance.now() + ms;
		};
		mine.value.then(there, there);
		kept = mine;
		return mine.value;
	};
}
