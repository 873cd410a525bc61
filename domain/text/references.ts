/**
 * References to the environment within a text: `${NAME}`, `${NAME:-default}` (also where it is empty), `${NAME-default}`
 * (only where it is not set). `$${` stands for the characters `${` themselves. Pure.
 */

export interface Reference {
	readonly name: string;
	readonly fallback?: string;
	/** The fallback also stands for a variable that is set but empty. */
	readonly orEmpty: boolean;
}
type Parsed =
	| { readonly ok: true; readonly parts: readonly (string | Reference)[] }
	/** What is wrong, as the end of a sentence; nothing of the text is said. */
	| { readonly ok: false; readonly problem: string };

const NAMED = /^([A-Za-z_]\w*)(?:(:?)-([\s\S]*))?$/;
const FORMS = `it is \${NAME}, \${NAME:-default} or \${NAME-default}; a text that holds these characters itself has $\${ for \${`;

export function parseReferences(text: string): Parsed {
	const parts: (string | Reference)[] = [];
	let at = 0;
	for (const { 0: whole, 1: body, 2: close, index } of text.matchAll(/\$\$\{|\$\{([^}]*)(\}?)/g)) {
		parts.push(text.slice(at, index));
		at = index + whole.length;
		const part = body === undefined ? "${" : readReference(body, close === "}");
		if (typeof part !== "string" && "problem" in part) return { ok: false, problem: part.problem };
		parts.push(part);
	}
	return { ok: true, parts: [...parts, text.slice(at)] };
}

/** What stands between the braces. */
function readReference(body: string, closed: boolean): Reference | { readonly problem: string } {
	if (!closed) return { problem: `has a $\{ without its }: ${FORMS}` };
	const [, name, colon, fallback] = NAMED.exec(body) ?? [];
	if (name === undefined) return { problem: `has a $\{…} that names no variable: ${FORMS}` };
	if (fallback?.includes("${")) return { problem: `has a \${…} within the default of another: only one is filled in` };
	return { name, orEmpty: colon === ":", ...(fallback !== undefined && { fallback }) };
}
