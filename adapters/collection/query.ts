/** Queries in the words of MongoDB, as SQL over documents that are kept as JSON. Pure. */

import { nth } from "../../domain/there";

/** A condition, and what stands for its question marks. */
export interface Sql {
	readonly text: string;
	readonly values: readonly Value[];
}
export type Value = string | number | bigint | null;
/** How a field's value is spelled; one that is indexed is a column. */
export type Spell = (field: string) => string;

const NAME = /^[A-Za-z]\w*$/;

/** As it is. @throws RangeError where records are not found by it */
export const searchable = (field: string): string => {
	if (NAME.test(field)) return field;
	throw new RangeError(`'${field}' is no field that records are found by: a letter first, then letters, digits and _.`);
};
export const pathOf = (field: string): string => `'$.${searchable(field)}'`;
export const extracted = (field: string): string => `body ->> ${pathOf(field)}`;

const ALL: Sql = { text: "1", values: [] };
const joined = (parts: readonly Sql[], by: "AND" | "OR"): Sql => ({
	text: parts.map(({ text }) => `(${text})`).join(` ${by} `),
	values: parts.flatMap(({ values }) => values)
});

export function where(query: Readonly<Record<string, unknown>>, spell: Spell): Sql {
	const parts = Object.entries(query).map(([field, asked]) => {
		const by = Object.hasOwn(OF_QUERIES, field) ? OF_QUERIES[field] : undefined;
		if (by)
			return joined(
				(asked as Readonly<Record<string, unknown>>[]).map(each => where(each, spell)),
				by
			);
		return conditionOf(field, asked, spell);
	});
	return parts.length === 0 ? ALL : joined(parts, "AND");
}

const OF_QUERIES: Readonly<Record<string, "AND" | "OR">> = { $and: "AND", $or: "OR" };

function conditionOf(field: string, asked: unknown, spell: Spell): Sql {
	if (typeof asked !== "object" || asked === null) return equals(field, asked, spell);
	const parts = Object.entries(asked).map(([operator, value]) => {
		const condition = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
		if (!condition) throw unknownOperator(field, operator);
		return condition(field, value, spell);
	});
	return parts.length === 0 ? ALL : joined(parts, "AND");
}

export const unknownOperator = (field: string, operator: string): RangeError =>
	new RangeError(`Records are not found by '${operator}' (of '${field}').`);

type Condition = (field: string, value: unknown, spell: Spell) => Sql;

const range =
	(sign: string): Condition =>
	(field, value, spell) =>
		ofType(field, value, { text: `${spell(field)} ${sign} ?`, values: [value as Value] });
const not = ({ text, values }: Sql): Sql => ({ text: `NOT (${text})`, values });
/** An empty OR is none of SQL's. */
const among: Condition = (field, value, spell) =>
	joined([{ text: "0", values: [] }, ...(value as unknown[]).map(each => equals(field, each, spell))], "OR");

const OPERATORS: Readonly<Record<string, Condition>> = {
	$eq: (field, value, spell) => equals(field, value, spell),
	$ne: (field, value, spell) => not(equals(field, value, spell)),
	$in: among,
	$nin: (field, value, spell) => not(among(field, value, spell)),
	$gt: range(">"),
	$gte: range(">="),
	$lt: range("<"),
	$lte: range("<=")
};

function equals(field: string, value: unknown, spell: Spell): Sql {
	if (value === null || value === undefined) return { text: `${spell(field)} IS NULL`, values: [] };
	const kept = typeof value === "boolean" ? Number(value) : (value as Value);
	return ofType(field, value, { text: `${spell(field)} = ?`, values: [kept] });
}

/** SQLite takes true for 1, and a list for the text of its JSON. `IS TRUE`, for of what is not there there is no type. */
function ofType(field: string, value: unknown, { text, values }: Sql): Sql {
	const types = typesOf(value);
	if (types === undefined) throw incomparable(field);
	if (field === "_id") return { text: `(${text}) IS TRUE`, values };
	return { text: `${text} AND (json_type(body, ${pathOf(field)}) IN (${types})) IS TRUE`, values };
}

export const incomparable = (field: string): RangeError =>
	new RangeError(`'${field}' is compared with texts, numbers and truth values alone.`);

function typesOf(value: unknown): string | undefined {
	if (typeof value === "boolean") return `'${value}'`;
	return Object.hasOwn(TYPES, typeof value) ? TYPES[typeof value] : undefined;
}
const TYPES: Readonly<Record<string, string>> = { string: "'text'", number: "'integer', 'real'", bigint: "'integer'" };

export interface Order {
	readonly field: string;
	readonly down: boolean;
}

export const orderOf = (sort: string | readonly string[]): Order[] =>
	(typeof sort === "string" ? sort.split(/[\s,]+/).filter(Boolean) : sort).map(field => ({
		field: field.replace(/^-/, ""),
		down: field.startsWith("-")
	}));

export const ordered = (order: readonly Order[], spell: Spell): string =>
	order.map(({ field, down }) => `${spell(field)} ${down ? "DESC" : "ASC"}`).join(", ");

/**
 * What comes behind a place in an order of one field and the key, in parts that follow each other and are each one range
 * of an index: nothing comes first, or last where the order goes down.
 */
export function behind(order: readonly Order[], [value, id]: readonly [unknown, string], spell: Spell): Sql[] {
	const { field, down } = nth(order, 0);
	const sign = down ? "<" : ">";
	const column = spell(field);
	if (field === "_id") return [{ text: `id ${sign} ?`, values: [id] }];
	const kept = (typeof value === "boolean" ? Number(value) : value) as Value;
	const nothing: Sql = { text: `${column} IS NULL`, values: [] };
	if (kept === null) {
		const within: Sql = { text: `${column} IS NULL AND id ${sign} ?`, values: [id] };
		return down ? [within] : [within, { text: `${column} IS NOT NULL`, values: [] }];
	}
	const rest: Sql = { text: `(${column}, id) ${sign} (?, ?)`, values: [kept, id] };
	return down ? [rest, nothing] : [rest];
}
