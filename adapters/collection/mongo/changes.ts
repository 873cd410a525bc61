/** Changes of documents, made one after the other in whatever session they are given: alone, or in a transaction. */

import type { ClientSession, Collection } from "mongodb";
import { nth } from "../../../domain/there";
import { propertyOf } from "../../../domain/unknown";
import { isDuplicate, passing } from "../../mongo/faults";
import type { DocChange } from "../adapter";
import { Refused } from "../refused";
import { toMongo } from "./documents";
import { takenField } from "./indexes";

type Session = { readonly session?: ClientSession };

/** Whether each change found anything to do. @throws Refused */
export async function make(
	collection: Collection,
	changes: readonly DocChange[],
	session: Session
): Promise<boolean[]> {
	const made: boolean[] = [];
	while (made.length < changes.length) {
		const at = made.length;
		const inserts = runOf(changes, at);
		if (inserts.length > 1) made.push(...(await insertMany(collection, inserts, at, session)));
		else made.push(await one(collection, nth(changes, at), at, session));
	}
	return made;
}

/** The inserts that follow each other from there on: they are asked for at once. */
function runOf(changes: readonly DocChange[], from: number): DocChange[] {
	const end = changes.findIndex(({ doc, expected }, at) => at >= from && (doc === null || expected !== null));
	return changes.slice(from, end < 0 ? changes.length : end);
}

async function insertMany(
	collection: Collection,
	inserts: readonly DocChange[],
	from: number,
	session: Session
): Promise<boolean[]> {
	try {
		await collection.insertMany(
			inserts.map(({ doc }) => toMongo(doc as object, collection.collectionName)),
			{ ...session, ordered: true }
		);
		return inserts.map(() => true);
	} catch (error) {
		const [failed] = [propertyOf(error, "writeErrors")].flat();
		throw refusal(error, from + Number(propertyOf(failed, "index") ?? 0), null);
	}
}

async function one(collection: Collection, change: DocChange, at: number, session: Session): Promise<boolean> {
	const { doc, expected } = change;
	try {
		const matched = doc === null ? await remove(collection, change, session) : await keep(collection, change, session);
		if (matched || (doc === null && expected === undefined)) return matched;
	} catch (error) {
		throw refusal(error, at, expected);
	}
	throw new Refused({ ok: false, at, taken: null });
}

/** Whether the document that was expected was there. */
async function keep(collection: Collection, { id, doc, expected }: DocChange, session: Session): Promise<boolean> {
	const kept = toMongo(doc as object, collection.collectionName);
	if (expected === null) await collection.insertOne(kept, session);
	else if (expected === undefined)
		await collection.replaceOne({ _id: id as never }, kept, { ...session, upsert: true });
	else {
		const { matchedCount } = await collection.replaceOne({ _id: id as never, _version: expected }, kept, session);
		return matchedCount === 1;
	}
	return true;
}

async function remove(collection: Collection, { id, expected }: DocChange, session: Session): Promise<boolean> {
	const { deletedCount } = await collection.deleteOne(
		{ _id: id as never, ...(typeof expected === "string" && { _version: expected }) },
		session
	);
	return deletedCount === 1;
}

function refusal(error: unknown, at: number, expected: DocChange["expected"]): unknown {
	if (!isDuplicate(error)) return error;
	const taken = takenField(error);
	if (taken !== "_id" || expected !== undefined) return new Refused({ ok: false, at, taken });
	// Two who put the same key at once both found none: the next time it is there.
	return passing(error);
}
