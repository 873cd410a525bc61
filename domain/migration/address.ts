/** The address of a system as people write it, in the one spelling that everything else here uses. Pure. */

import { withoutEnd } from "../trim";

export type Address =
	| { readonly ok: true; readonly url: URL }
	/** What is wrong with it, as the end of a sentence. */
	| { readonly ok: false; readonly problem: string };

/** Blanks around it, slashes at its end, a query and a fragment mean nothing. */
export function readAddress(given: string): Address {
	const text = given.trim();
	if (!URL.canParse(text)) return wrong("is not an address: write http:// or https://, then the host");
	const url = new URL(text);
	if (url.protocol !== "http:" && url.protocol !== "https:") return wrong("must begin with http:// or https://");
	if (url.username !== "" || url.password !== "")
		return wrong("must not hold a user name or password: they have options of their own");
	url.pathname = withoutEnd(url.pathname, "/");
	url.search = "";
	url.hash = "";
	return { ok: true, url };
}

const wrong = (problem: string): Address => ({ ok: false, problem });

/** Without a slash at its end, so that paths follow at once; null where it is none. */
export function baseOf(given: string): string | null {
	const read = readAddress(given);
	return read.ok ? withoutEnd(read.url.href, "/") : null;
}
