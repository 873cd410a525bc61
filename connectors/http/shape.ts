/**
 * What a record of a panel is made of, looked at before anything is reckoned with it: a panel that is broken, or means ill,
 * may answer anything. What is not as its own API has it is told by the field, and the record is not used.
 */

import type { Caps } from "../caps";
import { isObject, type Wire, type WireObject } from "./json";

const none = (value: Wire | undefined): boolean => value === undefined || value === null;
const isText = (value: Wire | undefined): value is string => typeof value === "string" && value.isWellFormed();
/** Numbers beyond all bounds come of `1e999`. */
function isPlain(value: Wire | undefined): boolean {
	return (
		none(value) ||
		typeof value === "boolean" ||
		typeof value === "bigint" ||
		(typeof value === "number" && Number.isFinite(value)) ||
		isText(value)
	);
}
const isWhole = (value: Wire | undefined): boolean =>
	typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
const LONGEST_NAME = 512;

/** What a field may be. All but the first two may also be left out. */
const KINDS = {
	/** Tells it from others. */
	id: { says: "a number", is: (value: Wire | undefined) => isWhole(value) && Number(value) >= 0 },
	name: {
		says: `a text of up to ${LONGEST_NAME} characters`,
		is: (value: Wire | undefined) => isText(value) && value.length <= LONGEST_NAME
	},
	text: { says: "a text", is: (value: Wire | undefined) => none(value) || isText(value) },
	/** Also of half a second. */
	number: {
		says: "a number",
		is: (value: Wire | undefined) => none(value) || isWhole(value) || Number.isFinite(value)
	},
	/** A count of bytes, which is beyond 2^53 at times. */
	bytes: { says: "a whole number", is: (value: Wire | undefined) => none(value) || isWhole(value) },
	flag: { says: "true or false", is: (value: Wire | undefined) => none(value) || typeof value === "boolean" },
	ids: {
		says: "a list of numbers",
		is: (value: Wire | undefined) => none(value) || (Array.isArray(value) && value.every(isWhole))
	},
	texts: {
		says: "a list of texts",
		is: (value: Wire | undefined) => none(value) || (Array.isArray(value) && value.every(isText))
	},
	table: { says: "a table", is: (value: Wire | undefined) => none(value) || isObject(value) },
	/** By a name each. */
	tables: {
		says: "a table of tables",
		is: (value: Wire | undefined) => none(value) || (isObject(value) && Object.values(value).every(isObject))
	},
	lists: {
		says: "a table of lists of texts",
		is: (value: Wire | undefined) =>
			none(value) || (isObject(value) && Object.values(value).every(list => Array.isArray(list) && list.every(isText)))
	},
	/** A text, a number or a truth: whatever is shown and not reckoned with. */
	plain: { says: "a single value", is: isPlain },
	plains: {
		says: "a table of single values",
		is: (value: Wire | undefined) => none(value) || (isObject(value) && Object.values(value).every(isPlain))
	},
	rows: {
		says: "a list of tables of single values",
		is: (value: Wire | undefined) =>
			none(value) || (Array.isArray(value) && value.every(row => isObject(row) && Object.values(row).every(isPlain)))
	}
} as const;
export type Kind = keyof typeof KINDS;
export type Shape = Readonly<Record<string, Kind>>;

const isNested = (value: Wire | undefined): boolean => typeof value === "object" && value !== null;

/** What is wrong with a record: a field of it, or its size. */
export interface Misshapen {
	readonly field: string;
	/** As much of it as a person reads. */
	readonly value: string;
	/** The end of a sentence. */
	readonly says: string;
}

type Kinds = readonly (readonly [field: string, (typeof KINDS)[Kind]])[];
const kinds = new WeakMap<Shape, Kinds>();

/** Of a shape that many records are held against. */
function kindsOf(shape: Shape): Kinds {
	const found = kinds.get(shape) ?? Object.entries(shape).map(([field, kind]) => [field, KINDS[kind]] as const);
	kinds.set(shape, found);
	return found;
}

export function misshapen(item: WireObject, shape: Shape, caps: Caps): Misshapen | undefined {
	for (const [field, { says, is }] of kindsOf(shape)) {
		const value = Object.hasOwn(item, field) ? item[field] : undefined;
		if (!is(value)) return { field, value: glance(value), says: `its ${field} is not ${says}` };
	}
	const size = sizeOf(item);
	if (size <= caps.panelRecordBytes) return undefined;
	const says = `it is larger than a record may be (${caps.panelRecordBytes} bytes, PANEL_RECORD_LIMIT)`;
	return { field: "record", value: `${size} bytes`, says };
}

/** About as large as it is written down; how deep it is was looked at when it was parsed. */
function sizeOf(value: Wire | undefined): number {
	if (typeof value === "string") return value.length + 2;
	if (typeof value !== "object" || value === null) return 8;
	let size = 2;
	if (Array.isArray(value)) for (const inner of value) size += 1 + sizeOf(inner);
	else for (const field of Object.keys(value)) size += field.length + 4 + sizeOf(value[field]);
	return size;
}

const SHOWN = 80;

/** Never a whole one: it may be as long as an answer. */
export function glance(value: Wire | undefined): string {
	if (value === undefined) return "(none)";
	const text =
		typeof value === "string" ? value.slice(0, SHOWN).toWellFormed() : isNested(value) ? kindOf(value) : String(value);
	return text;
}
const kindOf = (value: Wire | undefined): string => (Array.isArray(value) ? "(a list)" : "(a table)");
