/** Profiles: what people say of themselves, and what of it others find. Pure. */

import { folded, freshHandle } from "./handles";
import { type Counts, keyOf, type Profile } from "./records";

type Said = Omit<Profile, "id" | "kind" | "foundByHandle" | "foundByName">;

/** As it is kept: only what everybody may see is found. */
export const profileOf = (said: Said): Profile => ({
	...said,
	id: keyOf("profile", said.account),
	kind: "profile",
	...(said.visibility === "public" && { foundByHandle: said.handle, foundByName: folded(said.name) })
});

/** Of somebody who has said nothing yet. */
export const freshProfile = (account: string, name: string, tries: number, at: string): Profile =>
	profileOf({
		account,
		handle: freshHandle(account, tries),
		name,
		bio: "",
		links: [],
		avatar: null,
		visibility: "public",
		at
	});

export const freshCounts = (account: string): Counts => ({
	id: keyOf("counts", account),
	kind: "counts",
	followers: 0,
	following: 0,
	organisations: 0
});
