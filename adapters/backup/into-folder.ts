/** An empty data folder that a backup is restored to: made within it, and put in its place in one step once it is whole. */

import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { forget, storeCollection } from "../collection/sqlite-whole";
import type { WholeLine } from "../collection/whole";
import { acquireLock, type DataLock, type Holder } from "../datadir";
import { openSqliteStore, versioned } from "../eventstore";
import { storeAppends } from "../eventstore/sqlite-appends";
import { storeLinks } from "../linkstore/sqlite-whole";
import { syncFolder, writeOwnFile } from "../own-file";
import { HALF, WHOLE } from "../restoring";
import { appendsIn } from "./appends";
import { BackupBroken, type Header, type PartName, RestoreRefused } from "./format";
import { holdRuns } from "./held";
import { linksIn } from "./links";
import type { Into } from "./restore";

/** What an empty folder may hold: what is made by looking at it, what a file system has in its topmost folder. */
const NOTHING: ReadonlySet<string> = new Set(["banyan.log", "lock.db", "lock.db-journal", "lock.json", "lost+found"]);
const NAME = /^[a-z][\w-]{0,63}$/i;
const FILES = { announcements: "announcements.db", events: "events.db", links: "links.db" } as const;

/** It is held from now on. @throws DataDirLocked · FolderUnusable */
export function intoFolder(dir: string, holder: Holder): Into {
	const path = resolve(dir);
	return new FolderInto(path, acquireLock(path, holder));
}

class FolderInto implements Into {
	private readonly half: string;

	constructor(
		private readonly path: string,
		private readonly lock: DataLock
	) {
		this.half = join(path, HALF);
	}

	async begin(): Promise<boolean> {
		if (existsSync(join(this.path, WHOLE))) {
			this.place();
			return false;
		}
		const there = readdirSync(this.path).filter(name => !NOTHING.has(name) && name !== HALF);
		if (there.length > 0)
			throw new RestoreRefused(
				`The data folder '${this.path}' is not empty (${there.slice(0, 3).join(", ")} …): a backup is restored into an empty one. Move that one away, or set DATA_DIR to another folder.`
			);
		rmSync(this.half, { recursive: true, force: true });
		mkdirSync(this.half, { mode: 0o700 });
		return true;
	}

	async take({ kind, name = "" }: PartName, lines: AsyncIterable<unknown>): Promise<void> {
		if (kind === "collection") await storeCollection(this.collection(name), lines as AsyncIterable<WholeLine>);
		else if (kind === "links") await storeLinks(join(this.half, FILES.links), linksIn(lines));
		else if (kind !== "secret") await storeAppends(join(this.half, FILES[kind]), appendsIn(lines));
	}

	async forget(collection: string, places: readonly string[]): Promise<void> {
		forget(this.collection(collection), places);
	}

	async end({ at }: Header, secret: Buffer | undefined): Promise<readonly string[]> {
		const held = await this.holdRuns(at);
		if (secret) writeOwnFile(join(this.half, "secret.key"), secret);
		syncFolder(this.half);
		renameSync(this.half, join(this.path, WHOLE));
		this.place();
		return held;
	}

	async close(): Promise<void> {
		this.lock.release();
	}

	private async holdRuns(at: string): Promise<string[]> {
		const file = join(this.half, FILES.events);
		if (!existsSync(file)) return [];
		const events = versioned(openSqliteStore(file));
		try {
			return await holdRuns(events, at);
		} finally {
			await events.close();
		}
	}

	/** All of it is there: whoever is killed in between, the next one goes on. */
	private place(): void {
		const whole = join(this.path, WHOLE);
		for (const name of readdirSync(whole)) renameSync(join(whole, name), join(this.path, name));
		syncFolder(this.path);
		rmdirSync(whole);
		syncFolder(this.path);
	}

	/** A name leads nowhere else, whoever wrote it. */
	private collection(name: string): string {
		const isOwn = Object.values(FILES).includes(`${name}.db` as never);
		if (NAME.test(name) && !isOwn) return join(this.half, `${name}.db`);
		throw new BackupBroken("the backup", `'${name}' is no name of a collection.`);
	}
}
