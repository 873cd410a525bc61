/** Takes out of log lines what would give access: passwords, tokens, subscription keys. Pure. */

import { withoutEnd } from "../trim";

const SECRET_FIELD = /pass(word|wd|phrase)?$|^headers$|secret|token|authorization|cookie|api[-_]?key|^key$|hashed/i;
const MASK = "***";
const DEEPEST = 6;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
	// user:password@ in an address
	[/(\/\/[^/\s:@]+:)[^@\s/]+@/g, `$1${MASK}@`],
	[/(Bearer\s+)[\w.~+/=-]+/gi, `$1${MASK}`],
	// Marzneshin: /sub/<name>/<key>[/<format>]
	[/(\/sub\/[^/\s"]+\/)[^/\s"?]+/g, `$1${MASK}`],
	// Marzban: /sub/<token>, where nothing but a format follows
	[/(\/sub\/)[\w-]{20,}/g, `$1${MASK}`],
	// bcrypt, as both panels keep passwords
	[/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g, MASK],
	[/((?:password|access_token|api_key)=)[^&\s"]+/gi, `$1${MASK}`]
];

/** A text without its secrets. */
export const maskText = (text: string): string =>
	PATTERNS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);

/** An address as it may be shown to anybody: without user, password, query and fragment; null where it is none. */
export function shownAddress(address: string): string | null {
	if (!URL.canParse(address)) return null;
	const { origin, pathname } = new URL(address);
	return origin === "null" ? null : maskText(`${origin}${withoutEnd(pathname, "/")}`);
}

/** Any value a log line may carry, without its secrets; the value itself is left as it is. */
export function mask(value: unknown, depth = 0): unknown {
	if (typeof value === "string") return maskText(value);
	if (value === null || typeof value !== "object") return value;
	if (depth >= DEEPEST) return "[deep]";
	if (value instanceof Error) return maskError(value, depth);
	if (Array.isArray(value)) return value.map(item => mask(item, depth + 1));
	return maskFields(value, depth);
}

function maskFields(fields: object, depth: number): Record<string, unknown> {
	const entries = Object.entries(fields).map(([name, value]) => [
		name,
		SECRET_FIELD.test(name) && value !== null && value !== undefined ? MASK : mask(value, depth + 1)
	]);
	return Object.fromEntries(entries);
}

function maskError(error: Error, depth: number): Record<string, unknown> {
	const { name, message, stack } = error;
	return { ...maskFields(error, depth), name, message: maskText(message), ...(stack && { stack: maskText(stack) }) };
}
