/** What a request says of kept answers (RFC 9111 §5.2.1, §5.4). Pure. */

import CachePolicy from "http-cache-semantics";
import { ageOf, type Found, isFresh, type Keeping, type Kept } from "./answer";

export interface Wishes {
	/** Undefined: it says nothing of them. */
	readonly said: string | undefined;
	/** Nothing of it and its answer is kept. */
	readonly isPrivate: boolean;
	/** A kept answer, or none. */
	readonly takesKeptAlone: boolean;
}

const NONE: Wishes = { said: undefined, isPrivate: false, takesKeptAlone: false };

interface Headers {
	readonly "cache-control"?: string | undefined;
	readonly pragma?: string | string[] | undefined;
}

export function wishesIn({ "cache-control": control, pragma }: Headers): Wishes {
	// Directives have no case.
	const said = control?.toLowerCase() ?? (/no-cache/i.test(String(pragma)) ? "no-cache" : undefined);
	if (said === undefined) return NONE;
	const directives = said.split(",").map(each => each.trim());
	return { said, isPrivate: directives.includes("no-store"), takesKeptAlone: directives.includes("only-if-cached") };
}

/** May such a request be answered by what is kept? */
export function satisfies(found: Found<Kept>, keeping: Keeping, { said, isPrivate }: Wishes, now: number): boolean {
	if (said === undefined) return isFresh(found, keeping, now);
	// What changed must be asked for, whatever age is borne.
	if (found.isOver || isPrivate) return false;
	const age = String(Math.ceil(ageOf(found.kept, now)));
	const response = { status: 200, headers: { "cache-control": `public, s-maxage=${keeping.seconds}`, age } };
	const asked = { method: "GET", url: "/", headers: { "cache-control": said } };
	return new CachePolicy({ ...asked, headers: {} }, response).satisfiesWithoutRevalidation(asked);
}
