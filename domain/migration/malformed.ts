/** Records that the source shows, and that cannot be what they are said to be: nothing is made of them. */

import type { Json } from "../../contracts/json";
import type { Quarantine, SourceRecord } from "../../contracts/migration/records";

const MALFORMED = "source_malformed";

export function malformed(id: string, name: string, quarantine: Omit<Quarantine, "category">): SourceRecord {
	const data: Json = {};
	return { id, name, data, quarantine: { category: MALFORMED, ...quarantine } };
}
