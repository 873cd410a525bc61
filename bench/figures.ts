/** Numbers that were measured, and how they are told: one that no machine can do is not. */

/** One line of the results. */
export interface Figure {
	readonly row: string;
	readonly what: string;
	readonly measured: string;
	/** What the same machine did in the same run without Banyan. */
	readonly peer: string;
	readonly ratio: number | null;
	readonly goal: string;
	/** Null where there is no goal. */
	readonly met: boolean | null;
	readonly note: string;
}

interface Bounds {
	readonly least: number;
	readonly most: number;
}

/** What a machine can do; what lies outside was not measured. */
export const BOUNDS = {
	/** Each row does more than half a microsecond of work for what it counts. */
	rate: { least: 0.01, most: 2_000_000 },
	ms: { least: 0.001, most: 3_600_000 },
	ns: { least: 0.5, most: 1e9 },
	/** An empty process of Node has more than ten. */
	mb: { least: 10, most: 1_048_576 },
	ratio: { least: 0.001, most: 1_000 }
} as const satisfies Record<string, Bounds>;

export type Unit = keyof typeof BOUNDS;

/** A figure that says nothing: the bench fails rather than writing it down. */
export class NotMeasured extends Error {
	override readonly name = "NotMeasured";
}

/** @throws NotMeasured where no machine can do that */
export function plausible(value: number, unit: Unit): number {
	const { least, most } = BOUNDS[unit];
	if (value >= least && value <= most) return value;
	throw new NotMeasured(
		`${value} (${unit}) is no figure of a machine, which does ${least} to ${most}: what was to be measured did not happen.`
	);
}

/** Did a side do what it is compared for? @throws NotMeasured where it did not */
export function mustBe(what: string, seen: number, wanted: number): void {
	if (seen === wanted && seen > 0) return;
	throw new NotMeasured(`${what}: ${seen} where ${wanted} were to be, and more than none: the rates say nothing.`);
}

/** @throws NotMeasured of no values */
export function median(values: readonly number[]): number {
	if (values.length === 0) throw new NotMeasured("A median of nothing: no round was measured.");
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1
		? (sorted[middle] as number)
		: ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
export const perSecond = (value: number): string =>
	`${plausible(value, "rate") < 100 ? value.toFixed(1) : whole(value)}/s`;
export const milliseconds = (value: number): string => `${whole(plausible(value, "ms"))} ms`;
export const nanoseconds = (value: number): string => `${whole(plausible(value, "ns"))} ns`;
export const megabytes = (value: number): string => `${whole(plausible(value, "mb"))} MB`;

/** Times smaller than the usual, for trying the bench itself. @default 1 */
const SCALE = Number(process.env.BENCH_SCALE ?? 1);
export const scaled = (count: number): number => Math.max(1, Math.round(count * SCALE));

export const say = (text: string): void => void process.stderr.write(`${text}\n`);
