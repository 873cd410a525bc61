/** Changes of a flag set, each as a new one. @throws a failure where there is nothing to change */

import { failure, invalid } from "../../../cluster/errors";
import type { Flag, FlagRule, FlagSet } from "../../../contracts/platform/flag-shapes";
import { meant } from "../../../domain/near";
import { own } from "../../../domain/own";

/** @throws FLAG_NOT_FOUND */
export function flagIn({ flags }: FlagSet, key: string): Flag {
	const found = own(flags, key);
	if (found) return found;
	throw notFound(key, `There is no flag '${key}'.${meant(key, Object.keys(flags))}`);
}

export const notFound = (key: string, errorDetails: string): Error =>
	failure("FLAG_NOT_FOUND", errorDetails, { key, errorCode: "FLAG_NOT_FOUND", errorDetails });

export const withFlag = ({ flags }: FlagSet, key: string, flag: Flag): FlagSet => ({
	flags: { ...flags, [key]: flag }
});

export function withoutFlag(set: FlagSet, key: string): FlagSet {
	flagIn(set, key);
	return { flags: Object.fromEntries(Object.entries(set.flags).filter(([each]) => each !== key)) };
}

export const switched = (set: FlagSet, key: string, enabled: boolean): FlagSet =>
	withFlag(set, key, { ...flagIn(set, key), enabled });

export function rolledOut(set: FlagSet, key: string, percent: number, name: string | undefined): FlagSet {
	const flag = flagIn(set, key);
	const chosen = ruleFor(key, flag, name);
	return withFlag(set, key, {
		...flag,
		rules: flag.rules.map(rule => (rule === chosen ? { ...rule, percent } : rule))
	});
}

function ruleFor(key: string, { rules }: Flag, name: string | undefined): FlagRule {
	const fitting = rules.filter(rule => (name === undefined ? rule.percent !== undefined : rule.name === name));
	const [only] = fitting;
	if (only && fitting.length === 1) return only;
	const names = rules.map(rule => `'${rule.name}'`).join(", ");
	if (name !== undefined) throw unfit(`'${key}' has no rule '${name}': there are ${names}.`);
	throw unfit(
		only
			? `Several rules of '${key}' are for a share: say which one (\`rule\`), of ${names}.`
			: `No rule of '${key}' is for a share: say which one is to be (\`rule\`), of ${names}.`
	);
}

const unfit = (message: string): Error => invalid([{ field: "rule", message }]);
