/** Handles: by which people and organisations are called, and found. Pure. */

import { hash } from "node:crypto";

/** Words of addresses, and names that would pass for ours. */
const RESERVED: ReadonlySet<string> = new Set(
	"about account accounts admin administrator api auth banyan docs erasures export health help invitations login logout me mod moderator official organisations preferences register root search security settings staff support system users".split(
		" "
	)
);

const HANDLE = /^[a-z0-9](?:[a-z0-9]|[-_](?=[a-z0-9])){2,29}$/;

/** One spelling for all that look alike: compatibility forms and case are gone. */
export const folded = (text: string): string =>
	text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").trim();

/** As it is kept; what it may not be is the end of a sentence. */
export function handleOf(text: string): { readonly handle: string } | { readonly fault: string } {
	const handle = folded(text);
	if (!HANDLE.test(handle)) return { fault: "has 3 to 30 letters a to z, digits, and single - or _ between them" };
	return RESERVED.has(handle) ? { fault: "is a word that we keep back: choose another one" } : { handle };
}

/** Of somebody who has chosen none: it tells nothing of them. @param tries how many were taken */
export const freshHandle = (account: string, tries: number): string =>
	`user-${hash("sha256", `${account} ${tries}`, "hex").slice(0, 10)}`;
