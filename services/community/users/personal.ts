/** What `users` itself keeps of a person: as they are given it, and how it is forgotten. */

import type { Json, JsonValue } from "../../../contracts/json";
import { keyOf } from "../../../domain/community/users/records";
import type { Follows } from "./follows";
import { memberships, forget as withdrawn } from "./members";
import { eachOf, getOf, type People } from "./people";
import { listedOf, ownOf } from "./profiles";

/** Of a list, so many are told of; the rest are counted. */
const MOST = 1_000;

/** Null: nothing. */
export async function kept(people: People, account: string): Promise<JsonValue> {
	const profile = await getOf(people, "profile", account);
	if (!profile) return null;
	const { items } = await memberships(people, account, { limit: MOST });
	const chosen = await getOf(people, "preferences", account);
	return {
		profile: { ...(await ownOf(people, profile)) } as never as Json,
		preferences: chosen?.values ?? {},
		organisations: items.map(item => ({ ...item })),
		following: await names(people, "follower", account),
		followers: await names(people, "followed", account)
	};
}

/** The handles of those whom somebody follows, or is followed by. */
async function names(people: People, by: "follower" | "followed", account: string): Promise<Json> {
	const accounts: string[] = [];
	for await (const { follower, followed } of eachOf(people, "follow", { [by]: account })) {
		accounts.push(by === "follower" ? followed : follower);
		if (accounts.length === MOST) break;
	}
	const handles: string[] = [];
	for (let at = 0; at < accounts.length; at += BATCH)
		handles.push(...(await listedOf(people, account, accounts.slice(at, at + BATCH))).map(({ handle }) => handle));
	return { count: await people.count({ [by]: account }), handles };
}
const BATCH = 100;

const OWN = ["profile", "counts", "preferences", "export"] as const;

/**
 * Forgets a person: first what they are, so that nobody follows or asks them any more, then what binds them to others.
 * As often as it is asked; how many records there were.
 */
export async function forget(people: People, follows: Follows, account: string): Promise<number> {
	const ids = OWN.map(kind => keyOf(kind, account));
	const there = await people.count({ id: { $in: ids } });
	await people.write(ids.map(remove => ({ remove })));
	return there + (await follows.forget(account)) + (await withdrawn(people, account));
}
