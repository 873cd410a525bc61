/** The records of `users` as its parts share them. */

import { type Collection, Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { type Kept, type Kind, keyOf } from "../../../domain/community/users/records";

export type People = Collection<Kept, Announced>;
type Of<K extends Kind> = Extract<Kept, { readonly kind: K }>;

const is =
	<K extends Kind>(kind: K) =>
	(record: Kept): record is Of<K> =>
		record.kind === kind;

/** A record of a kind, with its version. */
export async function readOf<K extends Kind>(
	people: People,
	kind: K,
	...of: readonly [string, ...string[]]
): Promise<Versioned<Of<K>> | undefined> {
	const found = await people.read(keyOf(kind, ...of));
	return found && is(kind)(found.record) ? { record: found.record, version: found.version } : undefined;
}

export async function getOf<K extends Kind>(
	people: People,
	kind: K,
	...of: readonly [string, ...string[]]
): Promise<Of<K> | undefined> {
	return (await readOf(people, kind, ...of))?.record;
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
