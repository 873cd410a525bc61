/** References to the environment within an option: which may stand there, and what they are filled in with. Pure. */

import type { Connection, OptionValue, Scalar } from "../../contracts/migration/records";
import { parseReferences, type Reference } from "../text/references";

/** Does it hold any? */
export const hasReference = (text: string): boolean => {
	const parsed = parseReferences(text);
	return parsed.ok && parsed.parts.some(part => typeof part !== "string");
};

/** The environment of a node, as far as a definition may read it. */
export interface Variables {
	/** Undefined where it is not set. */
	value(name: string): string | undefined;
	/** May a definition name it? Null: it is the operator's own, and any of it may stand in any option. */
	readonly allows: ((name: string) => boolean) | null;
}

/**
 * The options that may carry a secret of a node: as a whole, or in the login of an address alone. Every other one is
 * answered, logged, or tells the world where to look for a system.
 */
export const CARRIERS: Readonly<Record<string, "whole" | "login">> = {
	password: "whole",
	passphrase: "whole",
	apiKey: "whole",
	digestKey: "whole",
	headers: "whole",
	proxy: "login",
	database: "login"
};

const PLACES =
	"password, passphrase, apiKey, digestKey, values of headers, and the login in the addresses of proxy and database";

/**
 * Why the references of an option's text may not be filled in at this node, as the rest of a sentence; undefined where
 * they may. Says nothing of whether a variable is set.
 * @param option its name, or `headers.NAME`
 */
export function referenceFault(
	option: string,
	text: string,
	{ allows }: Pick<Variables, "allows">
): string | undefined {
	const parsed = allows === null ? undefined : parseReferences(text);
	if (allows === null || !parsed?.ok) return undefined;
	const named = parsed.parts.filter(part => typeof part !== "string");
	if (named.length === 0) return undefined;
	const carries = carrierOf(option);
	if (carries === undefined || (carries === "login" && !isInLogin(parsed.parts)))
		return `has a \${NAME} where a server fills in none: they stand in ${PLACES} alone. Write the value itself`;
	const other = named.find(({ name }) => !allows(name));
	return other && `names ${other.name}, which a definition may not read at this server: ${READABLE}`;
}

const READABLE = "it fills in what is called BANYAN_SECRET_…, and what its setting SECRET_NAMES names";

const carrierOf = (option: string): "whole" | "login" | undefined => {
	const [head = ""] = option.split(".", 1);
	return Object.hasOwn(CARRIERS, head) ? CARRIERS[head] : undefined;
};

/** Stands for a reference while an address is looked at; no text has it. */
const MARK = "\ue000";
const LOGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\@\s]*@([^@]*)$/i;

/** An address whose references all stand before its only `@`. */
function isInLogin(parts: readonly (string | Reference)[]): boolean {
	const text = parts.map(part => (typeof part === "string" ? part.replaceAll(MARK, "") : MARK)).join("");
	const [, behind = MARK] = LOGIN.exec(text) ?? [];
	return !behind.includes(MARK);
}

/** The variables that the options of a connection name. */
export function namesIn(connection: Readonly<Record<string, OptionValue>>): string[] {
	const texts = Object.values(connection).flatMap(value =>
		typeof value === "object" ? Object.values(value) : [value]
	);
	const named = texts.flatMap(text => {
		const parsed = typeof text === "string" && hasReference(text) ? parseReferences(text) : undefined;
		return parsed?.ok ? parsed.parts.flatMap(part => (typeof part === "string" ? [] : [part.name])) : [];
	});
	return [...new Set(named)];
}

/** What would end the login of an address: the rest of a secret would be its host. */
const ENDS_LOGIN = /[/?#\\@\s]/;

/** Why an option could not be filled in: `name` is not set, or set but empty. */
export interface Unfilled {
	readonly option: string;
	readonly problem: string;
	/** The variable, where it is one that lacks. */
	readonly name?: string;
}
/** Of all that lacks nobody reads more, in an option that names thousands. */
const MOST_TOLD = 20;

/** A connection with its references filled in, or what lacks. */
export type Resolved =
	| { readonly ok: true; readonly connection: Connection }
	| { readonly ok: false; readonly unfilled: readonly Unfilled[] };

/**
 * Fills in every option. Done on the node that connects, so that secrets are neither stored nor sent.
 * @param variables the node's environment
 */
export function resolveReferences(connection: Readonly<Record<string, OptionValue>>, variables: Variables): Resolved {
	const unfilled: Unfilled[] = [];
	const lacking = (found: Unfilled): void => {
		if (unfilled.length < MOST_TOLD && !unfilled.some(({ problem }) => problem === found.problem)) unfilled.push(found);
	};
	const fill = (option: string, value: Scalar): Scalar => {
		if (typeof value !== "string") return value;
		const fault = referenceFault(option, value, variables);
		if (fault !== undefined) {
			lacking({ option, problem: `'${option}' ${fault}` });
			return value;
		}
		const parsed = parseReferences(value);
		if (parsed.ok) return parsed.parts.map(part => (typeof part === "string" ? part : filled(option, part))).join("");
		lacking({ option, problem: `'${option}' ${parsed.problem}` });
		return value;
	};
	const filled = (option: string, { name, fallback, orEmpty }: Reference): string => {
		const found = variables.value(name);
		if (found !== undefined && variables.allows !== null && carrierOf(option) === "login" && ENDS_LOGIN.test(found)) {
			const escaped = "write them as %-escapes there";
			lacking({ option, problem: `'${option}' is given characters by ${name} that end a login: ${escaped}` });
			return "";
		}
		if (found !== undefined && (found !== "" || (fallback !== undefined && !orEmpty))) return found;
		if (fallback !== undefined) return fallback;
		const lacks = found === undefined ? "is not set" : "is set, but empty";
		lacking({ option, name, problem: `the environment variable ${name} (for '${option}') ${lacks}` });
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
