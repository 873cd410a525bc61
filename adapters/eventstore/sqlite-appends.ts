/** The appends of an event store in a SQLite file as they are stored: read for a backup, put back from one. */

import type { DatabaseSync } from "node:sqlite";
import { setImmediate as breathe } from "node:timers/promises";
import { inGroups } from "../../domain/in-groups";
import { StoreBroken } from "../errors";
import { numberIn, openFile, told } from "../sqlite-file";
import { atomically } from "../transactions";
import type { StoredAppend } from "./envelope";
import { checksum, FORMAT, ROW } from "./sqlite";

const AT_ONCE = 256;

/** In their order, up to the last that is there now; whoever appends meanwhile is not held up. @throws StoreBroken · StoreDenied */
export async function* storedAppends(file: string): AsyncGenerator<StoredAppend> {
	const db = openFile(file, FORMAT, { access: "read" });
	try {
		const last = numberIn(db.prepare("SELECT coalesce(max(position), 0) AS last FROM appends").get(), "last");
		const page = db.prepare(`${ROW} WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`);
		for (let from = 0; from < last; ) {
			const rows = page.all(from, last, AT_ONCE) as unknown as (StoredAppend & { readonly checksum: number })[];
			for (const { checksum: written, ...append } of rows) {
				if (checksum(append) !== written) throw new StoreBroken(file, `append ${append.position} is damaged`);
				yield append;
			}
			from = rows.at(-1)?.position ?? last;
			await breathe();
		}
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}

/** A new store of these appends, each at its place and of its version. @throws StoreFull · StoreDenied */
export async function storeAppends(file: string, appends: AsyncIterable<StoredAppend>): Promise<void> {
	const db = openFile(file, FORMAT, {});
	try {
		for await (const some of inGroups(appends, AT_ONCE)) put(db, some);
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}

function put(db: DatabaseSync, appends: readonly StoredAppend[]): void {
	const insert = db.prepare("INSERT INTO appends VALUES (?, ?, ?, ?, ?, ?, ?)");
	atomically(db, () => {
		for (const append of appends) {
			const { position, stream, version, appendId, at, body } = append;
			insert.run(position, stream, version, appendId, at, body, checksum(append));
		}
	});
}
