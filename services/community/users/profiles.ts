/** Profiles: one a person, made once; who sees them, and how they are found. */

import { Duplicate, type Versioned } from "../../../adapters/collection";
import { failure, invalid } from "../../../cluster/errors";
import type { Listed, Own, Page, Shown } from "../../../contracts/community/shapes";
import { folded } from "../../../domain/community/users/handles";
import { type Changes, changedProfile, freshCounts, freshProfile } from "../../../domain/community/users/profile";
import { type Counts, keyOf, type Profile } from "../../../domain/community/users/records";
import { findOf, getOf, type Of, type People, readOf, settled, still } from "./people";

/** So many digests of one account are taken by nobody. */
const TRIES = 5;

/** Of an account, made now where there is none. */
export async function madeProfile(people: People, account: string, name: string, adopted = false): Promise<Profile> {
	for (let tries = 0; ; tries++) {
		const found = await getOf(people, "profile", account);
		if (found) return found;
		const fresh = freshProfile(account, name, tries, new Date().toISOString());
		try {
			await people.write([{ insert: fresh }, { insert: freshCounts(account) }], {
				events: [{ event: "users.made", payload: { account, ...(adopted && { adopted }) } }]
			});
			return fresh;
		} catch (error) {
			if (!(error instanceof Duplicate) || tries === TRIES) throw error;
		}
	}
}

/** Of somebody who may be looked at by `viewer`. @throws USER_NOT_FOUND alike where there is nobody, and where they are private */
export async function seenBy(people: People, viewer: string, handle: string): Promise<Profile> {
	const found = await byHandle(people, handle);
	if (found && (found.visibility === "public" || found.account === viewer)) return found;
	throw nobody(handle);
}

const nobody = (handle: string) => failure("USER_NOT_FOUND", `Nobody here is called '${handle}'.`);

export async function byHandle(people: People, handle: string): Promise<Profile | undefined> {
	const { records } = await findOf(people, "profile", { handle: folded(handle) }, { limit: 1 });
	return records[0];
}

/** @throws USER_NOT_FOUND */
export async function mustBe(people: People, handle: string): Promise<Profile> {
	const found = await byHandle(people, handle);
	if (found) return found;
	throw nobody(handle);
}

/** Those of these accounts that are shown to `viewer`, in the order of the accounts. */
export async function listedOf(people: People, viewer: string | null, accounts: readonly string[]): Promise<Profile[]> {
	if (accounts.length === 0) return [];
	const ids = accounts.map(account => keyOf("profile", account));
	const { records } = await findOf(people, "profile", { id: { $in: ids } }, { limit: ids.length });
	const by = new Map(records.map(record => [record.account, record]));
	return accounts
		.flatMap(account => by.get(account) ?? [])
		.filter(({ account, visibility }) => visibility === "public" || viewer === null || account === viewer);
}

export const listed = ({ handle, name, avatar }: Listed): Listed => ({ handle, name, avatar });

const said = ({ handle, name, avatar, bio, links, at }: Profile, counts: Counts | undefined) => ({
	...listed({ handle, name, avatar }),
	bio,
	links,
	followers: counts?.followers ?? 0,
	following: counts?.following ?? 0,
	joinedAt: at
});

export async function ownOf(people: People, profile: Profile): Promise<Own> {
	const { account, visibility } = profile;
	return { ...said(profile, await getOf(people, "counts", account)), account, visibility };
}

export async function shownOf(people: People, viewer: string, profile: Profile): Promise<Shown> {
	const [counts, follow] = await Promise.all([
		getOf(people, "counts", profile.account),
		getOf(people, "follow", viewer, profile.account)
	]);
	return { ...said(profile, counts), followed: follow !== undefined };
}

/** @throws VALIDATION_ERROR · HANDLE_TAKEN */
export function change(people: People, account: string, changes: Changes): Promise<Profile> {
	return settled(async () => {
		const found = await mustRead(people, account);
		const changed = changedProfile(found.record, changes);
		if ("faults" in changed) throw invalid(changed.faults);
		await orTaken(changed.profile.handle, () =>
			people.write([still(found, changed.profile)], { events: [{ event: "users.changed", payload: { account } }] })
		);
		return changed.profile;
	});
}

async function mustRead(people: People, account: string): Promise<Versioned<Of<"profile">>> {
	const found = await readOf(people, "profile", account);
	if (found) return found;
	throw failure("USER_NOT_FOUND", "You have no profile any more.");
}

/** @throws HANDLE_TAKEN */
export async function orTaken(handle: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!(error instanceof Duplicate) || error.field !== "handle") throw error;
		throw failure("HANDLE_TAKEN", `'${handle}' is taken: choose another handle.`);
	}
}

export interface Paging {
	readonly limit: number;
	readonly after?: string;
}

/** The keys of all, one after the other. */
const OF_PROFILES = { id: { $gt: "profile/", $lt: "profile0" } } as const;

export async function all(people: People, { limit, after }: Paging): Promise<Page<Own>> {
	const { records, next } = await findOf(people, "profile", OF_PROFILES, {
		limit,
		...(after !== undefined && { after })
	});
	return { items: await Promise.all(records.map(record => ownOf(people, record))), next };
}
