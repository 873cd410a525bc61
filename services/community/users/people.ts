/** The records of `users` as its parts share them. */

import {
	type Collection,
	Conflict,
	Duplicate,
	type Filter,
	type FindOptions,
	type Versioned
} from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { type Kept, type Kind, keyOf } from "../../../domain/community/users/records";
import { behindCursor } from "../../../mixins/behind";

export type People = Collection<Kept, Announced>;
export type Of<K extends Kind> = Extract<Kept, { readonly kind: K }>;
type Key = readonly [string, ...string[]];

const isA = <K extends Kind>(kind: K, record: Kept): record is Of<K> => record.kind === kind;

/** A record of a kind, with its version. */
export async function readOf<K extends Kind>(
	people: People,
	kind: K,
	...of: Key
): Promise<Versioned<Of<K>> | undefined> {
	const found = await people.read(keyOf(kind, ...of));
	return found && isA(kind, found.record) ? { record: found.record, version: found.version } : undefined;
}

export async function getOf<K extends Kind>(people: People, kind: K, ...of: Key): Promise<Of<K> | undefined> {
	return (await readOf(people, kind, ...of))?.record;
}

interface Run<K extends Kind> {
	readonly records: readonly Of<K>[];
	readonly next: string | null;
}

/** Of one kind. @throws REQUEST_INVALID where `after` is none of this list */
export async function findOf<K extends Kind>(
	people: People,
	kind: K,
	filter: Filter<Kept>,
	options: FindOptions<Kept> = {}
): Promise<Run<K>> {
	const { records, next } = await behindCursor(people.find(filter, options));
	return { records: records.filter(record => isA(kind, record)), next };
}

/** All of one kind, page by page. */
export async function* eachOf<K extends Kind>(people: People, kind: K, filter: Filter<Kept>): AsyncIterable<Of<K>> {
	for await (const record of people.each(filter)) if (isA(kind, record)) yield record;
}

/** More than ever change one record at once. */
const TRIES = 200;

/** Somebody else changed a record that was read, or made one that was not there. */
const isOvertaken = (error: unknown): boolean =>
	error instanceof Conflict || (error instanceof Duplicate && error.field === "id");

/** Once more from the beginning, where somebody changed what it rests on. @throws OVERLOADED */
export async function settled<T>(work: () => Promise<T>): Promise<T> {
	for (let tries = 1; tries <= TRIES; tries++) {
		try {
			return await work();
		} catch (error) {
			if (!isOvertaken(error)) throw error;
		}
	}
	throw failure("OVERLOADED", "Too many change the same at once: ask again.");
}

/** A change that holds only while the record is as it was read. */
export const still = <K extends Kind>({ version }: Versioned<Of<K>>, put: Of<K>): { put: Kept; expected: string } => ({
	put,
	expected: version
});
