/**
 * What of a panel's headers goes on to whoever asked with an old link. They are given under this server's name, so whatever
 * browsers, caches and the proxy before it read as the word of a whole host stays out: only what subscription clients know
 * goes on, in the form that it has there. Pure.
 */

import { own } from "../../own";

export interface Given {
	/** A browser asked: it may be given a page. */
	readonly page: boolean;
	/** In its own words, where this page of the subscription is. */
	readonly address: string;
}

type Values = Readonly<Record<string, string | string[] | undefined>>;

/** No panel's own is as long; nginx takes 8 KiB of all of them together. */
const LONGEST = 4096;
/** More than any client knows. */
const MOST = 40;
const MOST_REMEMBERED = 500;
const LONGEST_REMEMBERED = 200;
/** One line of Latin-1. */
const LINE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Of the answer itself. */
const OF_THE_ANSWER: Readonly<Record<string, RegExp>> = {
	"content-disposition": /^(?:attachment|inline)\b/i,
	etag: /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/,
	"last-modified": /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
};

/** Of subscription clients: v2rayNG, Clash, Hiddify, Streisand, Happ, v2rayTun … Nobody else reads them. */
const OF_CLIENTS =
	/^(?:(?:profile|subscription|sub|announce|routing|fragmentation|noises|notification|server-address-resolve|x-hwid)(?:-[a-z0-9]+)*|support-url|update-always|hide-settings|change-user-agent|ping-type|color-profile|providerid)$/;
/** Names an address that a client opens for a person. */
const ADDRESS = /-(?:url|link)$/;
/** None that means a program. */
const OPENED = /^(?:(?:https?|tg|mailto|tel):|[^:]*$)/i;

/** The name of the header by which a panel tells where its page is. */
const PAGE = "profile-web-page-url";

/** As they may be given on, by name. */
export function passedOn(headers: Values, { page, address }: Given): Record<string, string> {
	const passed: Record<string, string> = { "content-type": typeOf(first(headers["content-type"]), page) };
	const named = namedIn(first(headers.connection));
	let left = MOST;
	for (const [name, values] of Object.entries(headers)) {
		const value = first(values);
		if (value === undefined || left === 0 || named?.has(name) || !mayPass(name, value)) continue;
		left--;
		// The panel names the address that it was asked at, which is ours.
		passed[name] = name === PAGE ? address : value;
	}
	return passed;
}

/** The form of each header that goes on; null for those that do not. */
const formOf = remembered((name: string): RegExp | null => {
	const known = own(OF_THE_ANSWER, name);
	if (known) return known;
	if (!OF_CLIENTS.test(name)) return null;
	return ADDRESS.test(name) ? OPENED : LINE;
});

function mayPass(name: string, value: string): boolean {
	const form = formOf(name);
	return form !== null && value.length <= LONGEST && LINE.test(value) && (form === LINE || form.test(value.trim()));
}

/** Panels say the same again and again; what is remembered is bounded, whatever one of them makes up. */
function remembered<T>(judge: (text: string) => T): (text: string) => T {
	const known = new Map<string, T>();
	return text => {
		const before = known.get(text);
		if (before !== undefined) return before;
		const said = judge(text);
		if (known.size >= MOST_REMEMBERED) known.clear();
		if (text.length <= LONGEST_REMEMBERED) known.set(text, said);
		return said;
	};
}

const first = (values: string | string[] | undefined): string | undefined =>
	Array.isArray(values) ? values[0] : values;

/** Those of one connection (RFC 9110 §7.6.1). */
const namedIn = (connection: string | undefined): ReadonlySet<string> | undefined =>
	connection === undefined || /^\s*(?:keep-alive|close)?\s*$/i.test(connection)
		? undefined
		: new Set(connection.split(",").map(name => name.trim().toLowerCase()));

/** What subscriptions come as. Whatever a browser would run, draw or load as part of a page is none of it. */
const SUBSCRIPTION =
	/^(?:text\/(?:plain|yaml|x-yaml)|application\/(?:json|yaml|x-yaml|octet-stream|zip))(?:\s*;\s*charset="?[\w-]{1,30}"?)?$/i;
const HTML = /^text\/html(?:\s*;\s*charset="?utf-?8"?)?$/i;
const UNKNOWN = "application/octet-stream";

const PAGES = "text/html; charset=utf-8";
const judged = remembered((type: string): string => {
	if (SUBSCRIPTION.test(type)) return type;
	return HTML.test(type) ? PAGES : UNKNOWN;
});

function typeOf(given: string | undefined, page: boolean): string {
	const type = judged(given?.trim() ?? "");
	return type === PAGES && !page ? UNKNOWN : type;
}

const NOWHERE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE_POLICY = `sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads; ${NOWHERE}`;
const POLICY = `sandbox; default-src 'none'; ${NOWHERE}`;

/**
 * A page of a panel's has its scripts, and opens what it links to, in an origin of its own: it reads nothing of this
 * server's, stores nothing, registers nothing. What is no page is none, whatever a browser makes of it.
 */
export const policyOf = (type: string): string => (type.startsWith("text/html") ? PAGE_POLICY : POLICY);

/** A customer's credentials: no cache keeps them, whatever the panel says. */
export const CACHING = "no-store";
