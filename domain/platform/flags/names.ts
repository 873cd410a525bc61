/** Names of flags, variants and attributes: whoever looks one up in a table finds what was set, and nothing that is inherited. Pure. */

import { isTable, type JsonValue } from "../../../contracts/json";

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/;
/** Parts of addresses under `/flags`. */
const RESERVED = ["diff", "evaluate", "history", "mine", "rollback"];

const isInherited = (name: string): boolean => name in Object.prototype;

/** Why nothing can be called so. */
export function nameFault(name: string, what: "flag" | "variant" | "attribute" | "rule"): string | undefined {
	if (isInherited(name))
		return `No ${what} can be called '${name}', which every table of a program has: take another name.`;
	if (!NAME.test(name))
		return `'${name.slice(0, 40)}' is no name of a ${what}: it begins with a letter, and has letters, digits, '.', '_' and '-', 100 at most.`;
	if (what === "flag" && RESERVED.includes(name))
		return `'${name}' is an address of its own under /flags: take another name.`;
	return undefined;
}

/** Why a value of JSON cannot be kept: a field in it that every table has, or too many levels. */
export function namesWithin(value: JsonValue, levels: number): string | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	if (levels === 0) return "The value has more levels than 20: make it flatter.";
	const inherited = isTable(value) ? Object.keys(value).find(isInherited) : undefined;
	if (inherited !== undefined)
		return `A field of the value is called '${inherited}', which every table of a program has: take another name.`;
	for (const each of Object.values(value)) {
		const fault = namesWithin(each, levels - 1);
		if (fault) return fault;
	}
	return undefined;
}
