/** Preferences: read, and changed by merge patches. */

import { invalid } from "../../../cluster/errors";
import { isTable, type Json, type JsonValue } from "../../../contracts/json";
import { merged, preferencesFault } from "../../../domain/community/users/preferences";
import { keyOf } from "../../../domain/community/users/records";
import { belonging } from "./organisations";
import { getOf, type People, readOf, settled, still } from "./people";

export const chosen = async (people: People, account: string): Promise<Json> =>
	(await getOf(people, "preferences", account))?.values ?? {};

/** Of those who are here: with the change what binds them is touched. @throws VALIDATION_ERROR · USER_NOT_FOUND */
export function choose(
	people: People,
	account: string,
	patch: Readonly<Record<string, JsonValue>>,
	most: number
): Promise<Json> {
	return settled(async () => {
		const found = await readOf(people, "preferences", account);
		const values = tableOf(merged(found?.record.values, { ...patch }));
		const fault = preferencesFault(values, most);
		if (fault !== undefined) throw invalid([{ field: "preferences", message: fault }]);
		const next = { id: keyOf("preferences", account), kind: "preferences", values } as const;
		await people.write([found ? still(found, next) : { insert: next }, await belonging(people, account, 0)]);
		return values;
	});
}

const tableOf = (value: JsonValue): Json => (isTable(value) ? value : {});
