/** Samples of Moleculer's metrics as they are written to directly, without a look-up by the text of their labels. */

import type { Exemplar } from "../domain/platform/exposition";

/** A sample as Moleculer's registry has it, and lists it. */
export interface Sample {
	value: number;
	timestamp: number;
}
interface TimesSample {
	readonly labels: Labels;
	count: number;
	sum: number;
	lastValue: number;
	bucketValues: Readonly<Record<number, number>>;
	/** Of the last one that was traced in each bucket, by its bound. */
	exemplars?: Record<string, Exemplar>;
}
export type Labels = Readonly<Record<string, string | number | null>>;
interface Metric<S> {
	readonly name: string;
	readonly values: ReadonlyMap<string, S>;
	get(labels: Labels): S | undefined;
	setDirty(): void;
}
export interface Counter extends Metric<Sample> {
	increment(labels: Labels, by: number): Sample;
}
export interface Histogram extends Metric<TimesSample> {
	/** The upper bounds, the lowest first. */
	readonly buckets: readonly number[];
	observe(ms: number, labels: Labels): unknown;
}

/** A histogram's sample, of which each value is counted where it falls. */
export class Times {
	private readonly falls: Float64Array;

	constructor(
		private readonly sample: TimesSample,
		private readonly bounds: readonly number[]
	) {
		this.falls = new Float64Array(bounds.length + 1);
		// What Prometheus wants contains all that is below it: it is summed up when it is asked for.
		const counts = bounds.map((bound, at) => {
			const first = sample.bucketValues[bound] ?? 0;
			return [bound, { enumerable: true, get: () => first + this.upTo(at) }] as const;
		});
		sample.bucketValues = Object.defineProperties({}, Object.fromEntries(counts));
	}

	/** @param traceId of the call that took so long, where it is traced */
	add(ms: number, traceId: string | undefined): void {
		const { sample, bounds, falls } = this;
		sample.count++;
		sample.sum += ms;
		sample.lastValue = ms;
		let at = 0;
		while (at < bounds.length && (bounds[at] ?? Infinity) < ms) at++;
		falls[at] = (falls[at] ?? 0) + 1;
		if (traceId === undefined) return;
		sample.exemplars ??= {};
		sample.exemplars[bounds[at] ?? "+Inf"] = { traceId, value: ms, at: Date.now() };
	}

	private upTo(last: number): number {
		return this.falls.subarray(0, last + 1).reduce((sum, count) => sum + count, 0);
	}
}

export function timesOf(metric: Histogram, labels: Labels): Times | undefined {
	const sample = metric.get(labels);
	return sample && new Times(sample, metric.buckets);
}
