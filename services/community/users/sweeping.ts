/** What is due: exports whose hour is over, erasures whose grace is, reports that are old, organisations that end. */

import type { Erasure, Kept, Kind } from "../../../domain/community/users/records";
import { emptied, idOf } from "./organisations";
import type { People } from "./people";

/** How often it is looked for, in ms. */
const SWEEP_MS = 30_000;

/** Until the answer is called. */
export function sweeping(
	people: People,
	erase: (erasure: Erasure) => Promise<unknown>,
	warn: (sentence: string, error: unknown) => void
): () => void {
	const sweep = (): Promise<void> =>
		swept(people, erase).catch(error => warn("What is due of people could not be done", error));
	const timer = setInterval(() => void sweep(), SWEEP_MS).unref();
	return () => clearInterval(timer);
}

type Due = { readonly [K in Kind]?: (record: Extract<Kept, { readonly kind: K }>) => Promise<unknown> };

/** Whoever finds it does it: several nodes may, to the same end. */
export async function swept(people: People, erase: (erasure: Erasure) => Promise<unknown>): Promise<void> {
	const removed = ({ id }: Kept): Promise<unknown> => people.remove(id);
	const due: Due = {
		export: removed,
		erasure: erasure => (erasure.toldAt === null ? erase(erasure) : removed(erasure)),
		organisation: organisation => emptied(people, idOf(organisation))
	};
	const { records } = await people.find({ due: { $lte: Date.now() } }, { sort: "due", limit: MOST });
	// Each is asked for by its own kind, which the compiler does not follow.
	for (const record of records) await (due[record.kind] as ((record: Kept) => Promise<unknown>) | undefined)?.(record);
}
/** At once: what remains is found the next time. */
const MOST = 500;
