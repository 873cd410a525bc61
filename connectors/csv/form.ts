/** What a definition says of a file, and its rows as records by it. */

import { createHmac } from "node:crypto";
import type { Json, JsonValue } from "../../contracts/json";
import type { SourceRecord } from "../../contracts/migration/records";
import { momentIn } from "../../domain/migration/moments";
import { own, remade } from "../../domain/own";
import type { Option } from "../connector";
import { ConnectorError } from "../connector";
import type { Options } from "../http/options";
import type { Row } from "./rows";

export const OPTIONS = {
	file: { type: "string", required: true, fixed: true, description: "The file: CSV with a header, or NDJSON." },
	format: {
		type: "enum",
		values: ["auto", "csv", "ndjson"],
		default: "auto",
		fixed: true,
		description: "What is in it; auto goes by the name's end: .ndjson and .jsonl, or else CSV."
	},
	delimiter: {
		type: "enum",
		values: [",", ";", "|", "tab"],
		default: ",",
		fixed: true,
		description: "What stands between two fields of a CSV file."
	},
	identity: {
		type: "string",
		default: "id",
		fixed: true,
		description: "The column that tells one record from all others, and stays as it is; each value is there once."
	},
	types: {
		type: "table",
		fixed: true,
		description:
			"What columns hold that hold no text, by name: number, boolean or time (ISO 8601, or seconds since 1970)."
	},
	hash: {
		type: "string",
		default: "",
		fixed: true,
		description: "The column of password hashes; each is read for the write that needs it and kept in no store."
	},
	unique: {
		type: "string",
		default: "email",
		fixed: true,
		description: "A column whose values should be there once as well; those that are not are told when it is planned."
	},
	digestKey: {
		type: "string",
		default: "",
		fixed: true,
		secret: true,
		filled: "key",
		description:
			"What digests of hashes are made with, so that two ends can compare them; made for each migration by itself."
	}
} as const satisfies Record<string, Option>;

export const TYPES = ["text", "number", "boolean", "time"] as const;
type Type = (typeof TYPES)[number];

const TRUE = /^(?:true|t|yes|y|on|1)$/i;
const FALSE = /^(?:false|f|no|n|off|0)$/i;
/** By type: the value, or undefined where it is none of it. */
const READ: Readonly<Record<Type, (value: JsonValue) => JsonValue | undefined>> = {
	text: value => (typeof value === "object" ? undefined : String(value)),
	number: value => {
		const number = Number(value);
		return typeof value !== "object" && typeof value !== "boolean" && Number.isFinite(number) ? number : undefined;
	},
	boolean: value => {
		const text = String(value).trim();
		return TRUE.test(text) ? true : FALSE.test(text) ? false : undefined;
	},
	time: value => momentIn(String(value).trim())
};

export interface Form {
	readonly identity: string;
	readonly unique: string;
	readonly hash: string;
	readonly types: Readonly<Record<string, Type>>;
	readonly digestKey: string;
}

const refused = (message: string) => new ConnectorError("refused", message);

export function formOf(options: Options): Form {
	const types = remade(options.table("types"), (type, column) => {
		const known = TYPES.find(each => each === type);
		if (known === undefined) throw refused(`Option types says '${type}' of ${column}; known are: ${TYPES.join(", ")}.`);
		return known;
	});
	const form = {
		identity: options.string("identity"),
		unique: options.string("unique"),
		hash: options.string("hash"),
		digestKey: options.string("digestKey")
	};
	if (form.hash !== "" && form.hash === form.identity)
		throw refused("Option hash names the column that identity names.");
	return { ...form, types };
}

/** What stands for a hash wherever a record is shown or kept: equal digests, equal hashes, and no way back without the key. */
export const digestOf = (hash: string, key: string): string => createHmac("sha256", key).update(hash).digest("hex");

/** Texts of ids that no person would take for one. */
const LONGEST_ID = 200;

/** Whoever a row stands for; undefined where it does not say. */
export function identityIn(fields: Json, { identity }: Form): string | undefined {
	const value = own(fields, identity);
	if (value === undefined || value === null || typeof value === "object") return undefined;
	const text = String(value).trim();
	return text === "" || text.length > LONGEST_ID ? undefined : text;
}

/** @param first the line that has this identity first, where there are several */
export function recordOf(row: Row, form: Form, first: (id: string) => number | undefined): SourceRecord {
	const held = (field: string, says: string): SourceRecord => unreadable(`line ${row.line}`, field, row, says);
	if (row.fields === undefined) return held("record", row.fault ?? "it cannot be read");
	const id = identityIn(row.fields, form);
	if (id === undefined) return held(form.identity, "it does not say who it is");
	const before = first(id) ?? row.line;
	if (before !== row.line) return held(form.identity, `line ${before} has the same ${form.identity}`);
	const { data, wrong } = typed(row.fields, form);
	if (wrong === undefined) return { id, name: id, data: { ...data, [IDENTITY]: id } };
	return unreadable(id, wrong, row, `its ${wrong} is no ${form.types[wrong]}`);
}

/** What it says is somebody's own: only where it stands is told. */
function unreadable(id: string, field: string, { line }: Row, says: string): SourceRecord {
	const reason = `Line ${line}: ${says}.`;
	return { id, name: id, data: {}, quarantine: { category: "line_unreadable", field, value: "", reason } };
}

/** The record's own id, whatever its column is called. */
const IDENTITY = "identity";
/** Beside a digest: of which form the hash is, `unknown`, `unsalted` or `too-dear`. */
const HASH_FORM = "hash form";

/** A hash is left out, and a digest stands for it. */
function typed(fields: Json, form: Form): { readonly data: Json; readonly wrong?: string } {
	let wrong: string | undefined;
	const data = remade(fields, (value, column): JsonValue => {
		if (column === form.hash) return isText(value) ? digestOf(value, form.digestKey) : null;
		const read = readAs(value, own(form.types, column));
		if (read === undefined) wrong ??= column;
		return read ?? null;
	});
	const hash = hashIn(fields, form);
	if (hash !== undefined) data[HASH_FORM] = hashForm(hash);
	return { data, ...(wrong !== undefined && { wrong }) };
}

/** Undefined where it is none of the type. */
function readAs(value: JsonValue, type: Type | undefined): JsonValue | undefined {
	if (type === undefined) return value;
	return value === null || value === "" ? null : READ[type](value);
}

/** Nobody has an empty hash. */
const isText = (value: JsonValue | undefined): value is string => typeof value === "string" && value !== "";

/** The readers of hashes are loaded by whoever moves some. */
function hashForm(stored: string): string {
	const { storedHash }: typeof import("../../adapters/passwords/formats") = require("../../adapters/passwords/formats");
	const hash = storedHash(stored);
	if (!hash) return "unknown";
	return hash.isUnsalted ? "unsalted" : hash.format;
}

export function hashIn(fields: Json, { hash }: Form): string | undefined {
	const value = own(fields, hash) ?? null;
	return isText(value) ? value : undefined;
}
