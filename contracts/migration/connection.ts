/** How the contracts of the stages speak of a connection and of what was found behind it. */

import { shape, type ValueOf } from "../schema";

const scalar = ["string", "number", "boolean"] as const;

/**
 * A connection as the definition gives it: an option is a text, a number, a switch, or a table of such (`headers`).
 * `${ENV}` references are resolved on the node that connects.
 */
export const connection = { type: "record", value: [...scalar, { type: "record", value: scalar }] } as const;

export const FINDING_SEVERITIES = ["refused", "warn", "act", "fact"] as const;
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];
const findingSeverity = {
	type: "enum",
	named: "FindingSeverity",
	about:
		"`refused`: it keeps a run from beginning. `warn`: will not go as one might think. `act`: do it by hand. `fact`: good to know.",
	values: FINDING_SEVERITIES
} as const;

export const finding = shape("Finding", {
	severity: findingSeverity,
	ok: { type: "boolean", summary: "False when it keeps a run from beginning." },
	code: {
		type: "string",
		summary: "Stable, for machines: `unreachable`, `login-refused`, `not-sudo`, `wrong-system` …"
	},
	message: { type: "string", summary: "One sentence: what is wrong and what to do." }
});
export type Finding = ValueOf<typeof finding>;

export const checkReport = shape(
	"CheckReport",
	{
		ok: "boolean",
		system: "string|nullable",
		version: "string|nullable",
		account: "string|nullable",
		findings: { type: "array", items: finding },
		facts: { type: "record", value: "json", summary: "What the mapping needs to know of that side, by name." },
		counts: { type: "record", value: "number", summary: "How many records there are, by stream." }
	},
	"What a connection turned out to be."
);
export type CheckReport = ValueOf<typeof checkReport>;

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
	/** What it is where the definition does not say: the migration's name, or a key that is made for it by itself. */
	readonly filled?: "name" | "key";
}
