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

type Of<K extends Kept["kind"]> = Extract<Kept, { readonly kind: K }>;
const ofKind = <K extends Kept["kind"]>(records: readonly Kept[], kind: K): Of<K>[] =>
	records.filter((record): record is Of<K> => record.kind === kind);

/** What is counted is what there is; who belongs to something is there, and it has an owner. Sentences of what is not so. */
export async function faultsOf(people: People): Promise<string[]> {
	const records = await all(people);
	const [follows, memberships] = [ofKind(records, "follow"), ofKind(records, "membership")];
	const counts = ofKind(records, "counts").flatMap(({ id, ...said }) => {
		const account = id.slice("counts/".length);
		const joined = memberships.filter(({ member, state }) => member === account && state === "member");
		return [
			unlike(`${id} followers`, said.followers, follows.filter(({ followed }) => followed === account).length),
			unlike(`${id} following`, said.following, follows.filter(({ follower }) => follower === account).length),
			unlike(`${id} organisations`, said.organisations, joined.length)
		];
	});
	const organisations = ofKind(records, "organisation").flatMap(({ id, ...said }) => {
		const own = memberships.filter(({ organisation }) => keyOf("organisation", organisation) === id);
		const joined = own.filter(({ state }) => state === "member");
		const owners = joined.filter(({ role }) => role === "owner").length;
		return [
			unlike(`${id} members`, said.members, joined.length),
			unlike(`${id} invited`, said.invited, own.length - joined.length),
			unlike(`${id} owners`, said.owners, owners),
			said.handle !== undefined && owners === 0 ? [`${id} has no owner`] : []
		];
	});
	return [...counts.flat(), ...organisations.flat(), ...dangling(records, follows, memberships)];
}

const unlike = (what: string, said: number, is: number): string[] =>
	said === is ? [] : [`${what}: ${said} are counted, and there are ${is}`];

function dangling(
	records: readonly Kept[],
	follows: readonly Of<"follow">[],
	memberships: readonly Of<"membership">[]
): string[] {
	const ids = new Set(records.map(({ id }) => id));
	const named = [
		...follows.flatMap(({ id, follower, followed }) =>
			[follower, followed].map(each => [id, keyOf("profile", each)] as const)
		),
		...memberships.flatMap(({ id, member, organisation }) => [
			[id, keyOf("profile", member)] as const,
			[id, keyOf("organisation", organisation)] as const
		])
	];
	return named.filter(([, other]) => !ids.has(other)).map(([id, other]) => `${id} names ${other}, which is not there`);
}
