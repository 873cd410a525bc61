/** The inbox of a collection, in the same SQLite file: made when its service first listens to a durable event. */

import type { DatabaseSync } from "node:sqlite";
import type { Receipt, Received } from "../announcements";

const TABLES = `CREATE TABLE IF NOT EXISTS inbox (
		id TEXT PRIMARY KEY,
		partition INTEGER NOT NULL,
		position INTEGER NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS passed (
		partition INTEGER PRIMARY KEY,
		position INTEGER NOT NULL
	) STRICT`;

export class InboxTables {
	constructor(private readonly db: DatabaseSync) {}

	/** Whether it was not there: it is kept now, with what shares the transaction. */
	take({ id, partition, position }: Receipt): boolean {
		this.make();
		const passed = this.db.prepare("SELECT 1 FROM passed WHERE partition = ? AND position >= ?");
		if (passed.get(partition, position)) return false;
		const kept = this.db.prepare("INSERT INTO inbox (id, partition, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
		return kept.run(id, partition, position).changes === 1;
	}

	received(): Received {
		this.make();
		const passed = this.db.prepare("SELECT partition, position FROM passed").all();
		const beyond = this.db.prepare("SELECT id FROM inbox").all();
		return {
			passed: new Map(passed.map(({ partition, position }) => [Number(partition), Number(position)])),
			beyond: new Set(beyond.map(({ id }) => String(id)))
		};
	}

	/** All of it, for whoever may not write: there may be none yet. */
	all(): { readonly receipts: readonly Receipt[]; readonly passed: ReadonlyMap<number, number> } {
		const isThere = this.db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'inbox'").get() !== undefined;
		const rows = (text: string) => (isThere ? this.db.prepare(text).all() : []);
		const receipts = rows("SELECT id, partition, position FROM inbox ORDER BY id");
		const passed = rows("SELECT partition, position FROM passed ORDER BY partition");
		return {
			receipts: receipts.map(each => ({
				id: String(each.id),
				partition: Number(each.partition),
				position: Number(each.position)
			})),
			passed: new Map(passed.map(({ partition, position }) => [Number(partition), Number(position)]))
		};
	}

	pass(marks: ReadonlyMap<number, number>): void {
		this.make();
		const passed = this.db.prepare(
			`INSERT INTO passed (partition, position) VALUES (?1, ?2)
			ON CONFLICT (partition) DO UPDATE SET position = max(position, ?2)`
		);
		const forgotten = this.db.prepare("DELETE FROM inbox WHERE partition = ? AND position <= ?");
		for (const [partition, position] of marks) {
			passed.run(partition, position);
			forgotten.run(partition, position);
		}
	}

	/** Each time: that they were made may have been rolled back. */
	private make(): void {
		this.db.exec(TABLES);
	}
}
