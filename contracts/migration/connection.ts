/** How the contracts of the stages speak of a connection and of what was found behind it. */

import type { JsonValue } from "../json";

const scalar = ["string", "number", "boolean"] as const;

/**
 * A connection as the definition gives it: an option is a text, a number, a switch, or a table of such (`headers`).
 * `${ENV}` references are resolved on the node that connects.
 */
export const connection = { type: "record", value: [...scalar, { type: "record", value: scalar }] } as const;

export const FINDING_SEVERITIES = ["refused", "warn", "act", "fact"] as const;
/** `refused`: it keeps a run from beginning. `warn`: will not go as one might think. `act`: do it by hand. `fact`: good to know. */
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];

export interface Finding {
	readonly severity: FindingSeverity;
	/** False when it keeps a run from beginning. */
	readonly ok: boolean;
	/** Stable, for machines: `unreachable`, `login-refused`, `not-sudo`, `wrong-system` … */
	readonly code: string;
	/** One sentence: what is wrong and what to do. */
	readonly message: string;
}

/** What a connection turned out to be. */
export interface CheckReport {
	readonly ok: boolean;
	readonly system: string | null;
	readonly version: string | null;
	readonly account: string | null;
	readonly findings: readonly Finding[];
	/** What the mapping needs to know of that side, by name. */
	readonly facts: Readonly<Record<string, JsonValue>>;
	/** How many records there are, by stream. */
	readonly counts: Readonly<Record<string, number>>;
}

/** An option that a connector understands in a definition. */
export interface OptionSpec {
	readonly description: string;
	/** `table`: texts by name. */
	readonly type: "string" | "number" | "boolean" | "enum" | "table";
	readonly values?: readonly string[];
	/** Of a number: its bounds, and whether 0 is one of them all the same. */
	readonly range?: {
		readonly min: number;
		readonly max: number;
		readonly integer?: boolean;
		readonly orZero?: boolean;
	};
	readonly required?: boolean;
	/** What was moved depends on it: it stays as it is once a run has begun. */
	readonly fixed?: boolean;
	/** Never answered, logged or stored in the clear. */
	readonly secret?: boolean;
	readonly default?: string | number | boolean;
}
