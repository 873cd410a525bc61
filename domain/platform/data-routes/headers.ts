/** The headers that an answer of a route may have beside those that the gateway sets itself. Pure. */

const SAFE: ReadonlySet<string> = new Set([
	"content-language",
	"deprecation",
	"last-modified",
	"link",
	"location",
	"sunset"
]);
/** Those of its own that a server or a browser acts on: who sends a file, what a page may do. */
const OWN = /^x-[a-z0-9][a-z0-9-]{0,60}$/;
const ACTED_ON =
	/^x-(?:accel|sendfile|lighttpd|reproxy|forwarded|real|original|rewrite|http|frame|content|xss|correlation|dns|permitted|download|robots|powered|api-key|csrf|device)/;

/** Why a header is none of a route's to set, or undefined. */
export function nameFault(name: string): string | undefined {
	if (SAFE.has(name) || (OWN.test(name) && !ACTED_ON.test(name))) return undefined;
	return `A route may set ${[...SAFE].join(", ")} and headers of its own as 'x-…', in small letters.`;
}

const LONGEST = 2_000;
/** Somewhere here: neither another server's address nor one that a browser reads as such. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/** Why it cannot have that value, or undefined. */
export function headerFault(name: string, value: string): string | undefined {
	if (value.length > LONGEST) return `It makes more than ${LONGEST} characters.`;
	if (!/^[\x20-\x7e]*$/.test(value)) return "It makes characters that a header cannot have.";
	if (name === "location" && !OWN_PATH.test(value)) return "It makes no path of this server.";
	return undefined;
}
