/** All old links in MongoDB, read for a backup, put back from one. */

import type { Db } from "mongodb";
import { inGroups } from "../../domain/in-groups";
import type { StoredLink } from "./linkstore";
import { keyOf, linkOf, NAME } from "./mongo";

const AT_ONCE = 500;

export async function* storedLinks(db: Db): AsyncGenerator<StoredLink> {
	const all: AsyncIterable<StoredLink> = db.collection(NAME).find({}).sort({ _id: 1 });
	for await (const link of all) yield linkOf(link);
}

/** Into a place that has none. */
export async function storeLinks(db: Db, links: AsyncIterable<StoredLink>): Promise<void> {
	for await (const some of inGroups(links, AT_ONCE))
		await db.collection(NAME).insertMany(some.map(link => ({ _id: keyOf(link.migration, link.id), ...link })));
}
