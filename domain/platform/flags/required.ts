/** Flags that need others: that these are there, and that it ends. Pure. */

import { FLAG_LIMITS, type FlagSet } from "../../../contracts/platform/flag-shapes";
import { meant } from "../../near";
import { own } from "../../own";
import { type Fault, variantFault } from "./fault";

export function requiredFaults(set: FlagSet): Fault[] {
	const keys = Object.keys(set.flags);
	const unknown = keys.flatMap(key => unknownFaults(set, key));
	if (unknown.length > 0) return unknown;
	const counted = new Map<string, number>();
	for (const key of keys) {
		const message = chainFault(set, key, counted);
		if (message) return [{ field: `flags.${key}.requires`, message }];
	}
	return [];
}

const needed = ({ flags }: FlagSet, key: string) => own(flags, key)?.requires ?? [];

const unknownFaults = (set: FlagSet, key: string): Fault[] =>
	needed(set, key).flatMap(({ flag, variant }, nth) => {
		const found = own(set.flags, flag);
		const message = found
			? variantFault(found, variant)
			: `There is no flag '${flag}'.${meant(flag, Object.keys(set.flags))}`;
		return message ? [{ field: `flags.${key}.requires[${nth}]`, message }] : [];
	});

/** That it comes back to itself, or looks at more flags than an evaluation should. */
function chainFault(set: FlagSet, key: string, counted: Map<string, number>): string | undefined {
	const looks = looksOf(set, key, [], counted);
	if (typeof looks !== "number") return `Flags need each other in a circle: ${looks.join(" → ")}. Break it.`;
	return looks > FLAG_LIMITS.looks
		? `With all that it needs, it looks at more than ${FLAG_LIMITS.looks} flags each time. Let it need fewer.`
		: undefined;
}

/** At how many flags an evaluation looks; or the circle that it would not leave. */
function looksOf(
	set: FlagSet,
	key: string,
	path: readonly string[],
	counted: Map<string, number>
): number | readonly string[] {
	const known = counted.get(key);
	if (known !== undefined) return known;
	if (path.includes(key)) return [...path.slice(path.indexOf(key)), key];
	let looks = 1;
	for (const { flag } of needed(set, key)) {
		const of = looksOf(set, flag, [...path, key], counted);
		if (typeof of !== "number") return of;
		looks += of;
	}
	counted.set(key, looks);
	return looks;
}
