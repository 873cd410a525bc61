/** A write of a collection: tried until it is known whether it was stored, in a transaction where it is more than one document. */

import { type Collection, MongoError } from "mongodb";
import { nth } from "../../../domain/there";
import { type Receipt, Repeated } from "../../announcements";
import { StoreAway } from "../../errors";
import type { Held } from "../../mongo/connection";
import { isPassing, passing } from "../../mongo/faults";
import { PATIENCE_MS, patiently } from "../../mongo/patience";
import { type Doubt, isUnanswered, transaction } from "../../mongo/transaction";
import type { DocChange } from "../adapter";
import type { Announcement } from "../collection";
import { Refused } from "../refused";
import { make } from "./changes";
import type { MongoInbox } from "./inbox";
import type { MongoOutbox } from "./outbox";

export interface Writing {
	readonly changes: readonly DocChange[];
	readonly announcements: readonly Announcement[];
	readonly collection: Collection;
	readonly held: Held;
	readonly outbox: MongoOutbox;
	readonly inbox: MongoInbox;
	readonly receipt: Receipt | undefined;
	/** By the process's own clock. */
	readonly untilMs: number;
}

/** Whether each change found anything to do. @throws Refused · Repeated · StoreAway where nobody knows whether it was stored */
export async function written(writing: Writing): Promise<readonly boolean[]> {
	const doubt: Doubt = { mayBeStored: false };
	const made = writing.changes.map(() => true);
	try {
		return await patiently(async () => {
			if (doubt.mayBeStored && (await isMade(writing, doubt))) return made;
			return await attempt(writing, doubt);
		}, writing.untilMs);
	} catch (error) {
		// What stands in its way may be itself.
		if ((error instanceof Refused || error instanceof Repeated) && (await isMade(writing, doubt))) return made;
		// Or by what was written over it since: then nobody can tell.
		if (doubt.mayBeStored && (error instanceof Refused || isPassing(error))) throw unknown(writing);
		throw error instanceof Refused ? await asAsked(writing, error) : error;
	}
}

/** Of a record whose key is taken, and another value of it, too, servers say the one or the other: here it is the key. */
async function asAsked({ changes, collection }: Writing, refused: Refused): Promise<Refused> {
	const { at, taken } = refused.written;
	const { id, expected } = nth(changes, at);
	if (taken === null || taken === "_id" || expected !== null) return refused;
	const before = changes.slice(0, at).findLast(change => change.id === id);
	const isThere = before ? before.doc !== null : (await collection.findOne({ _id: id as never })) !== null;
	return isThere ? new Refused({ ok: false, at, taken: "_id" }) : refused;
}

async function attempt(writing: Writing, doubt: Doubt): Promise<readonly boolean[]> {
	const { changes, announcements, receipt, collection, held, outbox, inbox, untilMs } = writing;
	if (changes.length > 1 || announcements.length > 0 || receipt)
		return await transaction(
			held.client,
			async session => {
				if (receipt) await inbox.keep(receipt, session);
				await outbox.keep(announcements, session);
				return await make(collection, changes, { session });
			},
			untilMs,
			doubt
		);
	try {
		return await make(collection, changes, {});
	} catch (error) {
		doubt.mayBeStored ||= isUnanswered(error);
		throw error;
	}
}

/** By the versions, of which no other write has one. What is gone that was to be gone is as good as removed. */
async function isMade({ changes, collection, held }: Writing, { mayBeStored }: Doubt): Promise<boolean> {
	if (changes.length === 0) return false;
	const ids = changes.map(({ id }) => id);
	const versions = changes.flatMap(({ doc }) => doc?._version ?? []);
	if (versions.length === 0) return mayBeStored && !(await collection.findOne({ _id: { $in: ids as never[] } }));
	const ours = { _id: { $in: ids as never[] }, _version: { $in: versions } };
	const local = held.db.collection(collection.collectionName, { readConcern: { level: "local" } });
	if (!(await local.findOne(ours))) return false;
	if (await collection.findOne(ours)) return true;
	// The primary has it, and may still lose it.
	throw passing(new MongoError("it is not yet on a majority of the servers"));
}

const unknown = ({ collection: { collectionName } }: Writing): StoreAway =>
	new StoreAway(
		collectionName,
		PATIENCE_MS,
		"MongoDB went away while it was to change a record, and does not say whether it did. Read it again, then try again."
	);
