/** Old links in MongoDB: a document each, replaced in place, so that writing the same again changes nothing. */

import type { Collection } from "mongodb";
import { StoreClosed } from "../errors";
import { Asked } from "../mongo/asked";
import { type Held, hold, type MongoDatabase } from "../mongo/connection";
import { isDuplicate, passing, told } from "../mongo/faults";
import { patience, patiently } from "../mongo/patience";
import { transaction } from "../mongo/transaction";
import type { LinkStore, StoredLink } from "./linkstore";

export const NAME = "links";
const INDEXES = [
	{ name: "by_username", key: { username: 1, migration: 1, id: 1 } },
	{ name: "by_migration", key: { migration: 1 } }
];
export const keyOf = (migration: string, id: string): string => JSON.stringify([migration, id]);

interface Opened {
	readonly held: Held;
	readonly links: Collection;
}

export class MongoLinks implements LinkStore {
	/** What is asked before waits for it. @throws StoreAway · StoreDenied · StoreUnfit, each with what to do */
	readonly opened: Promise<void>;
	private readonly opening: Promise<Opened>;
	private readonly asked = new Asked(NAME);
	private isClosed = false;

	constructor(database: MongoDatabase, access: "write" | "read") {
		this.opening = opened(database, access);
		this.opened = this.opening.then(() => undefined);
		// Whoever asks is told.
		this.opened.catch(() => undefined);
	}

	put(migration: string, given: readonly Omit<StoredLink, "migration">[]): Promise<void> {
		return this.ask(async ({ links, held }, untilMs) => {
			const writes = given.map(link => writeOf({ ...link, migration }));
			if (writes.length === 0) return;
			const write = async (session: object): Promise<void> => {
				await links.bulkWrite(writes, session).catch(again);
			};
			await transaction(held.client, session => write({ session }), untilMs, { mayBeStored: false });
		});
	}

	find(username: string): Promise<StoredLink[]> {
		return this.ask(async ({ links }) =>
			(await links.find({ username }).sort({ migration: 1, id: 1 }).toArray()).map(linkOf)
		);
	}

	of(migration: string, ids: readonly string[]): Promise<StoredLink[]> {
		return this.ask(async ({ links }) => {
			const found = await links.find({ _id: { $in: ids.map(id => keyOf(migration, id)) } }).toArray();
			const byId = new Map(found.map(linkOf).map(link => [link.id, link]));
			return ids.flatMap(id => byId.get(id) ?? []);
		});
	}

	count(migration?: string): Promise<number> {
		return this.ask(({ links }) => links.countDocuments(migration === undefined ? {} : { migration }));
	}

	async close(): Promise<void> {
		if (this.isClosed) return;
		this.isClosed = true;
		await this.asked.answered();
		await this.opening.then(({ held }) => held.release()).catch(() => undefined);
	}

	private async ask<T>(question: (opened: Opened, untilMs: number) => Promise<T>): Promise<T> {
		if (this.isClosed) throw new StoreClosed(`The store '${NAME}' is closed.`);
		return await this.asked.ask(async untilMs => question(await this.opening, untilMs));
	}
}

async function opened(database: MongoDatabase, access: "write" | "read"): Promise<Opened> {
	const held = await hold(database);
	const links = held.db.collection(NAME);
	try {
		if (access === "write") await patiently(() => links.createIndexes(INDEXES), patience(database.patienceMs));
		return { held, links };
	} catch (error) {
		await held.release();
		throw told(NAME, error);
	}
}

/** @throws TypeError where a part of it is no text */
function writeOf({ migration, id, username, keyDigest, target }: StoredLink) {
	const link = { _id: keyOf(migration, id), migration, id, username, keyDigest, target };
	const lacking = Object.entries(link).find(([, value]) => typeof value !== "string");
	if (lacking) throw new TypeError(`A link of '${migration}' has no text as its '${lacking[0]}'.`);
	return { replaceOne: { filter: { _id: link._id }, replacement: link, upsert: true } };
}

/** Two who put the same link at once both found none: the next time it is there. */
function again(error: unknown): never {
	throw isDuplicate(error) ? passing(error) : error;
}

export const linkOf = ({ migration, id, username, keyDigest, target }: StoredLink): StoredLink => ({
	migration,
	id,
	username,
	keyDigest,
	target
});
