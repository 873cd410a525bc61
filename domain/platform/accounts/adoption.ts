/** Taking over an account of another system: one upsert for those that come in bulk and those that come at a login. Pure. */

import type { Foreign, Reason } from "../../../contracts/platform/auth-forms";
import { canonicalEmail } from "../../text/email";
import { blank, type Own, type Said, type StoredAccount, withOwn } from "./account";

/** What the rest of us must say of a record. */
export interface Weighed {
	/** Of where it comes from. */
	readonly origin: string;
	/** Its hash under a key of ours. */
	readonly brought?: string;
	/** Why its hash is not taken. */
	readonly refused?: Reason;
	/** `lazy`: they are here and proved who they are, so that their password is theirs from now on. */
	readonly how: How;
	/** The migration and the system, as one text. */
	readonly from: string;
	/** Its hash under a key of whoever brings it. */
	readonly digest?: string;
}
export type How = "lazy" | "bulk";

/** By which those who came in one way from somewhere are counted. */
export const cameBy = (how: How, from: string): string => `${how} ${from}`;

export interface Standing {
	/** What was brought from there before. */
	readonly mine?: StoredAccount;
	/** Whoever has the address. */
	readonly holder?: StoredAccount;
}
export type Adoption =
	| { readonly outcome: "created" | "updated"; readonly account: StoredAccount }
	| { readonly outcome: "unchanged"; readonly account: StoredAccount }
	| { readonly outcome: "refused"; readonly reason: Reason };

const refused = (reason: Reason): Adoption => ({ outcome: "refused", reason });

/** @param id of a new account */
export function adoption(
	foreign: Foreign,
	weighed: Weighed,
	{ mine, holder }: Standing,
	id: string,
	now: number
): Adoption {
	const { origin, brought, refused: reason, how, from } = weighed;
	const email = canonicalEmail(foreign.email);
	if (email === undefined) return refused("email-invalid");
	if (reason) return refused(reason);
	if (holder && holder.id !== mine?.id && !isNobodys(holder)) return refused("email-taken");
	const before =
		mine ?? (holder ? { ...blank(holder.id, email, now), letters: holder.letters } : blank(id, email, now));
	const values = merged(before, foreign, { email, now, ...(brought !== undefined && { brought }) });
	const after = { ...values, ...remembered(before, foreign, email, weighed) };
	if (mine && isSame(mine, after)) return { outcome: "unchanged", account: mine };
	return { outcome: mine ? "updated" : "created", account: { ...arrival(how, from, now), ...after, origin } };
}

const arrival = (how: How, from: string, now: number) => ({
	came: cameBy(how, from),
	cameAt: new Date(now).toISOString()
});

/** Of whoever proved who they are the password; of the others what was said. */
function remembered(
	{ own }: StoredAccount,
	foreign: Foreign,
	email: string,
	{ how, digest }: Weighed
): Pick<StoredAccount, "own" | "said"> {
	if (how === "lazy") return { own: typeof foreign.password === "string" ? withOwn(own, "password") : own };
	const { name, verified, state, createdAt } = foreign;
	const date = dateIn(createdAt);
	const said: Said = {
		email,
		...(name !== undefined && { name }),
		...(verified !== undefined && { verified }),
		...(state !== undefined && { state }),
		...(date !== undefined && { createdAt: date }),
		...(digest !== undefined && { digest })
	};
	return { own, said };
}

/** Somebody asked for it, and nobody proved anything: whoever was there before comes first. */
const isNobodys = ({ kind }: StoredAccount): boolean => kind === "pending";

interface Given {
	readonly email: string;
	readonly brought?: string;
	readonly now: number;
}

/** Whoever may more than others signs in by what they set here: no importer gives them another password, or address. */
const isGuarded = ({ scopes }: StoredAccount, field: Own): boolean =>
	scopes.length > 0 && (field === "password" || field === "email");

/** What was changed here stays; what is not said stays, too. */
function merged(before: StoredAccount, foreign: Foreign, { email, brought, now }: Given): StoredAccount {
	const free = <T>(field: Own, given: T | undefined, kept: T): T =>
		given === undefined || before.own.includes(field) || isGuarded(before, field) ? kept : given;
	const given = brought === before.brought ? undefined : foreign.password;
	const [address, password] = [free("email", email, before.email), free("password", given, before.password)];
	return {
		...before,
		email: address,
		verified: (address === before.email && before.verified) || (foreign.verified ?? false),
		name: free("name", foreign.name, before.name),
		state: free("state", foreign.state, before.state),
		createdAt: dateIn(foreign.createdAt) ?? before.createdAt,
		password,
		passwordAt: password === before.password ? before.passwordAt : now,
		...(brought !== undefined && { brought })
	};
}

const dateIn = (text: string | undefined): string | undefined => {
	const at = text === undefined ? Number.NaN : Date.parse(text);
	return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

const COMPARED = ["email", "verified", "name", "state", "createdAt", "password", "brought"] as const;
const isSame = (one: StoredAccount, other: StoredAccount): boolean =>
	COMPARED.every(key => one[key] === other[key]) &&
	JSON.stringify([one.said, one.own]) === JSON.stringify([other.said, other.own]);
