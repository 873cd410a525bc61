/** Takes out of log lines what would give access: passwords, tokens, subscription keys. Pure. */

import { withoutEnd } from "../trim";
import { propertyOf } from "../unknown";

const SECRET_FIELD =
	/pass(word|wd|phrase)?$|^pwd$|^headers$|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|credential|^key$|hashed/i;
const MASK = "***";
const DEEPEST = 6;

/** Names of what is secret, in a query, a form or a text that is JSON. */
const NAMES =
	"password|passwd|pwd|passphrase|secret|token|api[-_]?key|authorization|cookie|credentials?|private[-_]?key";

/**
 * Each looks at a place of the text a bounded number of times, so that a megabyte costs no more than its length: what
 * repeats stops at what the next match begins with, or is taken by the match itself.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
	[/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
	// What a customer's app is given: the whole of it is access.
	[/(?<!\w)(vless|vmess|trojan|ssr?|hysteria2?|hy2|tuic|wireguard):\/\/[^\s"'<>`]+/gi, `$1://${MASK}`],
	// user:password@ in an address, but for the very words of a sentence that says its form; a token that stands there alone
	[/(\/\/(?!\[?user:password@)[^/\s:@]*:)[^\s/]+@/g, `$1${MASK}@`],
	[/(\/\/)[^/\s:@]{16,}@/g, `$1${MASK}@`],
	[/(Bearer\s+)[\w.~+/=-]+/gi, `$1${MASK}`],
	[
		/((?<!\w)authorization["']?\s*[:=]\s*["']?(?:(?:Basic|Bearer|Token|Digest)\s+)?)(?!(?:Basic|Bearer|Token|Digest)\s)[^\s"',*][^\s"',]*/gi,
		`$1${MASK}`
	],
	[/((?<![\w-])(?:set-)?cookie["']?:\s*["']?)[^\s"'][^\r\n"']*/gi, `$1${MASK}`],
	[
		/((?<![\w-])(?:x-[a-z-]{0,32}(?:key|token|secret)|cf-access-client-secret|api-key)["']?\s*[:=]\s*["']?)[^\s"',]+/gi,
		`$1${MASK}`
	],
	// A JSON Web Token, and a key of our own
	[/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, MASK],
	[/bny_[\w-]{20,}/g, `bny_${MASK}`],
	// Marzneshin: /sub/<name>/<key>[/<format>]
	[/(\/sub\/[^/\s"]+\/)[^/\s"?]+/g, `$1${MASK}`],
	// Marzban: /sub/<token>, where nothing but a format follows
	[/(\/sub\/)[\w-]{20,}/g, `$1${MASK}`],
	// Passwords as programs keep them: bcrypt as both panels do, and others
	[/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g, MASK],
	[/\$(?:argon2(?:id|i|d)|pbkdf2(?:-sha\d+)?|scrypt|[156y])\$[^\s"'\\]{16,}/g, MASK],
	[/(IDENTIFIED (?:WITH \w+ )?(?:BY|AS) )(?:'[^']*'?|"[^"]*"?)/gi, `$1'${MASK}'`],
	// In a text that is JSON, or Python's way to print the same; in a text within such a text
	[
		new RegExp(
			`(["'][\\w-]{0,32}(?:${NAMES})["']\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\[^])*"?|'(?:[^'\\\\]|\\\\[^])*'?)`,
			"gi"
		),
		`$1"${MASK}"`
	],
	[new RegExp(`(\\\\"[\\w-]{0,32}(?:${NAMES})\\\\"\\s*:\\s*\\\\")[^"\\\\]*`, "gi"), `$1${MASK}`],
	[new RegExp(`((?:${NAMES})=)[^&\\s"'<>;,]+`, "gi"), `$1${MASK}`],
	[/([?&](?:key|sig|signature|code|auth)=)[^&\s"'<>#]+/gi, `$1${MASK}`]
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
	// Its bytes may be anything.
	if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
	if (value instanceof Map || value instanceof Set) return mask([...value], depth + 1);
	const toJSON = propertyOf(value, "toJSON");
	return typeof toJSON === "function" ? mask(toJSON.call(value), depth + 1) : maskFields(value, depth);
}

function maskFields(fields: object, depth: number): Record<string, unknown> {
	const entries = Object.entries(fields).map(([name, value]) => [
		maskText(name),
		SECRET_FIELD.test(name) && value !== null && value !== undefined ? MASK : mask(value, depth + 1)
	]);
	return Object.fromEntries(entries);
}

/** With what lies behind it: neither its cause nor the errors that it stands for are among an error's own fields. */
function maskError(error: Error, depth: number): Record<string, unknown> {
	const { name, message, stack, cause } = error;
	const errors = propertyOf(error, "errors");
	return {
		...maskFields(error, depth),
		name,
		message: maskText(message),
		...(stack && { stack: maskText(stack) }),
		...(cause !== undefined && { cause: mask(cause, depth + 1) }),
		...(Array.isArray(errors) && { errors: mask(errors, depth + 1) })
	};
}
