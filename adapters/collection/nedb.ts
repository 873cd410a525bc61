/**
 * Collections of versions before this one were files of NeDB, of the same names: each is taken over once, whole, before it is
 * opened. A new file is made beside it and put in its place in one step, so that a process that is killed begins anew.
 */

import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StoreBroken } from "../errors";
import { moveOwnFile, readOwnFile, writeOwnFile } from "../own-file";
import { openFile, told } from "../sqlite-file";
import { atomically } from "../transactions";
import type { Doc } from "./adapter";
import { cellsOf, fresh } from "./documents";
import { type Fields, indexed } from "./indexes";
import { FORMAT, INSERT } from "./table";

const SQLITE = "SQLite format 3\0";

interface Taking extends Fields {
	/** The field of the key. */
	readonly key?: string;
	readonly tell?: (sentence: string) => void;
}

/** @throws StoreBroken · StoreFull · StoreDenied */
export function importEarlier(file: string, { key = "_id", tell = () => undefined, ...fields }: Taking): void {
	const from = earlier(file);
	if (from === undefined) return;
	const text = readOwnFile(from);
	const { records, isTorn } = recordsOf(file, text.toString("utf8"));
	if (isTorn) tell(`The last row of '${file}' was cut off and is dropped: it was never acknowledged.`);
	const docs = records.map(record => fresh({ ...record, _id: record[key] }));
	const made = `${file}.importing`;
	for (const left of leftOver(file)) rmSync(left, { force: true });
	try {
		fill(openFile(made, FORMAT, {}), docs, key, fields);
		writeOwnFile(`${file}.nedb`, text);
	} catch (error) {
		throw told(file, error);
	}
	moveOwnFile(made, file);
	if (from !== file) rmSync(from, { force: true });
	tell(
		`'${file}' was of an earlier version: its ${docs.length} records were taken over; it is kept as '${file}.nedb'.`
	);
}

/** What a process that was killed before this left half made. */
const leftOver = (file: string): string[] =>
	readdirSync(dirname(file))
		.filter(name => [".importing", ".nedb."].some(end => name.startsWith(basename(file) + end)))
		.map(name => join(dirname(file), name));

/** The file of NeDB that holds the collection; while it rewrote one, the whole one was beside it. */
function earlier(file: string): string | undefined {
	if (!existsSync(file)) return existsSync(`${file}~`) ? `${file}~` : undefined;
	const head = headOf(file);
	return head === "" || head === SQLITE ? undefined : file;
}

/** Is it there, and no file of an earlier version? */
export const isSqliteFile = (file: string): boolean => existsSync(file) && headOf(file) === SQLITE;

function headOf(file: string): string {
	const handle = openSync(file, "r");
	try {
		const head = Buffer.alloc(SQLITE.length);
		return head.toString("latin1", 0, readSync(handle, head, 0, head.length, 0));
	} finally {
		closeSync(handle);
	}
}

function fill(db: DatabaseSync, docs: readonly Doc[], key: string, fields: Fields): void {
	try {
		const insert = db.prepare(INSERT);
		atomically(db, () => {
			// Before it takes the place of the other: what breaks a rule of it is to be found there.
			indexed(db, fields);
			for (const doc of docs) insert.run(...cellsOf({ ...doc, [key]: undefined }));
		});
	} finally {
		db.close();
	}
}

type Line = Readonly<Record<string, unknown>>;

/** A line a change, the last one of a record counts. One that was cut off at the end was never acknowledged. */
function recordsOf(file: string, text: string): { readonly records: readonly Line[]; readonly isTorn: boolean } {
	const lines = text.split("\n");
	const rest = lines.pop() ?? "";
	if (rest !== "" && !rest.startsWith("{")) throw new StoreBroken(file, "it is no file of Banyan");
	const records = new Map<unknown, Line>();
	for (const [at, line] of lines.entries()) {
		const { _id, $$deleted, $$indexCreated, $$indexRemoved, ...record } = rowOf(file, line, at + 1);
		if ($$deleted) records.delete(_id);
		else if (!$$indexCreated && !$$indexRemoved) records.set(_id, renamed(record) as Line);
	}
	return { records: [...records.values()], isTorn: rest !== "" };
}

function rowOf(file: string, line: string, at: number): Line {
	try {
		return JSON.parse(line) as Line;
	} catch {
		throw new StoreBroken(file, `its line ${at} cannot be read`);
	}
}

/** NeDB has no names that begin with `$` or hold a `.`: `%` began what stood for them within a record. */
const STANDS_FOR = /%(?:2E|24|25)/g;
const nameOf = (name: string): string =>
	name.replace(STANDS_FOR, sign => String.fromCharCode(Number.parseInt(sign.slice(1), 16)));

function renamed(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(renamed);
	return Object.fromEntries(Object.entries(value).map(([name, within]) => [nameOf(name), renamed(within)]));
}
