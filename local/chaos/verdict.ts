/** What a fault did to those who asked meanwhile, and whether that is more than it may. Pure. */

import type { Judged } from "./ledger";

/** One request, from its first try to its last. Times in ms, since the load began. */
export interface Sample {
	readonly kind: string;
	readonly begun: number;
	readonly ended: number;
	/** More than one: somebody did not answer, or asked to come again. */
	readonly tries: number;
	/** `unknown`: it has no key, so it was not tried again, and nobody knows what became of it. */
	readonly outcome: "answered" | "failed" | "unknown";
	/** The last thing that went wrong on its way. */
	readonly why: string | null;
}

/** What a fault may cost at most. */
export interface Bounds {
	readonly slowestMs: number;
	readonly recoverMs: number;
	/** Nothing at all may fail, nor end unknown. */
	readonly unknown: number;
}

export interface Row {
	readonly fault: string;
	readonly requests: number;
	readonly failed: number;
	readonly slowestMs: number;
	/** From the fault to the last request that met it; 0 where none did. */
	readonly recoverMs: number;
	readonly triedAgain: number;
	readonly lost: number;
	readonly twice: number;
	/** Without a key, and without an answer. */
	readonly unknown: number;
	readonly short: readonly string[];
}

/** Whoever had to wait longer than that, or to ask again, has met the fault. */
export const NOTICED_MS = 1_000;

const took = ({ begun, ended }: Sample): number => ended - begun;
const noticed = (sample: Sample): boolean =>
	sample.outcome !== "answered" || sample.tries > 1 || took(sample) > NOTICED_MS;

interface Seen {
	readonly fault: string;
	/** When it struck. */
	readonly at: number;
	readonly samples: readonly Sample[];
	readonly judged: Judged;
	readonly bounds: Bounds;
	/** What a server of others took until it was there again: the bounds are beside it. @default 0 */
	readonly theirsMs?: number | undefined;
}

export function rowOf({ fault, at, samples, judged, bounds, theirsMs = 0 }: Seen): Row {
	const row = {
		fault,
		requests: samples.length,
		failed: samples.filter(({ outcome }) => outcome === "failed").length,
		slowestMs: samples.reduce((most, sample) => Math.max(most, took(sample)), 0),
		recoverMs: samples.filter(noticed).reduce((last, { ended }) => Math.max(last, ended - at), 0),
		triedAgain: samples.filter(({ tries }) => tries > 1).length,
		lost: judged.lost.length,
		twice: judged.twice.length,
		unknown: samples.filter(({ outcome }) => outcome === "unknown").length
	};
	const { slowestMs, recoverMs, unknown } = bounds;
	return { ...row, short: shortOf(row, { slowestMs: slowestMs + theirsMs, recoverMs: recoverMs + theirsMs, unknown }) };
}

/** Where it is more than it may be, in words; nothing where it is not. */
function shortOf(row: Omit<Row, "short">, { slowestMs, recoverMs, unknown }: Bounds): string[] {
	const limits: readonly (readonly [name: string, is: number, most: number, unit: string])[] = [
		["failed", row.failed, 0, ""],
		["lost", row.lost, 0, ""],
		["done twice", row.twice, 0, ""],
		["unknown", row.unknown, unknown, ""],
		["slowest", row.slowestMs, slowestMs, " ms"],
		["recovered after", row.recoverMs, recoverMs, " ms"]
	];
	const nothing = row.requests === 0 ? ["nobody asked"] : [];
	return [
		...nothing,
		...limits
			.filter(([, is, most]) => is > most)
			.map(([name, is, most, unit]) => `${name} ${Math.round(is)}${unit} (at most ${Math.round(most)}${unit})`)
	];
}
