/**
 * What was removed is nowhere in the files: SQLite overwrites it where it stood (`secure_delete`), and earlier pages, which the
 * log beside the file still has, are cut off with it a moment later.
 */

import type { DatabaseSync } from "node:sqlite";

/** Removals come together. */
const SOON_MS = 1_000;

export class Scrubber {
	private timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly db: DatabaseSync,
		private readonly soonMs = SOON_MS
	) {
		db.exec("PRAGMA secure_delete = ON");
		// A process that was killed may have left some.
		this.soon();
	}

	/** Something was removed. */
	soon(): void {
		this.timer ??= setTimeout(() => this.scrub(), this.soonMs).unref();
	}

	/** SQLite itself empties the log when the last one closes the file. */
	end(): void {
		clearTimeout(this.timer);
	}

	/** While somebody else reads or writes, it is tried again. */
	private scrub(): void {
		this.timer = undefined;
		try {
			if (this.db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy !== 0) this.soon();
		} catch {
			// A full disk, or a transaction under way: what is written next tells whoever wrote it.
			this.soon();
		}
	}
}
