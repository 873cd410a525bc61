/** Who belongs to an organisation: asked, joined, given a role, gone. */

import { failure } from "../../../cluster/errors";
import type { Member, Page, ShownMembership, ShownOrganisation } from "../../../contracts/community/shapes";
import { counted, heirOf, mayChange, mayGive } from "../../../domain/community/users/organisations";
import type { Membership, Organisation, Profile, Role } from "../../../domain/community/users/records";
import {
	type Bounds,
	belonging,
	emptied,
	idOf,
	membershipOf,
	mustFind,
	nameless,
	restood,
	type Standing,
	shownOrganisation,
	standingOf,
	unlessMay
} from "./organisations";
import { eachOf, findOf, getOf, type People, readOf, settled, still } from "./people";
import { listed, listedOf, mustBe, type Paging, seenBy } from "./profiles";

const memberOf = (profile: Profile, { role, state, at }: Membership): Member => ({
	...listed(profile),
	role,
	state,
	since: at
});

/** @throws ORGANISATION_NOT_FOUND · USER_NOT_FOUND · FORBIDDEN · LIMIT_REACHED */
export async function invite(
	people: People,
	bounds: Bounds,
	me: string,
	{ handle, whom, role }: { readonly handle: string; readonly whom: string; readonly role: Role }
): Promise<Member> {
	const profile = await seenBy(people, me, whom);
	return settled(async () => {
		const found = await mustFind(people, handle);
		unlessMay(await standingOf(people, found, me), own => mayGive(own, role), `An invitation as ${role}`);
		const standing = await standingOf(people, found, profile.account);
		if (standing.membership) return memberOf(profile, standing.membership.record);
		unlessFull(found.record, bounds);
		const asked = membershipOf(idOf(found.record), profile.account, role, "invited");
		await people.write([...restood(standing, asked), await belonging(people, profile.account, 0)]);
		return memberOf(profile, asked);
	});
}

/** @throws LIMIT_REACHED */
function unlessFull({ members, invited }: Organisation, bounds: Bounds): void {
	if (members + invited < bounds.members) return;
	throw failure(
		"LIMIT_REACHED",
		"ORGANISATION_MEMBERS is reached: take members or invitations away, before you ask others."
	);
}

/** @throws ORGANISATION_NOT_FOUND where nobody asked them to · LIMIT_REACHED */
export function accept(people: People, bounds: Bounds, me: string, handle: string): Promise<ShownOrganisation> {
	return settled(async () => {
		const standing = await ownStanding(people, me, handle);
		const { record } = standing.membership;
		if (record.state === "member") return shownOrganisation(standing.organisation.record, record);
		const joined: Membership = { ...record, state: "member", at: new Date().toISOString() };
		await people.write([...restood(standing, joined), await belonging(people, me, 1, bounds)]);
		return shownOrganisation(counted(standing.organisation.record, record, joined), joined);
	});
}

/** @throws ORGANISATION_NOT_FOUND */
async function ownStanding(people: People, account: string, handle: string) {
	const { membership, ...standing } = await standingOf(people, await mustFind(people, handle), account);
	if (membership) return { ...standing, membership };
	throw failure("ORGANISATION_NOT_FOUND", `There is no member of '${handle}', and no invitation, of this person.`);
}

/** @throws OWNER_NEEDED */
export function leave(people: People, me: string, handle: string): Promise<ShownOrganisation> {
	return settled(async () => gone(people, await ownStanding(people, me, handle)));
}

async function gone(people: People, standing: Standing): Promise<ShownOrganisation> {
	const { organisation, membership, account } = standing;
	const isMember = membership?.record.state === "member";
	await people.write([...restood(standing, undefined), await belonging(people, account, isMember ? -1 : 0)]);
	return shownOrganisation(counted(organisation.record, membership?.record, undefined), undefined);
}

/** @throws FORBIDDEN · OWNER_NEEDED */
export async function assign(
	people: People,
	me: string,
	{ handle, whom, role }: { readonly handle: string; readonly whom: string; readonly role: Role }
): Promise<Member> {
	const profile = await mustBe(people, whom);
	return settled(async () => {
		const theirs = await ownStanding(people, profile.account, handle);
		const { record } = theirs.membership;
		const own = await standingOf(people, theirs.organisation, me);
		unlessMay(own, mine => mayChange(mine, record.role) && mayGive(mine, role), `The role ${role}`);
		const changed = { ...record, role };
		if (record.role !== role) await people.write(restood(theirs, changed));
		return memberOf(profile, changed);
	});
}

/** @throws FORBIDDEN · OWNER_NEEDED */
export async function dismiss(people: People, me: string, handle: string, whom: string): Promise<ShownOrganisation> {
	const { account } = await mustBe(people, whom);
	return settled(async () => {
		const theirs = await ownStanding(people, account, handle);
		const { role } = theirs.membership.record;
		const own = unlessMay(await standingOf(people, theirs.organisation, me), mine => mayChange(mine, role), "A member");
		return { ...(await gone(people, theirs)), role: account === me ? null : own.role };
	});
}

/** For members alone, each of whom sees all others. @throws FORBIDDEN */
export async function members(people: People, me: string, handle: string, paging: Paging): Promise<Page<Member>> {
	const found = await mustFind(people, handle);
	unlessMay(await standingOf(people, found, me), () => true, "The list of members");
	const { records, next } = await findOf(people, "membership", { organisation: idOf(found.record) }, sorted(paging));
	const profiles = new Map(
		(
			await listedOf(
				people,
				null,
				records.map(({ member }) => member)
			)
		).map(profile => [profile.account, profile])
	);
	const items = records.flatMap(record => {
		const profile = profiles.get(record.member);
		return profile ? [memberOf(profile, record)] : [];
	});
	return { items, next };
}

const sorted = ({ limit, after }: Paging) => ({ sort: "at", limit, ...(after !== undefined && { after }) }) as const;

export async function memberships(
	people: People,
	me: string,
	{ limit, after }: Paging
): Promise<Page<ShownMembership>> {
	const { records, next } = await findOf(
		people,
		"membership",
		{ member: me },
		{ sort: "member", limit, ...(after !== undefined && { after }) }
	);
	const shown = await Promise.all(records.map(record => shownMembership(people, record)));
	return { items: shown.flatMap(each => each ?? []), next };
}

async function shownMembership(people: People, membership: Membership): Promise<ShownMembership | undefined> {
	const { organisation, role, state, at } = membership;
	const found = await getOf(people, "organisation", organisation);
	return found?.handle === undefined ? undefined : { handle: found.handle, name: found.name, role, state, since: at };
}

/** Takes somebody out of all organisations; where they were the last owner another member is one, and one without members ends. */
export async function forget(people: People, account: string): Promise<number> {
	const ids: string[] = [];
	for await (const { organisation } of eachOf(people, "membership", { member: account })) ids.push(organisation);
	for (const id of ids) await settled(() => withdrawn(people, id, account));
	return ids.length;
}

async function withdrawn(people: People, id: string, account: string): Promise<void> {
	const organisation = await readOf(people, "organisation", id);
	const membership = await readOf(people, "membership", id, account);
	if (!membership) return;
	const out = { remove: membership.record.id, expected: membership.version } as const;
	if (!organisation) return people.write([out]);
	const left = counted(organisation.record, membership.record, undefined);
	if (left.owners > 0) return people.write([out, still(organisation, left)]);
	const heir = await heirIn(people, id, account);
	if (heir) {
		const owner: Membership = { ...heir.record, role: "owner" };
		return people.write([out, still(organisation, counted(left, heir.record, owner)), still(heir, owner)]);
	}
	await people.write([out, still(organisation, nameless(left))]);
	await emptied(people, id);
}

async function heirIn(people: People, id: string, account: string) {
	const all: Membership[] = [];
	for await (const each of eachOf(people, "membership", { organisation: id }))
		if (each.member !== account) all.push(each);
	const heir = heirOf(all);
	return heir && readOf(people, "membership", id, heir.member);
}
