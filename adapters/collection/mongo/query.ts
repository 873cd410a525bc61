/** Queries of a collection as MongoDB is asked, and what comes behind a place in an order. Pure. */

import { nth } from "../../../domain/there";
import type { Search } from "../adapter";
import { incomparable, type Order, orderOf, searchable, unknownOperator } from "../query";
import { scalarOf } from "./documents";

export type Query = Record<string, unknown>;

/** What it is no match of is refused, as everywhere else: MongoDB knows operators that no other store does. @throws RangeError */
export const queryOf = (query: Readonly<Query>): Query =>
	Object.fromEntries(
		Object.entries(query).flatMap(([field, asked]) => {
			if (field === "$and" || field === "$or") return [[field, (asked as Query[]).map(queryOf)]];
			const condition = conditionOf(field === "_id" ? field : searchable(field), asked);
			return condition === undefined ? [] : [[field, condition]];
		})
	);

/** All that a search asks for, within a range. */
export function matching({ query = {}, search, searchFields }: Search, range: Query = {}): Query {
	const asked = [queryOf(query), range, ...(search ? [containing(search, orderOf(searchFields ?? []))] : [])];
	const parts = asked.filter(part => Object.keys(part).length > 0);
	return parts.length > 1 ? { $and: parts } : (parts[0] ?? {});
}

/** Where no fields are named, by the index of texts that an operator has made. */
const containing = (text: string, fields: readonly Order[]): Query =>
	fields.length === 0
		? { $text: { $search: text } }
		: { $or: fields.map(({ field }) => ({ [searchable(field)]: { $regex: escaped(text), $options: "i" } })) };
const escaped = (text: string): string => text.replace(/[^\w\s]/g, sign => `\\${sign}`);

/** Undefined where anything will do. */
function conditionOf(field: string, asked: unknown): unknown {
	if (typeof asked !== "object" || asked === null) return comparable(field, asked);
	const parts = Object.entries(asked).map(([operator, value]) => {
		const isKnown = ONE.has(operator) || LISTS.has(operator);
		if (!isKnown) throw unknownOperator(field, operator);
		return [
			operator,
			LISTS.has(operator) ? (value as unknown[]).map(one => comparable(field, one)) : comparable(field, value)
		];
	});
	return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

const ONE: ReadonlySet<string> = new Set(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]);
const LISTS: ReadonlySet<string> = new Set(["$in", "$nin"]);

function comparable(field: string, value: unknown): unknown {
	// No text that is none as UTF-8 is kept where it would be found.
	const scalar = scalarOf(typeof value === "string" ? value.toWellFormed() : (value ?? null));
	if (scalar === undefined) throw incomparable(field);
	return scalar;
}

/**
 * What comes behind a place in an order of one field and the key, in parts that follow each other and are each one range
 * of an index. One question with `$or` would say the same, and servers sort all that it finds.
 */
function behind(order: readonly Order[], [value, id]: readonly [unknown, string]): Query[] {
	const { field, down } = nth(order, 0);
	const sign = down ? "$lt" : "$gt";
	if (field === "_id") return [{ _id: { [sign]: id } }];
	const kept = comparable(field, value);
	const within: Query = { [field]: kept, _id: { [sign]: id } };
	const nothing: Query = { [field]: null };
	if (kept === null) return down ? [within] : [within, { [field]: { $ne: null } }];
	const rest: Query = { [field]: { [sign]: kept } };
	return down ? [within, rest, nothing] : [within, rest];
}

/** What is to be looked through, one range after the other. */
export const rangesOf = ({ after, sort = [] }: Search): Query[] => (after ? behind(orderOf(sort), after) : [{}]);
