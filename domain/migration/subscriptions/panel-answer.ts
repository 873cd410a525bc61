/**
 * What a panel's answer means to somebody who asked for a subscription (L29). Only what proves absence is absence; what
 * speaks of the panel's own state, or is not the panel's at all, is `unknown`. Pure.
 */

import { withoutEnd } from "../../trim";

export type Meaning = "answer" | "absent" | "refused" | "unknown";

export interface Said {
	readonly status: number;
	/** `Content-Type`, as it came. */
	readonly type: string;
	/** How its body begins. */
	readonly opening: string;
}

export interface Wanted {
	/** The client has a copy and asked whether it is still good. */
	readonly conditional: boolean;
	/** A browser's: it takes a page. */
	readonly page: boolean;
	/** The client sent parameters of its own, which may be at fault. */
	readonly query: boolean;
}

const BY_STATUS: Readonly<Record<number, (said: Said, wanted: Wanted) => boolean>> = {
	200: isNoPage,
	203: isNoPage,
	304: (_, { conditional }) => conditional
};
const ABSENT: ReadonlySet<number> = new Set([404, 410]);
/** The panel's own checks of a parameter; a proxy's words are others. */
const REFUSED: ReadonlySet<number> = new Set([400, 422]);

export function meaningOf(said: Said, wanted: Wanted): Meaning {
	if (BY_STATUS[said.status]?.(said, wanted)) return "answer";
	if (ABSENT.has(said.status)) return "absent";
	return REFUSED.has(said.status) && wanted.query && isJson(said.type) ? "refused" : "unknown";
}

/** A page to log in at, or a riddle for humans, stands before the panel and is none of its answers. */
function isNoPage({ type, opening }: Said, { page }: Wanted): boolean {
	return (
		page ||
		!(/^\s*(?:text\/html|application\/xhtml)/i.test(type) || /^\s*<(?:!doctype\s+html|html|head)\b/i.test(opening))
	);
}

export const isJson = (type: string): boolean => /^\s*application\/(?:[\w.-]+\+)?json\b/i.test(type);

/** Says that the panel, or what stands before it, cannot take requests now, whoever sends them. */
const AWAY: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

/** A panel's own 500 is one record's, and shows that the panel lives (L28). */
export const speaksOfAll = (status: number): boolean => AWAY.has(status);

/** In seconds. */
const LEAST_WAIT = 1;
const MOST_WAIT = 300;

/** How long a panel asks to be left alone, within reason, in seconds. @param now in ms since 1970 */
export function retryAfterOf(value: string | undefined, now: number): number | undefined {
	if (value === undefined) return undefined;
	const text = value.trim();
	const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
	return Number.isNaN(seconds) ? undefined : Math.min(MOST_WAIT, Math.max(LEAST_WAIT, seconds));
}

/**
 * Where a redirect leads that stays at home: the same path at the same host, with or without the slash at its end.
 * Undefined for every other: nobody follows a panel elsewhere with a customer's key.
 */
export function redirectedAtHome(asked: string, location: string | undefined): string | undefined {
	if (location === undefined || !URL.canParse(location, asked)) return undefined;
	const [from, to] = [new URL(asked), new URL(location, asked)];
	const path = (url: URL): string => withoutEnd(url.pathname, "/");
	if (to.hostname !== from.hostname || path(to) !== path(from)) return undefined;
	// A panel behind a proxy names the scheme and the port that it was asked at.
	return `${from.origin}${to.pathname}${to.search || from.search}`;
}
