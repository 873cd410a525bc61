/** Writing to a SQLite file: a transaction is taken at once or not at all, and is whole or nothing however it ends. */

import type { DatabaseSync } from "node:sqlite";
import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import { StoreBusy } from "./errors";
import { BUSY_PATIENCE_MS, isBusy, told } from "./sqlite-file";

/** All of the work or none of it, now. Waiting for another process blocks this one: for short work of few. */
export function atomically<T>(db: DatabaseSync, work: () => T): T {
	begin(db);
	try {
		const done = work();
		db.exec("COMMIT");
		return done;
	} catch (error) {
		rollBack(db);
		throw error;
	}
}

/** IMMEDIATE: one that begins by reading may meet another's commit when it comes to write, and no patience helps then. */
function begin(db: DatabaseSync): void {
	// One that could not be ended when it failed.
	if (db.isTransaction) db.exec("ROLLBACK");
	db.exec("BEGIN IMMEDIATE");
}

/** After a full disk SQLite has rolled back by itself. Where it cannot be done now, the next transaction does it first. */
function rollBack(db: DatabaseSync): void {
	try {
		if (db.isTransaction) db.exec("ROLLBACK");
	} catch {
		// What is told is why the work failed.
	}
}

/** A part of a transaction that is undone by itself where it fails. */
export function part<T>(db: DatabaseSync, work: () => T): T {
	db.exec("SAVEPOINT part");
	try {
		const done = work();
		db.exec("RELEASE part");
		return done;
	} catch (error) {
		// Not where SQLite has ended all of it.
		if (db.isTransaction) db.exec("ROLLBACK TO part; RELEASE part");
		throw error;
	}
}

const GROUP = 512;

interface Waiting {
	/** What it answers tells whoever waits, once it is stored. */
	readonly work: () => () => void;
	fail(error: unknown): void;
}

/** Works that are asked for together share one transaction, and so one wait for the disk. */
export class Group {
	private readonly queue: Waiting[] = [];
	private draining: Promise<void> | undefined;

	constructor(
		private readonly db: DatabaseSync,
		private readonly file: string,
		private readonly busyMs: number = BUSY_PATIENCE_MS
	) {}

	/**
	 * What `work` answers, once it is stored. Where any of those that share its transaction throws, all of them fail.
	 * @throws StoreFull · StoreBusy · StoreDenied · StoreBroken
	 */
	run<T>(work: () => T): Promise<T> {
		return new Promise<T>((resolve, fail) => {
			const kept = () => {
				const done = work();
				return () => resolve(done);
			};
			this.queue.push({ work: kept, fail });
			this.draining ??= this.drain();
		});
	}

	/** Once nothing is under way any more. */
	async idle(): Promise<void> {
		await this.draining;
	}

	private async drain(): Promise<void> {
		while (this.queue.length > 0) {
			await breathe();
			await this.store(this.queue.splice(0, GROUP));
		}
		// In the same breath as the look at the queue, so that nothing is left behind.
		this.draining = undefined;
	}

	private async store(group: readonly Waiting[]): Promise<void> {
		try {
			await this.begin();
			const settled = group.map(({ work }) => work());
			this.db.exec("COMMIT");
			for (const settle of settled) settle();
		} catch (error) {
			rollBack(this.db);
			for (const { fail } of group) fail(told(this.file, error));
		}
	}

	/** Between two tries others are served. */
	private async begin(): Promise<void> {
		const since = performance.now();
		for (;;) {
			try {
				return begin(this.db);
			} catch (error) {
				if (!isBusy(error)) throw error;
				const waited = Math.round(performance.now() - since);
				if (waited > this.busyMs) throw new StoreBusy(this.file, waited);
				await sleep(1 + Math.random() * 5);
			}
		}
	}
}
