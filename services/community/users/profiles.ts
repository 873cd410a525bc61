/** Profiles: one a person, made once. */

import { Duplicate } from "../../../adapters/collection";
import { freshCounts, freshProfile } from "../../../domain/community/users/profile";
import type { Profile } from "../../../domain/community/users/records";
import { getOf, type People } from "./people";

/** So many digests of one account are taken by nobody. */
const TRIES = 5;

/** Of an account, made now where there is none. */
export async function madeProfile(people: People, account: string, name: string): Promise<Profile> {
	for (let tries = 0; ; tries++) {
		const found = await getOf(people, "profile", account);
		if (found) return found;
		const fresh = freshProfile(account, name, tries, new Date().toISOString());
		try {
			await people.write([{ insert: fresh }, { insert: freshCounts(account) }], {
				events: [{ event: "users.made", payload: { account } }]
			});
			return fresh;
		} catch (error) {
			if (!(error instanceof Duplicate) || tries === TRIES) throw error;
		}
	}
}
