/** Documents as rows and back, and what moleculer-db asks of them beside what a collection does. Pure, but for new names. */

import { randomBytes, randomUUID } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { parseJson } from "../../contracts/json";
import { fieldsOf, propertyOf } from "../../domain/unknown";
import type { Doc } from "./adapter";

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The columns of a row, in the order of `cellsOf`. */
export const COLUMNS = "id, version, body, checksum";

export const cellsOf = ({ _id, _version, ...fields }: Doc): [string, string, string, number] => {
	const body = JSON.stringify(fields);
	return [_id, _version, body, checksum(_id, _version, body)];
};

/** Undefined where it is not as it was written: SQLite itself does not see a flipped bit inside a row. */
export function docOf({ id, version, body, checksum: written }: Row): Doc | undefined {
	const [_id, _version, json] = [String(id), String(version), String(body)];
	if (checksum(_id, _version, json) !== written) return undefined;
	return { ...fieldsOf(parseJson(json)), _id, _version };
}

const checksum = (id: string, version: string, body: string): number => crc32(body, crc32(`${id}\n${version}`));

export const newVersion = (): string => randomBytes(12).toString("base64url");

/** With a key where it has none, and always with a version of its own. */
export const fresh = (entity: object): Doc => {
	const _id = propertyOf(entity, "_id") ?? randomUUID();
	return { ...entity, _id: String(_id), _version: newVersion() };
};

/** An entity of moleculer-db as a document: its key is `_id`. */
export function keyed(entity: object, idField: string): object {
	const { [idField]: id, ...rest } = fieldsOf(entity);
	return id === undefined ? rest : { ...rest, _id: id };
}

/** A document as an entity again. */
export function named(doc: object, idField: string): object {
	const { _id, ...rest } = fieldsOf(doc);
	return { [idField]: _id, ...rest };
}

/** Only those fields, and the key. */
export const picking =
	(fields: readonly string[]) =>
	(doc: Doc): Doc =>
		Object.fromEntries(
			Object.entries(doc).filter(([field]) => field.startsWith("_") || fields.includes(field))
		) as never;

type Fields = Record<string, unknown>;
const UPDATES: Readonly<Record<string, (doc: Fields, given: Fields) => void>> = {
	$set: (doc, given) => {
		for (const [path, value] of Object.entries(given)) set(doc, path.split("."), value);
	},
	$unset: (doc, given) => {
		for (const field of Object.keys(given)) delete doc[field];
	}
};

/** As moleculer-db updates: by `$set`, whose names may lead into objects by dots, and `$unset`; or by the whole document. */
export function updated(doc: Doc, update: object): object {
	const operators = Object.entries(update).filter(([name]) => name.startsWith("$"));
	if (operators.length === 0) return { ...update, _id: doc._id };
	const changed: Fields = structuredClone(doc);
	for (const [name, given] of operators) {
		const apply = Object.hasOwn(UPDATES, name) ? UPDATES[name] : undefined;
		if (!apply) throw new RangeError(`Documents are not updated by '${name}'.`);
		apply(changed, fieldsOf(given));
	}
	return { ...changed, _id: doc._id };
}

const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

function set(doc: Fields, [head = "", ...rest]: readonly string[], value: unknown): void {
	if (FORBIDDEN.has(head)) throw new RangeError(`No field of a document is called '${head}'.`);
	if (rest.length === 0) {
		doc[head] = value;
		return;
	}
	const within = typeof doc[head] === "object" && doc[head] !== null ? doc[head] : {};
	doc[head] = within;
	set(within as Fields, rest, value);
}
