/** All links of a SQLite file, read for a backup, put back from one. */

import { setImmediate as breathe } from "node:timers/promises";
import { inGroups } from "../../domain/in-groups";
import { openFile, told } from "../sqlite-file";
import { atomically } from "../transactions";
import type { StoredLink } from "./linkstore";
import { COLUMNS, FORMAT, linksIn } from "./sqlite";

const AT_ONCE = 1_000;

/** Each as it is when it is read; one that is there now is among them. @throws StoreBroken · StoreDenied */
export async function* storedLinks(file: string): AsyncGenerator<StoredLink> {
	const db = openFile(file, FORMAT, { access: "read" });
	try {
		const page = db.prepare(
			`SELECT ${COLUMNS} FROM links WHERE (migration, id) > (?, ?) ORDER BY migration, id LIMIT ?`
		);
		let [migration, id] = ["", ""];
		for (;;) {
			const links = linksIn(page.all(migration, id, AT_ONCE));
			yield* links;
			const last = links.at(-1);
			if (last === undefined) return;
			({ migration, id } = last);
			await breathe();
		}
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}

/** A new store of these links. @throws StoreFull · StoreDenied */
export async function storeLinks(file: string, links: AsyncIterable<StoredLink>): Promise<void> {
	const db = openFile(file, FORMAT, {});
	try {
		const insert = db.prepare("INSERT INTO links VALUES (?, ?, ?, ?, ?)");
		for await (const some of inGroups(links, AT_ONCE))
			atomically(db, () => {
				for (const { migration, id, username, keyDigest, target } of some)
					insert.run(migration, id, username, keyDigest, target);
			});
	} catch (error) {
		throw told(file, error);
	} finally {
		db.close();
	}
}
