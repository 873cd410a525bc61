/** All of a collection's SQLite file, read at one moment for a backup, put back from one. */

import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { parseJson } from "../../contracts/json";
import { inGroups } from "../../domain/in-groups";
import { StoreBroken } from "../errors";
import { applicationOf, openFile, told } from "../sqlite-file";
import { atomically } from "../transactions";
import { COLUMNS, cellsOf, docOf } from "./documents";
import { InboxTables } from "./inbox";
import { isSqliteFile } from "./nedb";
import { FORMAT, INSERT } from "./table";
import type { WholeLine } from "./whole";

/** Is this file a collection? @throws StoreBroken where it is of an earlier version, which is taken over when a node starts */
export function isCollection(file: string): boolean {
	if (!isSqliteFile(file)) {
		if (statSync(file).size === 0) return false;
		throw new StoreBroken(file, "it is of an earlier version: start a node of this one once, which takes it over");
	}
	return applicationOf(file) === FORMAT.application;
}

/** @throws StoreBroken · StoreDenied */
export async function* wholeCollection(file: string): AsyncGenerator<WholeLine> {
	const db = openFile(file, FORMAT, { access: "read" });
	try {
		// What is announced of a change, and what it was caused by, are of the same moment as the change.
		db.exec("BEGIN");
		yield* linesOf(db, file);
		db.exec("COMMIT");
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}

function* linesOf(db: DatabaseSync, file: string): Generator<WholeLine> {
	for (const row of db.prepare(`SELECT ${COLUMNS} FROM records ORDER BY id`).iterate()) {
		const doc = docOf(row);
		if (!doc) throw new StoreBroken(file, `the record '${row.id}' is damaged`);
		yield ["record", doc];
	}
	for (const { position, event, payload } of db.prepare("SELECT * FROM outbox ORDER BY position").iterate())
		yield ["outbox", String(position), String(event), parseJson(String(payload)) as object];
	const { receipts, passed } = new InboxTables(db).all();
	for (const { id, partition, position } of receipts) yield ["inbox", id, partition, position];
	for (const [partition, position] of passed) yield ["passed", partition, position];
}

const AT_ONCE = 1_000;

/** A new collection of these. @throws StoreFull · StoreDenied */
export async function storeCollection(file: string, lines: AsyncIterable<WholeLine>): Promise<void> {
	const db = openFile(file, FORMAT, {});
	try {
		const inbox = new InboxTables(db);
		for await (const some of inGroups(lines, AT_ONCE))
			atomically(db, () => {
				for (const line of some) put(db, inbox, line);
			});
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}

function put(db: DatabaseSync, inbox: InboxTables, line: WholeLine): void {
	const [kind, first, second, third] = line;
	if (kind === "record") db.prepare(INSERT).run(...cellsOf(first));
	else if (kind === "outbox")
		db.prepare("INSERT INTO outbox (position, event, payload) VALUES (?, ?, ?)").run(
			Number(first),
			second,
			JSON.stringify(third)
		);
	else if (kind === "inbox") inbox.take({ id: first, partition: second, position: third });
	else inbox.pass(new Map([[first, second]]));
}

/** Takes out of the outbox what was announced. */
export function forget(file: string, positions: readonly string[]): void {
	const db = openFile(file, FORMAT, {});
	try {
		const remove = db.prepare("DELETE FROM outbox WHERE position = ?");
		atomically(db, () => {
			for (const position of positions) remove.run(Number(position));
		});
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}
