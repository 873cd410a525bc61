/** Numbers that were measured, and how they are told. */

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

export const median = (values: readonly number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1
		? (sorted[middle] as number)
		: ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

export const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
export const perSecond = (value: number): string => `${value < 100 ? value.toFixed(1) : whole(value)}/s`;

/** Times smaller than the usual, for trying the bench itself. @default 1 */
const SCALE = Number(process.env.BENCH_SCALE ?? 1);
export const scaled = (count: number): number => Math.max(1, Math.round(count * SCALE));

export const say = (text: string): void => void process.stderr.write(`${text}\n`);
