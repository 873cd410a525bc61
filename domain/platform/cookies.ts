/**
 * Cookies of ours (RFC 6265). `__Host-` has the browser see to it that a cookie was set by this very host, for all of its
 * paths, over TLS; so there is one of a name, and two are somebody's trick. Pure.
 */

export const PREFIX = "__Host-banyan-";

/** A cookie for our own pages alone: `__Host-`, HttpOnly, Secure, SameSite. */
export interface Cookie {
	readonly value: string;
	readonly maxAgeS: number;
}
/** By the names of the contracts; null: is done with. */
export type Cookies = Readonly<Record<string, Cookie | null>>;

/** What a value of ours is made of (RFC 6265 §4.1.1, without what would have to be quoted). */
const VALUE = /^[\w.~:/+=-]{1,4000}$/;

/**
 * The value of a cookie; null where it stands twice, or is none of ours; undefined where there is none. A name is compared as
 * it came: what browsers and servers take for blank differs, and a name with such a blank has no prefix for the browser.
 */
export function cookieIn(header: string | undefined, name: string): string | null | undefined {
	if (header === undefined || !header.includes(PREFIX)) return undefined;
	const begin = `${PREFIX}${name}=`;
	const found = header.split(";").flatMap(pair => {
		const text = withoutBlanks(pair);
		return text.startsWith(begin) ? [text.slice(begin.length)] : [];
	});
	const [value] = found;
	if (value === undefined) return undefined;
	return found.length === 1 && VALUE.test(value) ? value : null;
}

/** Of a pair: the space and the tab alone, as RFC 6265 §5.2 has it. */
const withoutBlanks = (pair: string): string => pair.replace(/^[ \t]+|[ \t]+$/g, "");

const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** The headers that set them. @throws where a value is none that a cookie may have */
export const setCookieHeaders = (cookies: Cookies): string[] =>
	Object.entries(cookies).map(([name, cookie]) => {
		if (cookie === null) return `${PREFIX}${name}=; Max-Age=0; ${ATTRIBUTES}`;
		if (!VALUE.test(cookie.value)) throw new Error(`The cookie '${name}' has a value that no cookie may have.`);
		return `${PREFIX}${name}=${cookie.value}; Max-Age=${Math.max(0, Math.floor(cookie.maxAgeS))}; ${ATTRIBUTES}`;
	});
