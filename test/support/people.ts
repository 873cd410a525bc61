/** People in a collection of any store, and what must be true of them whatever was done. */

import type { Collection, Shape } from "../../adapters/collection";
import type { Announced } from "../../cluster";
import { INDEXES, type Kept, keyOf, UNIQUE } from "../../domain/community/users/records";
import { change, madeProfile } from "../../services/community/users/profiles";

export const SHAPE: Shape<Kept> = { name: "people", key: "id", unique: UNIQUE, indexes: INDEXES };
export type People = Collection<Kept, Announced>;

/** Each with an account and a handle of that name. */
export async function populate(people: People, names: readonly string[]): Promise<void> {
	for (const name of names) {
		await madeProfile(people, name, name);
		await change(people, name, { handle: name });
	}
}

const all = async (people: People): Promise<Kept[]> => {
	const found: Kept[] = [];
	for await (const each of people.each()) found.push(each);
	return found;
};

/** What is counted is what there is; who belongs to something is there, and it has an owner. Sentences of what is not so. */
export async function faultsOf(people: People): Promise<string[]> {
	const records = await all(people);
	const count = (is: (record: Kept) => boolean): number => records.filter(is).length;
	const faults: string[] = [];
	const must = (what: string, said: unknown, is: unknown): void => {
		if (said !== is) faults.push(`${what}: ${said}, and there are ${is}`);
	};
	const ids = new Set(records.map(({ id }) => id));
	for (const record of records) {
		if (record.kind === "counts") {
			const account = record.id.slice("counts/".length);
			must(
				`${record.id} followers`,
				record.followers,
				count(r => r.kind === "follow" && r.followed === account)
			);
			must(
				`${record.id} following`,
				record.following,
				count(r => r.kind === "follow" && r.follower === account)
			);
			const joined = (r: Kept): boolean => r.kind === "membership" && r.member === account && r.state === "member";
			must(`${record.id} organisations`, record.organisations, count(joined));
		}
		if (record.kind === "organisation") {
			const within = (r: Kept) =>
				r.kind === "membership" && record.id === keyOf("organisation", r.organisation) ? r : undefined;
			must(
				`${record.id} members`,
				record.members,
				count(r => within(r)?.state === "member")
			);
			must(
				`${record.id} invited`,
				record.invited,
				count(r => within(r)?.state === "invited")
			);
			must(
				`${record.id} owners`,
				record.owners,
				count(r => within(r)?.state === "member" && within(r)?.role === "owner")
			);
			if (record.handle !== undefined && record.owners < 1) faults.push(`${record.id} has no owner`);
		}
		const needs =
			record.kind === "follow"
				? [keyOf("profile", record.follower), keyOf("profile", record.followed)]
				: record.kind === "membership"
					? [keyOf("profile", record.member), keyOf("organisation", record.organisation)]
					: [];
		for (const id of needs) if (!ids.has(id)) faults.push(`${record.id} names ${id}, which is not there`);
	}
	return faults;
}
