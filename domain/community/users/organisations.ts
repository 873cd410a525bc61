/** Organisations: who may do what there, and that there is always an owner. Pure. */

import type { Membership, Organisation, Role } from "./records";

const RANK: Readonly<Record<Role, number>> = { owner: 2, admin: 1, member: 0 };

/** Owners over everybody; admins over those who are none; nobody gives more than they have. */
export const mayGive = (own: Role, role: Role): boolean => RANK[own] >= RANK.admin && RANK[own] >= RANK[role];
/** May they change what another one is? */
export const mayChange = (own: Role, theirs: Role): boolean =>
	own === "owner" || (own === "admin" && theirs !== "owner");
export const mayRename = (own: Role): boolean => RANK[own] >= RANK.admin;
export const mayDissolve = (own: Role): boolean => own === "owner";

type Standing = Pick<Membership, "role" | "state"> | undefined;

const ones = (standing: Standing): Pick<Organisation, "owners" | "members" | "invited"> => ({
	owners: Number(standing?.state === "member" && standing.role === "owner"),
	members: Number(standing?.state === "member"),
	invited: Number(standing?.state === "invited")
});

/** The organisation once one person's standing is another; undefined: they do not belong to it. */
export function counted(organisation: Organisation, before: Standing, after: Standing): Organisation {
	const [was, is] = [ones(before), ones(after)];
	return {
		...organisation,
		owners: organisation.owners + is.owners - was.owners,
		members: organisation.members + is.members - was.members,
		invited: organisation.invited + is.invited - was.invited
	};
}

/** It has members, and none of them may decide. */
export const isOwnerless = ({ owners }: Organisation): boolean => owners === 0;

/** Who owns it once its last owner is gone: the first admin, else the first member, by when they came. */
export function heirOf(members: readonly Membership[]): Membership | undefined {
	const joined = members.filter(({ state }) => state === "member");
	return joined.reduce<Membership | undefined>(
		(best, each) => (best && !comesBefore(each, best) ? best : each),
		undefined
	);
}

const comesBefore = (one: Membership, other: Membership): boolean =>
	RANK[one.role] !== RANK[other.role]
		? RANK[one.role] > RANK[other.role]
		: one.at !== other.at
			? one.at < other.at
			: one.id < other.id;
