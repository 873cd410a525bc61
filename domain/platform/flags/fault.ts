/** What is wrong with a flag set: where, and what to do. Pure. */

import type { Flag } from "../../../contracts/platform/flag-shapes";
import { meant } from "../../near";
import { own } from "../../own";

export interface Fault {
	/** Where: `flags.checkout.rules[0]`. */
	readonly field: string;
	readonly message: string;
}

/** That a flag has no such variant. */
export function variantFault({ variants }: Flag, name: string): string | undefined {
	if (own(variants, name) !== undefined) return undefined;
	const names = Object.keys(variants);
	return `It has no variant '${name}': there are ${names.map(each => `'${each}'`).join(", ")}.${meant(name, names)}`;
}
