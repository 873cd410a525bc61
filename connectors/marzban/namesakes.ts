/** Somebody stands there under a name that the panel takes for the record's: neither can be made beside the other. */

import type { Json } from "../../contracts/json";
import type { Onto } from "../connector";

/** By stream, the field that is a record's name. */
const NAMES: Readonly<Record<string, string>> = { users: "username", admins: "username", services: "name" };

/** Whoever has another name is another one, whatever the database makes of it, and is never written over. */
export function ontoNamesake(stream: string, data: Json, before: Json): Onto | undefined {
	const field = NAMES[stream];
	const [wanted, there] = field === undefined ? [] : [data[field], before[field]];
	if (field === undefined || typeof there !== "string" || typeof wanted !== "string" || there === wanted)
		return undefined;
	const kept = `'${there}' stands at the target, whose database takes '${wanted}' for the same name: rename one of the two.`;
	return { data, losses: [{ code: "namesake", field, severity: "act", reason: kept }], kept };
}
