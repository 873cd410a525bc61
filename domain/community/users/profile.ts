/** Profiles: what people say of themselves, what they may not say, and what of it others find. Pure. */

import { isVisible, visibleLines } from "../../text/visible";
import { folded, freshHandle, handleOf } from "./handles";
import { type Counts, keyOf, type Profile } from "./records";

type Said = Omit<Profile, "id" | "kind" | "foundByHandle" | "foundByName">;

/** As it is kept: only what everybody may see is found. */
export const profileOf = ({ account, ...said }: Said): Profile => ({
	id: keyOf("profile", account),
	kind: "profile",
	account,
	...said,
	...(said.visibility === "public" && { foundByHandle: said.handle, foundByName: folded(said.name) })
});

/** Of somebody who has said nothing yet. A name that may not be shown is none. */
export const freshProfile = (account: string, name: string, tries: number, at: string): Profile =>
	profileOf({
		account,
		handle: freshHandle(account, tries),
		name: nameFault(name) === undefined && name.length <= LONGEST_NAME ? tidy(name) : "",
		bio: "",
		links: [],
		avatar: null,
		visibility: "public",
		at
	});
/** As the contract says. */
const LONGEST_NAME = 80;

export const freshCounts = (account: string): Counts => ({
	id: keyOf("counts", account),
	kind: "counts",
	followers: 0,
	following: 0,
	organisations: 0
});

export type Changes = { readonly [K in "handle" | "name" | "bio" | "links" | "avatar" | "visibility"]?: Profile[K] };

export interface Fault {
	readonly field: string;
	readonly message: string;
}

/** A profile with what was given, or what is wrong with that. */
export function changedProfile(
	{ id: _, kind: __, foundByHandle: ___, foundByName: ____, ...said }: Profile,
	{ handle, ...changes }: Changes
): { readonly profile: Profile } | { readonly faults: readonly Fault[] } {
	const faults = faultsOf(changes);
	const asked = handle === undefined ? { handle: said.handle } : handleOf(handle);
	if ("fault" in asked) return { faults: [{ field: "handle", message: `The handle ${asked.fault}.` }, ...faults] };
	return faults.length > 0 ? { faults } : { profile: profileOf({ ...said, ...tidied(changes), ...asked }) };
}

const tidy = (text: string): string => text.normalize("NFC").trim();

const tidied = ({ name, bio, ...others }: Omit<Changes, "handle">): Changes => ({
	...others,
	...(name !== undefined && { name: tidy(name) }),
	...(bio !== undefined && { bio: tidy(bio) })
});

function faultsOf({ name, bio, links = [], avatar }: Changes): Fault[] {
	const said = [
		{ field: "name", message: name === undefined ? undefined : nameFault(name) },
		{ field: "bio", message: bio === undefined || visibleLines(bio) === bio ? undefined : UNSEEN },
		...links.map((link, at) => ({ field: `links[${at}]`, message: addressFault(link, ["https:", "http:"]) })),
		{ field: "avatar", message: typeof avatar === "string" ? addressFault(avatar, ["https:"]) : undefined }
	];
	return said.flatMap(({ field, message }) => (message === undefined ? [] : [{ field, message }]));
}

const UNSEEN = "It has characters that cannot be seen, or turn text round: leave them out.";

/** Of one line of words that others are shown. */
export const nameFault = (name: string): string | undefined =>
	isVisible(name) ? undefined : "It is one line, without characters that cannot be seen, or turn text round.";

/** Whoever follows it sends nobody's password, and runs nothing. */
function addressFault(text: string, schemes: readonly string[]): string | undefined {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url && schemes.includes(url.protocol) && url.username === "" && url.password === "" && isVisible(text))
		return undefined;
	const named = schemes.map(scheme => `${scheme}//`).join(" or ");
	return `It is an address that begins with ${named}, without a login.`;
}
