/** Samples of Moleculer's metrics as they are written to directly, without a look-up by the text of their labels. */

/** A sample as Moleculer's registry has it, and lists it. */
export interface Sample {
	value: number;
	timestamp: number;
}
interface TimesSample {
	count: number;
	sum: number;
	lastValue: number;
	bucketValues: Readonly<Record<number, number>>;
}
export type Labels = Readonly<Record<string, string | number | null>>;
interface Metric<S> {
	readonly name: string;
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

	add(ms: number): void {
		const { sample, bounds, falls } = this;
		sample.count++;
		sample.sum += ms;
		sample.lastValue = ms;
		let at = 0;
		while (at < bounds.length && (bounds[at] ?? Infinity) < ms) at++;
		falls[at] = (falls[at] ?? 0) + 1;
	}

	private upTo(last: number): number {
		return this.falls.subarray(0, last + 1).reduce((sum, count) => sum + count, 0);
	}
}

export function timesOf(metric: Histogram, labels: Labels): Times | undefined {
	const sample = metric.get(labels);
	return sample && new Times(sample, metric.buckets);
}
