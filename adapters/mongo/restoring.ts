/** Marks a database that a backup is being restored to: no node opens it until all is there. */

import type { Db } from "mongodb";
import { textOf } from "../../domain/unknown";

const NAME = "restores";
const ID = "restore";

/** What a restore that is under way, or was cut off, says of itself. */
export interface Marked {
	/** The backup's id. */
	readonly backup: string;
	/** All is there. */
	readonly isWhole: boolean;
}

export async function markOf(db: Db): Promise<Marked | undefined> {
	const found: object | null = await db.collection(NAME).findOne({ _id: ID as never });
	return found ? { backup: textOf(found, "backup") ?? "", isWhole: textOf(found, "state") === "whole" } : undefined;
}

export async function mark(db: Db, { backup, isWhole }: Marked): Promise<void> {
	const state = { backup, state: isWhole ? "whole" : "half" };
	await db.collection(NAME).updateOne({ _id: ID as never }, { $set: state }, { upsert: true });
}

export async function unmark(db: Db): Promise<void> {
	await db.collection(NAME).deleteOne({ _id: ID as never });
}

/** Where what is counted is, which an empty database may hold. */
const COUNTERS: ReadonlySet<string> = new Set(["outbox.positions", "outbox.relays", NAME]);

/** The collections of a database with something in them. */
export async function filled(db: Db): Promise<string[]> {
	const found: string[] = [];
	for (const name of await ours(db)) if ((await db.collection(name).findOne({})) !== null) found.push(name);
	return found;
}

/** Of a restore that was cut off. */
export async function empty(db: Db): Promise<void> {
	for (const name of await ours(db)) await db.collection(name).deleteMany({});
}

async function ours(db: Db): Promise<string[]> {
	const listed: { name: string }[] = await db.listCollections({}, { nameOnly: true }).toArray();
	return listed.map(({ name }) => name).filter(name => !COUNTERS.has(name) && !name.startsWith("system."));
}
