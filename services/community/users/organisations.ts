/** Organisations: each change of who belongs to one is a change of the organisation itself, so that they come one after the other. */

import { randomUUID } from "node:crypto";
import type { Change, Versioned } from "../../../adapters/collection";
import { failure, invalid } from "../../../cluster/errors";
import type { ShownOrganisation } from "../../../contracts/community/shapes";
import { folded, handleOf } from "../../../domain/community/users/handles";
import { counted, isOwnerless, mayDissolve, mayRename } from "../../../domain/community/users/organisations";
import { nameFault } from "../../../domain/community/users/profile";
import { type Kept, keyOf, type Membership, type Organisation } from "../../../domain/community/users/records";
import { visibleLines } from "../../../domain/text/visible";
import { findOf, getOf, type Of, type People, readOf, settled, still } from "./people";
import { orTaken } from "./profiles";

export interface Bounds {
	/** Of one person. */
	readonly organisations: number;
	/** Of one organisation. */
	readonly members: number;
}

export interface Said {
	readonly name?: string;
	readonly about?: string;
}

/** Of one person in one organisation, as both were read. */
export interface Standing {
	readonly organisation: Versioned<Of<"organisation">>;
	readonly account: string;
	readonly membership: Versioned<Of<"membership">> | undefined;
}

/** @throws VALIDATION_ERROR · HANDLE_TAKEN · LIMIT_REACHED */
export function create(
	people: People,
	bounds: Bounds,
	me: string,
	{ handle: asked, ...said }: Said & { readonly handle: string; readonly name: string }
): Promise<ShownOrganisation> {
	const named = handleOf(asked);
	if ("fault" in named) throw invalid([{ field: "handle", message: `The handle ${named.fault}.` }]);
	const made = { ...organisationOf(named.handle, checked(said)), owners: 1, members: 1 };
	return settled(async () => {
		const founder = await belonging(people, me, 1, bounds);
		const owner = membershipOf(idOf(made), me, "owner", "member");
		await orTaken(named.handle, () => people.write([{ insert: made }, { insert: owner }, founder]));
		return shownOrganisation(made, owner);
	});
}

/** @throws VALIDATION_ERROR */
function checked<S extends Said>(said: S): S {
	const faults = [
		{ field: "name", message: said.name === undefined ? undefined : nameFault(said.name) },
		{
			field: "about",
			message:
				(said.about ?? "") === visibleLines(said.about ?? "") ? undefined : "It has characters that cannot be seen."
		}
	].flatMap(({ field, message }) => (message === undefined ? [] : [{ field, message }]));
	if (faults.length > 0) throw invalid(faults);
	return said;
}

const organisationOf = (handle: string, { name, about = "" }: Said & { readonly name: string }): Organisation => ({
	id: keyOf("organisation", randomUUID()),
	kind: "organisation",
	handle,
	name,
	about,
	owners: 0,
	members: 0,
	invited: 0,
	at: new Date().toISOString()
});

/** Without its kind, as its members name it. */
export const idOf = ({ id }: Pick<Organisation, "id">): string => id.slice(keyOf("organisation", "").length);

export const membershipOf = (
	organisation: string,
	member: string,
	role: Membership["role"],
	state: Membership["state"]
): Membership => ({
	id: keyOf("membership", organisation, member),
	kind: "membership",
	organisation,
	member,
	role,
	state,
	at: new Date().toISOString()
});

/** @throws ORGANISATION_NOT_FOUND */
export async function mustFind(people: People, handle: string): Promise<Versioned<Of<"organisation">>> {
	const { records } = await findOf(people, "organisation", { handle: folded(handle) }, { limit: 1 });
	const found = records[0] && (await readOf(people, "organisation", idOf(records[0])));
	if (found?.record.handle !== undefined) return found;
	throw failure("ORGANISATION_NOT_FOUND", `No organisation is called '${handle}'.`);
}

export async function standingOf(
	people: People,
	organisation: Versioned<Of<"organisation">>,
	account: string
): Promise<Standing> {
	return { organisation, account, membership: await readOf(people, "membership", idOf(organisation.record), account) };
}

/** What a person belongs to is counted beside their profile: whoever is erased meanwhile joins nothing. @throws LIMIT_REACHED · USER_NOT_FOUND */
export async function belonging(
	people: People,
	account: string,
	by: 0 | 1 | -1,
	bounds?: Bounds
): Promise<Change<Kept>> {
	const counts = await readOf(people, "counts", account);
	if (!counts) throw failure("USER_NOT_FOUND", "They are not here any more.");
	const organisations = counts.record.organisations + by;
	if (bounds && organisations > bounds.organisations)
		throw failure("LIMIT_REACHED", "ORGANISATIONS is reached: they leave one, before they join others.");
	return still(counts, { ...counts.record, organisations });
}

/** The changes by which somebody's standing is another one. @throws OWNER_NEEDED */
export function restood({ organisation, membership }: Standing, after: Membership | undefined): Change<Kept>[] {
	const before = membership?.record;
	const next = counted(organisation.record, before, after);
	if (isOwnerless(next))
		throw failure("OWNER_NEEDED", `${organisation.record.handle} would have no owner: make somebody else one first.`);
	const own: Change<Kept>[] = after
		? [membership ? { put: after, expected: membership.version } : { insert: after }]
		: membership
			? [{ remove: membership.record.id, expected: membership.version }]
			: [];
	return [still(organisation, next), ...own];
}

export const shownOrganisation = (
	{ handle = "", name, about, members, at }: Organisation,
	membership: Membership | undefined
): ShownOrganisation => ({
	handle,
	name,
	about,
	members,
	role: membership?.state === "member" ? membership.role : null,
	createdAt: at
});

export async function show(people: People, me: string, handle: string): Promise<ShownOrganisation> {
	const { record } = await mustFind(people, handle);
	return shownOrganisation(record, await getOf(people, "membership", idOf(record), me));
}

/** @throws FORBIDDEN where `me` is no member who may */
export function unlessMay(standing: Standing, may: (own: Membership["role"]) => boolean, what: string): Membership {
	const own = standing.membership?.record;
	if (own?.state === "member" && may(own.role)) return own;
	throw failure(
		"FORBIDDEN",
		`${what} of ${standing.organisation.record.handle} is for those who have a role there that may.`
	);
}

export function rename(people: People, me: string, handle: string, said: Said): Promise<ShownOrganisation> {
	checked(said);
	return settled(async () => {
		const found = await mustFind(people, handle);
		const own = unlessMay(await standingOf(people, found, me), mayRename, "A change");
		const renamed = { ...found.record, ...said };
		await people.write([still(found, renamed)]);
		return shownOrganisation(renamed, own);
	});
}

/** Its handle is free at once; who belonged to it is removed after that, also where this is cut off: by `swept`. */
export async function dissolve(people: People, me: string, handle: string): Promise<ShownOrganisation> {
	const { found, own } = await settled(async () => {
		const organisation = await mustFind(people, handle);
		const standing = unlessMay(await standingOf(people, organisation, me), mayDissolve, "The end");
		await people.write([still(organisation, nameless(organisation.record))]);
		return { found: organisation.record, own: standing };
	});
	await emptied(people, idOf(found));
	return shownOrganisation(found, own);
}

export const nameless = ({ handle: _, ...organisation }: Organisation): Organisation => ({
	...organisation,
	due: Date.now()
});

/** Removes all members of one that is being dissolved, and then itself. */
export async function emptied(people: People, id: string): Promise<void> {
	for (;;) {
		const { records } = await findOf(people, "membership", { organisation: id }, { sort: "at", limit: 100 });
		for (const { member } of records) await settled(() => removed(people, id, member));
		if (records.length === 0) break;
	}
	await people.write([{ remove: keyOf("organisation", id) }]);
}

async function removed(people: People, id: string, account: string): Promise<void> {
	const there = await readOf(people, "membership", id, account);
	if (!there) return;
	const counts = there.record.state === "member" ? await readOf(people, "counts", account) : undefined;
	const less = counts ? [still(counts, { ...counts.record, organisations: counts.record.organisations - 1 })] : [];
	await people.write([{ remove: there.record.id, expected: there.version }, ...less]);
}
