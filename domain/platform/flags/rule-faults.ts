/** What is wrong with the rules of a flag. Pure. */

import type { Condition, Flag, FlagRule, Operator } from "../../../contracts/platform/flag-shapes";
import { canonical } from "../../canonical";
import { type Fault, variantFault } from "./fault";
import { nameFault } from "./names";

/** A flag without one answers everybody the same: it is no flag, or its rule was forgotten. */
const NO_RULE =
	"A flag without a rule decides nothing: give it one, such as { name: 'everybody', percent: 0, variant: 'on' }.";

export function ruleFaults(place: string, flag: Flag): Fault[] {
	if (flag.rules.length === 0) return [{ field: `${place}.rules`, message: NO_RULE }];
	return flag.rules.flatMap((rule, nth) => {
		const field = `${place}.rules[${nth}]`;
		const before = flag.rules.slice(0, nth);
		const message = LOOKS.map(look => look(rule, before, flag)).find(each => each !== undefined);
		return [...(message ? [{ field, message }] : []), ...whereFaults(field, rule)];
	});
}

type Look = (rule: FlagRule, before: readonly FlagRule[], flag: Flag) => string | undefined;

const LOOKS: readonly Look[] = [
	({ name }, before) =>
		before.some(each => each.name === name)
			? `Two rules are called '${name}': an evaluation names its rule.`
			: undefined,
	({ variant }, _, flag) => variantFault(flag, variant),
	(rule, before) => {
		const taken = before.find(earlier => isFor(earlier, rule) && shareOf(earlier) >= shareOf(rule));
		return (
			taken &&
			`Rule '${rule.name}' is never reached: '${taken.name}' before it has the same people, ${saidOf(taken)}. Remove one, or give this one a larger share.`
		);
	},
	({ name }, before) => {
		const all = before.find(isForAll);
		return all && `Rule '${name}' is never reached: '${all.name}' before it is for everybody. Put that one last.`;
	}
];

const shareOf = ({ percent }: FlagRule): number => percent ?? 100;
const saidOf = ({ percent }: FlagRule): string => (percent === undefined ? "all of them" : `${percent} % of them`);

const whom = ({ users = [], groups = [], where = [] }: FlagRule): string =>
	canonical([
		[...users].sort(),
		[...groups].sort(),
		where.map(({ attribute, operator, values }) => [attribute, operator, [...values]])
	]);
const isFor = (one: FlagRule, other: FlagRule): boolean => whom(one) === whom(other);

/** By its words, not since its share has grown to all: then what follows waits for it to be smaller again. */
const isForAll = (rule: FlagRule): boolean =>
	rule.percent === undefined && whom(rule) === whom({ name: "", variant: "" });

const whereFaults = (place: string, { where = [] }: FlagRule): Fault[] =>
	where.flatMap((condition, nth) => {
		const message = nameFault(condition.attribute, "attribute") ?? valuesFault(condition);
		return message ? [{ field: `${place}.where[${nth}]`, message }] : [];
	});

/** What the values of an operator must be; of all others: anything. */
const KIND: Readonly<Partial<Record<Operator, "string" | "number">>> = {
	startsWith: "string",
	endsWith: "string",
	contains: "string",
	below: "number",
	above: "number"
};

function valuesFault({ operator, values }: Condition): string | undefined {
	const kind = KIND[operator];
	if (!kind) return undefined;
	const other = values.find(value => typeof value !== kind);
	return other === undefined ? undefined : `'${operator}' is for a ${kind}, and ${JSON.stringify(other)} is none.`;
}
