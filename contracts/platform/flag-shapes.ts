/** Feature flags as they are set, and what one answers for whom. */

import type { Json } from "../json";
import { shape, type ValueOf } from "../schema";

export const KINDS = ["boolean", "string", "number", "json"] as const;
export type Kind = (typeof KINDS)[number];

/** How an attribute of a context is held against values; one of them must fit. */
export const OPERATORS = ["in", "notIn", "startsWith", "endsWith", "contains", "below", "above"] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a set has at most: nodes look through it at each evaluation, and follow all of it. */
export const FLAG_LIMITS = {
	flags: 1_000,
	rules: 50,
	names: 1_000,
	values: 100,
	variants: 20,
	required: 10,
	/** Flags that one evaluation looks at, with all that are required. */
	looks: 100,
	/** Of the whole set, as canonical JSON. */
	characters: 512 * 1024
} as const;

const text = (max: number, summary?: string) => ({ type: "string", min: 1, max, ...(summary && { summary }) }) as const;
export const flagKey = text(100, "Letters, digits, `.`, `_` and `-`; it begins with a letter.");
const variantName = text(100);
const listed = (summary: string) =>
	({ type: "array", items: text(200), min: 1, max: FLAG_LIMITS.names, optional: true, summary }) as const;

const condition = shape(
	"FlagCondition",
	{
		attribute: text(100, "Of the context, such as `plan`."),
		operator: { type: "enum", values: OPERATORS },
		values: {
			type: "array",
			items: ["string|max:200", "number", "boolean"],
			min: 1,
			max: FLAG_LIMITS.values,
			summary: "One of them must fit; of `notIn` none may."
		}
	},
	"What an attribute of whoever is asked for must be. One that the context does not have fits nothing."
);
export type Condition = ValueOf<typeof condition>;

const rule = shape(
	"FlagRule",
	{
		name: text(100, "Unique in its flag; an evaluation names it."),
		users: listed("The targeting keys that it is for."),
		groups: listed("Whoever is in one of these: `groups` of the context."),
		where: {
			type: "array",
			items: condition,
			min: 1,
			max: 10,
			optional: true,
			summary: "Each of them must hold."
		},
		percent: {
			type: "number",
			integer: true,
			min: 0,
			max: 100,
			optional: true,
			summary: "Of those whom it is for, so many of a hundred, by their targeting key; without it all."
		},
		variant: { ...variantName, summary: "What they get." }
	},
	"Who gets which variant: of a flag's rules the first that fits. All that a rule says must hold."
);
export type FlagRule = ValueOf<typeof rule>;

const required = shape("RequiredFlag", { flag: flagKey, variant: variantName });

const fields = {
	kind: { type: "enum", values: KINDS, summary: "Of what kind its values are." },
	variants: { type: "record", value: "json", summary: "Its values, by their names: `{ on: true, off: false }`." },
	defaultVariant: { ...variantName, summary: "What whoever fits no rule gets." },
	offVariant: { ...variantName, summary: "What everybody gets while it is off, or lacks what it requires." },
	enabled: { type: "boolean", summary: "Off: each node answers `offVariant` at once." },
	rules: { type: "array", items: rule, max: FLAG_LIMITS.rules, summary: "In their order." },
	requires: {
		type: "array",
		items: required,
		min: 1,
		max: FLAG_LIMITS.required,
		optional: true,
		summary: "Other flags that must answer these variants for the same context."
	},
	salt: {
		...text(100, "What buckets are made with: flags of one salt choose the same people."),
		optional: true
	},
	clientSide: {
		type: "boolean",
		optional: true,
		summary: "People may ask for themselves what it answers; without it only services and keys may."
	},
	owner: text(100, "Who answers for it."),
	expires: {
		type: "string",
		nullable: true,
		max: 10,
		summary: "The day after which it should be gone: `2027-01-31`; null: it stays, as a kill switch does."
	},
	description: { type: "string", max: 1_000 }
} as const;

export const flag = shape("Flag", fields, "A feature flag: what it answers, for whom.");
export type Flag = ValueOf<typeof flag>;

/** All that is set, as of a revision. */
export interface FlagSet {
	readonly flags: Readonly<Record<string, Flag>>;
}

/** Why a flag should be looked at: it decides nothing any more. */
const stale = shape(
	"StaleFlag",
	{
		because: { type: "enum", values: ["expired", "unchanging"] },
		since: { type: "string", summary: "ISO 8601, UTC." },
		says: "string"
	},
	"Why a flag should go: its end date is past, or it has answered everybody the same for long."
);
export type Stale = ValueOf<typeof stale>;

export const shownFlag = shape(
	"ShownFlag",
	{
		key: "string",
		...fields,
		revision: { type: "number", summary: "Of the whole set; a change names it as `expected`." },
		changedAt: { type: "string", nullable: true, summary: "When it was changed last: ISO 8601, UTC." },
		stale: { ...stale, nullable: true }
	},
	"A feature flag, as of a revision."
);
export type ShownFlag = ValueOf<typeof shownFlag>;

/** OpenFeature's reasons; PREREQUISITE_FAILED is the one that it has no word for. */
export const REASONS = ["TARGETING_MATCH", "SPLIT", "DEFAULT", "DISABLED", "PREREQUISITE_FAILED", "ERROR"] as const;
export type Reason = (typeof REASONS)[number];
/** OpenFeature's error codes, as far as an evaluation here may meet them. */
export const ERROR_CODES = ["FLAG_NOT_FOUND", "TARGETING_KEY_MISSING"] as const;
export type EvaluationError = (typeof ERROR_CODES)[number];

const answered = {
	key: "string",
	reason: { type: "enum", values: REASONS },
	value: { type: "json", optional: true, summary: "Missing where there is an `errorCode`." },
	variant: { type: "string", optional: true },
	rule: { type: "string", optional: true, summary: "The rule that fitted." },
	errorCode: { type: "enum", values: ERROR_CODES, optional: true },
	errorDetails: { type: "string", optional: true }
} as const;
const metadata = {
	type: "object",
	props: { revision: "number", kind: { type: "enum", values: KINDS, optional: true } }
} as const;

export const evaluation = shape(
	"FlagEvaluation",
	{ ...answered, metadata },
	"What a flag answers in a context, in the form of OpenFeature's remote evaluation (OFREP)."
);
export type Evaluation = ValueOf<typeof evaluation>;

export const evaluations = shape(
	"FlagEvaluations",
	{ flags: { type: "array", items: evaluation }, metadata: { type: "object", props: { revision: "number" } } },
	"What all flags answer in a context."
);
export type Evaluations = ValueOf<typeof evaluations>;

const checked = shape("CheckedRule", { rule: "string", fits: "boolean", because: "string" });
export const explanation = shape(
	"FlagExplanation",
	{
		...answered,
		metadata,
		inputs: {
			type: "object",
			props: {
				context: "object",
				salt: "string",
				bucket: { type: "number", nullable: true, summary: "1 to 100; null: the context has no targeting key." }
			}
		},
		checked: { type: "array", items: checked, summary: "The rules, up to the one that fitted." },
		wouldChange: { type: "array", items: "string", summary: "What would change the answer, each by itself." }
	},
	"What a flag answers in a context, by which rule, and what would change it."
);
export type Explanation = ValueOf<typeof explanation>;

/** Of whom it is asked: OpenFeature's evaluation context. `targetingKey` and `groups` are who; all else are attributes. */
export type FlagContext = Json;
