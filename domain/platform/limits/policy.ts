/**
 * How many requests there may be in a window, as a setting says it: `600/1m`, 600 a minute; `600/1m,50/1s`, of those at most
 * 50 a second, its burst; or `off`. Pure.
 */

/** So many in so many seconds. */
export interface Allowance {
	readonly quota: number;
	readonly seconds: number;
}

/** The first is its quota, the second its burst; none: it is off. */
export type Policy = readonly Allowance[];

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A text that fits the pattern. */
export const readPolicy = (text: string): Policy => (text === "off" ? [] : text.split(",").map(readAllowance));

function readAllowance(text: string): Allowance {
	const [, quota, count, unit] = /^(\d+)\/(\d*)(\w)$/.exec(text) ?? [];
	return { quota: Number(quota), seconds: (Number(count) || 1) * (SECONDS[unit ?? ""] ?? 1) };
}

/** What each has, and those that have one of their own by their name. */
export interface Policies {
	readonly each: Policy;
	readonly own: ReadonlyMap<string, Policy>;
}

export function readPolicies(text: string): Policies {
	const [each = "off", ...own] = text.split(" ");
	return { each: readPolicy(each), own: new Map(own.map(one => named(one))) };
}

function named(text: string): readonly [string, Policy] {
	const at = text.indexOf("=");
	return [text.slice(0, at), readPolicy(text.slice(at + 1))];
}
