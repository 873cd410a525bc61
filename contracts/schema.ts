/**
 * A fastest-validator schema as a TypeScript type, so that a contract is written once and checked twice:
 * by the compiler and on the wire.
 *
 *   Output<{ id: "uuid"; limit: { type: "number"; default: 10 } }>  →  { id: string; limit: number }
 *   Input <{ id: "uuid"; limit: { type: "number"; default: 10 } }>  →  { id: string; limit?: number }
 *   ValueOf<{ type: "array"; items: "uuid" }>                       →  readonly string[]
 */

import type { Json, JsonValue } from "./json";
import { tableOf } from "./table";

/** JSON's own types only: a `Date` leaves one node and arrives at the next as a string. */
interface Scalars {
	string: string;
	uuid: string;
	email: string;
	url: string;
	number: number;
	boolean: boolean;
	any: unknown;
	object: Json;
	/** Whatever JSON can say, null too. */
	json: JsonValue;
	null: null;
}

type Name = keyof Scalars | `${keyof Scalars}[]`;
type Shorthand = Name | `${Name}|${string}`;

/** A rule: shorthand `"string|min:3"`, a definition object, or a list of alternatives. */
export type Rule = Shorthand | Definition | readonly Rule[];
interface Definition {
	readonly type: Name | "enum" | "array" | "record" | "tuple";
	/** What it means, for readers of the API. */
	readonly summary?: string;
	/** Of a shape: its name in the API's document, and what it is. */
	readonly named?: string;
	readonly about?: string;
	readonly optional?: boolean;
	readonly nullable?: boolean;
	readonly default?: unknown;
	/** of an array; of a tuple, one each */
	readonly items?: Rule;
	/** of an enum */
	readonly values?: readonly unknown[];
	/** of an object: the only fields it may have */
	readonly props?: Schema;
	/** of a record: what its values are; its keys are strings */
	readonly value?: Rule;
	readonly [option: string]: unknown;
}
export type Schema = { readonly [key: string]: Rule };

/** A result is read only: whoever got it may share it with others. */
type Side = "input" | "output" | "result";
type List<T, S extends Side> = S extends "result" ? readonly T[] : T[];
type Fields<T, S extends Side> = S extends "result" ? Readonly<T> : T;

type Head<S extends string> = S extends `${infer H}|${string}` ? H : S;
type Named<N extends string, S extends Side> = N extends `${infer Item}[]`
	? List<Named<Item, S>, S>
	: N extends keyof Scalars
		? Scalars[N]
		: never;

/** Does a shorthand carry a flag (`optional`, `nullable`), or a definition set it? */
type Flag<R, F extends string> = R extends `${string}|${F}` | `${string}|${F}|${string}`
	? true
	: R extends { readonly [K in F]: true }
		? true
		: false;
type HasDefault<R> = R extends `${string}|default:${string}` ? true : R extends { default: unknown } ? true : false;

type Plain<R, S extends Side> = R extends string
	? Named<Head<R>, S>
	: R extends readonly (infer Alternative)[]
		? Value<Alternative, S>
		: R extends { values: readonly (infer V)[] }
			? V
			: R extends { type: "tuple"; items: infer T }
				? { readonly [K in keyof T]: Value<T[K], S> }
				: R extends { type: "array"; items: infer Item }
					? List<Value<Item, S>, S>
					: R extends { type: "record"; value: infer Entry }
						? Fields<Record<string, Value<Entry, S>>, S>
						: R extends { props: infer P }
							? Shape<P, S>
							: R extends { type: infer T extends string }
								? Named<T, S>
								: never;
type Value<R, S extends Side> = Flag<R, "nullable"> extends true ? Plain<R, S> | null : Plain<R, S>;

/** What need not be there: optional fields, and for a caller also those with a default. */
type MayLack<R, S extends Side> =
	HasDefault<R> extends true ? (S extends "input" ? true : false) : Flag<R, "optional"> extends true ? true : false;
type Lacking<P, S extends Side> = { [K in keyof P]: MayLack<P[K], S> extends true ? K : never }[keyof P];
type Simplify<T> = { [K in keyof T]: T[K] } & {};
type Shape<P, S extends Side> = Fields<
	Simplify<
		{ -readonly [K in Exclude<keyof P, Lacking<P, S>>]: Value<P[K], S> } & {
			-readonly [K in Lacking<P, S>]?: Value<P[K], S>;
		}
	>,
	S
>;

/** What a caller may send. */
export type Input<S> = Shape<S, "input">;
/** What the handler gets: defaults are filled in. */
export type Output<S> = Shape<S, "output">;
/** A value that a rule describes, as its readers have it. */
export type ValueOf<R> = Value<R, "result">;

/** An object that has a name in the API's document, and what it is. */
export const shape = <const N extends string, const P extends Schema>(named: N, props: P, about = "") =>
	({ type: "object", named, about, props }) as const;

/** The same rule for each of these fields. */
export const each = <const K extends string, const R extends Rule>(fields: readonly K[], rule: R) =>
	tableOf(fields, (): R => rule);

/**
 * The schema as the validator gets it: unknown fields are refused at every depth, and `null` only passes where a rule
 * says `nullable` (fastest-validator lets it through every optional rule unless told otherwise).
 */
export const strict = (schema: Schema): Record<string, unknown> => ({
	$$strict: true,
	...validated(schema, true)
});

/** The same, but unknown fields are left out: whoever hears of what happened may be of an older release. */
export const tolerant = (schema: Schema): Record<string, unknown> => ({
	$$strict: "remove",
	...validated(schema, "remove")
});

type Unknown = true | "remove";

const validated = (schema: Schema, unknown: Unknown): Record<string, unknown> =>
	Object.fromEntries(Object.entries(schema).map(([field, rule]) => [field, validatedRule(rule, unknown)]));

function validatedRule(rule: Rule, unknown: Unknown): unknown {
	if (typeof rule === "string") return strictShorthand(rule);
	if (isAlternatives(rule)) return rule.map(each => validatedRule(each, unknown));
	return {
		nullable: false,
		...rule,
		...OWN[rule.type],
		...(rule.type.endsWith("[]") && { type: "array", items: strictShorthand(rule.type.slice(0, -2)) }),
		...defaultIn(rule),
		...(rule.props && { strict: unknown, props: validated(rule.props, unknown) }),
		...(rule.items && { items: validatedRule(rule.items, unknown) }),
		...(rule.value && { key: "string", value: validatedRule(rule.value, unknown) })
	};
}

/** Each value gets a table of its own. */
const defaultIn = ({ default: table, props }: Definition): object =>
	isTable(table) ? { default: () => ({ ...structuredClone(table), ...defaultsOf(props) }) } : {};

/** What fastest-validator says otherwise. */
const OWN: Readonly<Record<string, object>> = {
	json: { type: "any", nullable: true },
	null: { type: "equal", value: null, nullable: true }
};

function strictShorthand(rule: string): unknown {
	const [type = "", ...flags] = rule.split("|");
	if (Object.hasOwn(OWN, type)) return { ...OWN[type], optional: flags.includes("optional") };
	return flags.includes("nullable") ? rule : `${rule}|nullable:false`;
}

// Array.isArray does not narrow a union with a readonly array.
const isAlternatives = (rule: Exclude<Rule, string>): rule is readonly Rule[] => Array.isArray(rule);

const isTable = (value: unknown): value is object =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** fastest-validator fills in the defaults of fields that are given, not those within a default. */
function defaultsOf(props: Schema = {}): Record<string, unknown> {
	const entries = Object.entries(props).flatMap(([field, rule]) => {
		if (typeof rule === "string" || isAlternatives(rule) || rule.default === undefined) return [];
		const value = structuredClone(rule.default);
		return [[field, isTable(value) ? { ...value, ...defaultsOf(rule.props) } : value]];
	});
	return Object.fromEntries(entries);
}
