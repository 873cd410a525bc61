/**
 * References to the environment within an option: `${NAME}`, `${NAME:-default}` (also where it is empty), `${NAME-default}`
 * (only where it is not set). `$${` stands for the characters `${` themselves. Pure.
 */

import type { Connection, OptionValue, Scalar } from "../../contracts/migration/records";

interface Reference {
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
		if ("problem" in Object(part)) return { ok: false, problem: (part as { problem: string }).problem };
		parts.push(part as string | Reference);
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

/** Does it hold any? */
export const hasReference = (text: string): boolean => {
	const parsed = parseReferences(text);
	return parsed.ok && parsed.parts.some(part => typeof part !== "string");
};

/** Why an option could not be filled in: `name` is not set, or set but empty. */
export interface Unfilled {
	readonly option: string;
	readonly problem: string;
	/** The variable, where it is one that lacks. */
	readonly name?: string;
}
/** A connection with its references filled in, or what lacks. */
export type Resolved =
	| { readonly ok: true; readonly connection: Connection }
	| { readonly ok: false; readonly unfilled: readonly Unfilled[] };

/**
 * Fills in every option. Done on the node that connects, so that secrets are neither stored nor sent.
 * @param lookup the node's environment
 */
export function resolveReferences(
	connection: Readonly<Record<string, OptionValue>>,
	lookup: (name: string) => string | undefined
): Resolved {
	const unfilled: Unfilled[] = [];
	const fill = (option: string, value: Scalar): Scalar => {
		if (typeof value !== "string") return value;
		const parsed = parseReferences(value);
		if (parsed.ok) return parsed.parts.map(part => (typeof part === "string" ? part : filled(option, part))).join("");
		unfilled.push({ option, problem: `'${option}' ${parsed.problem}` });
		return value;
	};
	const filled = (option: string, { name, fallback, orEmpty }: Reference): string => {
		const found = lookup(name);
		if (found !== undefined && (found !== "" || (fallback !== undefined && !orEmpty))) return found;
		if (fallback !== undefined) return fallback;
		const lacks = found === undefined ? "is not set" : "is set, but empty";
		unfilled.push({ option, name, problem: `the environment variable ${name} (for '${option}') ${lacks}` });
		return "";
	};
	const resolved = Object.entries(connection).map(([option, value]) => {
		if (typeof value !== "object") return [option, fill(option, value)];
		return [
			option,
			Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(`${option}.${key}`, one)]))
		];
	});
	if (unfilled.length > 0) return { ok: false, unfilled };
	return { ok: true, connection: Object.fromEntries(resolved) };
}
