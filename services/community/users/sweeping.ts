/** What is due: exports whose hour is over, erasures whose grace is, reports that are old, organisations that end. */

import type { Erasure, Kept, Kind } from "../../../domain/community/users/records";
import { emptied, idOf } from "./organisations";
import type { People } from "./people";

type Due = { readonly [K in Kind]?: (record: Extract<Kept, { readonly kind: K }>) => Promise<unknown> };

/** Several nodes may, to the same end. @returns how much was due */
export async function swept(people: People, erase: (erasure: Erasure) => Promise<unknown>): Promise<number> {
	const removed = ({ id }: Kept): Promise<unknown> => people.remove(id);
	const due: Due = {
		export: removed,
		erasure: erasure => (erasure.toldAt === null ? erase(erasure) : removed(erasure)),
		organisation: organisation => emptied(people, idOf(organisation))
	};
	const { records } = await people.find({ due: { $lte: Date.now() } }, { sort: "due", limit: MOST });
	// Each is asked for by its own kind, which the compiler does not follow.
	for (const record of records) await (due[record.kind] as ((record: Kept) => Promise<unknown>) | undefined)?.(record);
	return records.length;
}
/** At once: what remains is found the next time. */
const MOST = 500;
