/** Old links as routes for a proxy: nothing of a name, a key or an address can be read as configuration. */

import type { LinkLine } from "../../contracts/migration/migration";
import type { OldLinks } from "../../domain/migration/old-links";
import { isVisible } from "../../domain/text/visible";

/** An old path and the path that answers for it, without a slash at its end. */
export interface ProxyRoute {
	/** Decoded, as proxies compare it. */
	readonly from: string;
	readonly to: string;
}

/** A name of a format at the source, and what stands behind the path of the target for it. */
export interface ProxyFormat {
	readonly name: string;
	readonly suffix: string;
	/** The gateway decodes it; a proxy cannot. */
	readonly encoded: boolean;
}

export interface ProxyRoutes {
	readonly routes: readonly ProxyRoute[];
	readonly formats: readonly ProxyFormat[];
	/** See `OldLinks`. */
	readonly pattern: string;
	readonly place: string;
	/** How many could not be made a route. */
	readonly left: number;
}

/** What an address at a target consists of; nothing of it means anything in a configuration. */
const PLAIN_PATH = /^\/[A-Za-z0-9._~/=,+@:-]*$/;

/** @param mappings of which one knows these links */
export function proxyRoutes(lines: readonly LinkLine[], mappings: readonly OldLinks[]): ProxyRoutes {
	const known =
		mappings.find(mapping => lines.some(({ path }) => readFrom(mapping, path) !== undefined)) ?? mappings[0];
	if (!known) return { routes: [], formats: [], pattern: NOWHERE, place: NOWHERE, left: lines.length };
	const found = new Map<string, string>();
	let left = 0;
	for (const { path, target } of lines) {
		const from = readFrom(known, path);
		const to = pathOf(target);
		if (from === undefined || to === undefined) left++;
		else found.set(from, to);
	}
	const routes = [...found].map(([from, to]) => ({ from, to }));
	const { formats, pattern, place } = known;
	return { routes, formats: formats.map(name => formatOf(known, name)), pattern, place, left };
}

/** An expression of no text. */
const NOWHERE = "$^";

function formatOf(known: OldLinks, name: string): ProxyFormat {
	const { suffix = "", decode = false } = known.format(name) ?? {};
	return { name, suffix: suffix && `/${suffix}`, encoded: decode };
}

function readFrom({ read, path: pathOfLink }: OldLinks, path: string): string | undefined {
	try {
		const old = read(path);
		return old && pathOfLink(old);
	} catch {
		// A percent sign that begins no escape.
		return undefined;
	}
}

function pathOf(target: string): string | undefined {
	const path = (URL.canParse(target) ? new URL(target).pathname : target).replace(/\/+$/, "");
	return PLAIN_PATH.test(path) ? path : undefined;
}

/** What a path may consist of to stand as it is between quotes; what is no ASCII means nothing in a configuration. */
const QUOTABLE = /^[A-Za-z0-9._~@=/\u0080-\u{10ffff}-]+$/u;

export const isQuotable = (path: string): boolean => QUOTABLE.test(path) && isVisible(path);

/**
 * A regular expression of exactly this text, in which every character that could mean something, or that nobody would see
 * in the file, is a number.
 * @param numbered a character beyond ASCII, as the proxy's expressions number it
 */
export const exactly = (text: string, numbered: (character: string) => string): string =>
	`^${[...text].map(each => (/^[A-Za-z0-9_/-]$/.test(each) ? each : numberOf(each, numbered))).join("")}$`;

const numberOf = (character: string, numbered: (character: string) => string): string => {
	const code = character.charCodeAt(0);
	if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
	return isVisible(character) ? character : numbered(character);
};
