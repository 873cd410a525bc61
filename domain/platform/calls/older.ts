/** What a service of another release does not know of what is sent to it, by the params that it announces. Pure. */

import type { Schema } from "../../../contracts/schema";
import { own } from "../../own";
import { isFields, propertyOf } from "../../unknown";

type Fields = Readonly<Record<string, unknown>>;

/** The first field that they would refuse, by its path; undefined: they take it. @param theirs as fastest-validator has it */
export function unknownField(theirs: Fields, params: Fields): string | undefined {
	for (const [field, value] of Object.entries(params)) {
		if (value === undefined) continue;
		const rule = own(theirs, field);
		if (rule === undefined) return field;
		const inner = unknownIn(rule, value);
		if (inner !== undefined) return `${field}${inner}`;
	}
	return undefined;
}

function unknownIn(rule: unknown, value: unknown): string | undefined {
	const [props, items, entry] = ["props", "items", "value"].map(part => propertyOf(rule, part));
	if (isFields(props) && isFields(value)) return dotted(unknownField(props, value));
	if (Array.isArray(value) && isFields(items)) return first(value, items);
	if (isFields(value) && isFields(entry)) return first(Object.values(value), entry);
	return undefined;
}

const dotted = (field: string | undefined): string | undefined => field && `.${field}`;

function first(values: readonly unknown[], rule: Fields): string | undefined {
	for (const value of values) {
		const found = unknownIn(rule, value);
		if (found !== undefined) return `[]${found}`;
	}
	return undefined;
}

/** Without those that they do not know, and that say what is so without them. */
export function defaultsLeftOut(ours: Schema, theirs: Fields, params: Fields): Fields {
	const spare = Object.keys(params).filter(
		field => !Object.hasOwn(theirs, field) && params[field] === defaultOf(own(ours, field))
	);
	return spare.length === 0
		? params
		: Object.fromEntries(Object.entries(params).filter(([field]) => !spare.includes(field)));
}

/** Of a short rule too: `boolean|default:false`. */
function defaultOf(rule: unknown): unknown {
	if (typeof rule !== "string") return propertyOf(rule, "default");
	const text = /\|default:([^|]*)/.exec(rule)?.[1];
	if (text === "true" || text === "false") return text === "true";
	return text === undefined || text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
