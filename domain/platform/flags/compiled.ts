/** A flag set as a node keeps it to evaluate: what would be looked for at each evaluation is made ready once. Pure. */

import type { JsonValue } from "../../../contracts/json";
import type {
	Condition,
	Flag,
	FlagContext,
	FlagRule,
	FlagSet,
	Kind,
	Operator
} from "../../../contracts/platform/flag-shapes";
import { own } from "../../own";

/** Does it hold for an attribute that the context has? */
type Test = (given: JsonValue, values: Condition["values"]) => boolean;

const some =
	<T extends JsonValue>(isOf: (given: JsonValue) => given is T, fits: (given: T, value: JsonValue) => boolean): Test =>
	(given, values) =>
		isOf(given) && values.some(value => fits(given, value));
const isString = (given: JsonValue): given is string => typeof given === "string";
const isNumber = (given: JsonValue): given is number => typeof given === "number";
const isIn: Test = (given, values) =>
	(Array.isArray(given) ? given : [given]).some(each => values.some(value => value === each));

/** Each holds for a value of its kind alone: a text is never above a number. */
const TESTS: Readonly<Record<Operator, Test>> = {
	in: isIn,
	notIn: (given, values) => !isIn(given, values),
	startsWith: some(isString, (given, value) => given.startsWith(String(value))),
	endsWith: some(isString, (given, value) => given.endsWith(String(value))),
	contains: some(isString, (given, value) => given.includes(String(value))),
	below: some(isNumber, (given, value) => isNumber(value) && given < value),
	above: some(isNumber, (given, value) => isNumber(value) && given > value)
};

export const holds = ({ attribute, operator, values }: Condition, context: FlagContext): boolean => {
	const given = own(context, attribute);
	return given !== undefined && given !== null && TESTS[operator](given, values);
};

export interface CompiledRule {
	readonly spec: FlagRule;
	readonly value: JsonValue;
	/** Whom it is for, without its share. */
	isFor(context: FlagContext): boolean;
}

export interface CompiledFlag {
	readonly key: string;
	readonly spec: Flag;
	readonly kind: Kind;
	readonly salt: string;
	readonly rules: readonly CompiledRule[];
	served(variant: string): JsonValue;
}

export interface CompiledSet {
	readonly flags: ReadonlyMap<string, CompiledFlag>;
}

/** @param set was checked before it was kept (check.ts) */
export const compiled = ({ flags }: FlagSet): CompiledSet => ({
	flags: new Map(Object.entries(flags).map(([key, spec]) => [key, compiledFlag(key, spec)]))
});

function compiledFlag(key: string, spec: Flag): CompiledFlag {
	const served = (variant: string): JsonValue => own(spec.variants, variant) ?? null;
	return {
		key,
		spec,
		kind: spec.kind,
		salt: spec.salt ?? key,
		rules: spec.rules.map(rule => compiledRule(rule, served(rule.variant))),
		served
	};
}

type Ask = (context: FlagContext) => boolean;

function compiledRule(spec: FlagRule, value: JsonValue): CompiledRule {
	const asks = [...usersAsk(spec), ...groupsAsk(spec), ...(spec.where ?? []).map(each => whereAsk(each))];
	return { spec, value, isFor: context => asks.every(ask => ask(context)) };
}

function usersAsk({ users }: FlagRule): Ask[] {
	if (!users) return [];
	const known = new Set<unknown>(users);
	return [({ targetingKey }) => known.has(targetingKey)];
}

function groupsAsk({ groups }: FlagRule): Ask[] {
	if (!groups) return [];
	const known = new Set<unknown>(groups);
	return [({ groups: given }) => (Array.isArray(given) ? given.some(each => known.has(each)) : known.has(given))];
}

const whereAsk =
	(condition: Condition): Ask =>
	context =>
		holds(condition, context);

/** Of whom a percentage is decided by; undefined: the context does not say. */
export const targetingKeyOf = ({ targetingKey }: FlagContext): string | undefined =>
	typeof targetingKey === "string" && targetingKey !== "" ? targetingKey : undefined;
