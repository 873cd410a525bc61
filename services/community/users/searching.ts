/** Search: by the beginning of handles, then of names. Each is a range of an index, so that it costs no more the more people there are. */

import { failure } from "../../../cluster/errors";
import type { Listed, Page } from "../../../contracts/community/shapes";
import { folded } from "../../../domain/community/users/handles";
import type { Profile } from "../../../domain/community/users/records";
import { findOf, type People } from "./people";
import { listed, type Paging } from "./profiles";

const FIELDS = ["foundByHandle", "foundByName"] as const;
type Field = (typeof FIELDS)[number];

/** Behind whatever begins with a text. */
const LAST = "\u{10ffff}";

/** Public people alone have what is searched. */
export async function search(people: People, q: string, paging: Paging): Promise<Page<Listed>> {
	const begins = folded(q);
	if (begins === "") return { items: [], next: null };
	const [at, after] = placeIn(paging.after);
	const field = FIELDS[at];
	const { records, next } = await findOf(
		people,
		"profile",
		{ [field]: { $gte: begins, $lt: begins + LAST } },
		{ sort: field, limit: paging.limit, ...(after !== "" && { after }) }
	);
	const fresh = records.filter(record => field === "foundByHandle" || !isFoundBefore(record, begins));
	return { items: fresh.map(listed), next: nextOf(field, next) };
}

/** By its handle, so that it has come already. */
const isFoundBefore = ({ foundByHandle = "" }: Profile, begins: string): boolean => foundByHandle.startsWith(begins);

const nextOf = (field: Field, next: string | null): string | null => {
	if (next !== null) return `${FIELDS.indexOf(field)}.${next}`;
	return field === "foundByHandle" ? "1." : null;
};

/** @throws REQUEST_INVALID */
function placeIn(after = "0."): readonly [0 | 1, string] {
	const [, at, rest = ""] = /^([01])\.([\w-]*)$/.exec(after) ?? [];
	if (at === undefined) throw failure("REQUEST_INVALID", "`after` is none of this list: give back `next` as it came.");
	return [at === "0" ? 0 : 1, rest];
}
