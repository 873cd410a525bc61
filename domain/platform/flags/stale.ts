/** Flags that should go: they are past their end date, or have answered everybody the same for long. Pure. */

import type { Flag, Stale } from "../../../contracts/platform/flag-shapes";

const DAY_MS = 86_400_000;

export interface Age {
	/** When the flag was changed last, in ms since 1970. */
	readonly changedAt: number;
	readonly now: number;
	/** After so many days of one answer for everybody it is stale. */
	readonly days: number;
}

export const staleness = (flag: Flag, age: Age): Stale | null => expired(flag, age) ?? unchanging(flag, age);

function expired({ expires }: Flag, { now }: Age): Stale | null {
	if (expires === null) return null;
	const end = Date.parse(`${expires}T00:00:00.000Z`) + DAY_MS;
	if (now < end) return null;
	return {
		because: "expired",
		since: moment(end),
		says: `Its end date is ${expires}: take it out of the code, then delete it, or give it another date.`
	};
}

/** A flag without an end date is meant to stay: a kill switch answers everybody the same for years. */
function unchanging(flag: Flag, { changedAt, now, days }: Age): Stale | null {
	const variant = forEverybody(flag);
	const since = changedAt + days * DAY_MS;
	if (flag.expires === null || variant === undefined || now < since) return null;
	return {
		because: "unchanging",
		since: moment(changedAt),
		says: `Everybody has had '${variant}' for more than ${days} days: take it out of the code, then delete it.`
	};
}

/** The variant that everybody gets; undefined: it depends on who asks. */
export function forEverybody({ enabled, offVariant, defaultVariant, rules, requires }: Flag): string | undefined {
	if (!enabled) return offVariant;
	const open = rules.filter(({ percent }) => percent !== 0);
	const all = open.findIndex(
		({ users, groups, where, percent }) => !users && !groups && !where && (percent ?? 100) === 100
	);
	const reached =
		all < 0
			? [...open.map(({ variant }) => variant), defaultVariant]
			: open.slice(0, all + 1).map(({ variant }) => variant);
	const served = new Set(requires ? [...reached, offVariant] : reached);
	return served.size === 1 ? [...served][0] : undefined;
}

const moment = (at: number): string => new Date(at).toISOString();
