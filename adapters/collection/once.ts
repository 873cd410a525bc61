/**
 * What is asked for under a key is done once: the key names the record in which its effect is, so that the two are kept in one
 * step, whichever node, whichever store, and whatever dies between (L14). Who comes second finds the first one's.
 */

import { type Also, type Announcement, type Collection, Duplicate, type Versioned } from "./collection";

/** Keeps it where its key is free; else answers what is there. @throws whatever keeping it does */
export async function insertedOnce<T extends { readonly id: string }, A = Announcement>(
	records: Pick<Collection<T, A>, "insert" | "read">,
	record: T,
	also?: Also<A>
): Promise<Versioned<T> | undefined> {
	for (;;) {
		try {
			await records.insert(record, also);
			return undefined;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			const known = await records.read(record.id);
			// Removed meanwhile: it is free again. Another value that must be unique is another matter.
			if (known) return known;
			if (error.field !== "id") throw error;
		}
	}
}
