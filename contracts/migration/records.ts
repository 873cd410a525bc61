/** The words all stages share: what a record is on its way, and what became of it. JSON only. */

import { shape, type ValueOf } from "../schema";

export type Scalar = string | number | boolean;
/** What an option of a connection may be. */
export type OptionValue = Scalar | Readonly<Record<string, Scalar>>;

/** How to reach a system; secrets may be `${ENV}` references, which the node that connects resolves. */
export interface Connection {
	readonly connector: string;
	readonly [option: string]: OptionValue;
}

export const quarantine = shape(
	"Quarantine",
	{ category: "string", field: "string", value: "string", reason: "string" },
	"Why a record was not moved."
);
export type Quarantine = ValueOf<typeof quarantine>;

export const sourceRecord = shape("SourceRecord", {
	id: { type: "string", summary: "The source's own id: the identity." },
	name: { type: "string", summary: "The name shown: an attribute (L3)." },
	data: "object",
	quarantine: { ...quarantine, optional: true, summary: "The source itself cannot show it: why, and what to do." }
});
export type SourceRecord = ValueOf<typeof sourceRecord>;

export const targetRecord = shape("TargetRecord", {
	name: "string",
	data: "object",
	unreadable: {
		type: "string",
		optional: true,
		summary: "It is there, and the target cannot show it: why, and what to do. Then its data say nothing."
	}
});
export type TargetRecord = ValueOf<typeof targetRecord>;

export const SEVERITIES = ["info", "degraded", "act"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const severity = { type: "enum", named: "Severity", values: SEVERITIES } as const;

export const loss = shape(
	"Loss",
	{
		code: { type: "string", summary: "Stable, for machines: `renamed`, `conflict` …" },
		field: "string",
		reason: "string",
		severity,
		amount: { type: "string", optional: true, summary: "Whatever is counted, for example bytes as a decimal string." }
	},
	"Something the target cannot carry."
);
export type Loss = ValueOf<typeof loss>;

export const OUTCOMES = ["created", "updated", "unchanged", "skipped", "quarantined", "removed"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const outcome = {
	type: "enum",
	named: "Outcome",
	about: "What became of a record. They add up to what was read, always.",
	values: OUTCOMES
} as const;

export const oldLink = shape(
	"OldLink",
	{
		username: { type: "string", summary: "As the link spells it." },
		keyDigest: { type: "string", summary: "SHA-256 of its key, hex: the key itself is not kept." }
	},
	"The link a customer has from the source."
);
export type OldLink = ValueOf<typeof oldLink>;

export const transformed = shape(
	"Transformed",
	{
		id: "string",
		name: "string",
		target: { ...targetRecord, optional: true, summary: "Absent when quarantined." },
		losses: { type: "array", items: loss },
		quarantine: { ...quarantine, optional: true },
		oldLink: { ...oldLink, optional: true },
		owner: {
			type: "string",
			optional: true,
			summary: "The account that it belongs to: whoever must tell its customer."
		},
		keepsSecrets: {
			type: "enum",
			values: [true],
			optional: true,
			summary: "It keeps its own secrets, for example a password: they are read at the source when it is created."
		},
		withheld: {
			type: "enum",
			values: [true],
			optional: true,
			summary: "Nobody is told the secrets it is created with: whoever it stands for may not come in."
		}
	},
	"A record after the transformer: what the target shall hold, or why it cannot."
);
export type Transformed = ValueOf<typeof transformed>;

export const intent = shape(
	"Intent",
	{
		...transformed.props,
		before: {
			type: "object",
			nullable: true,
			summary: "What stood at the target under that name before us; null: nothing. The first one recorded wins (L1)."
		},
		kept: {
			type: "string",
			optional: true,
			summary: "Why whoever stands there is left as they are, whatever the policy."
		},
		ours: { type: "string", optional: true, summary: "The fingerprint of what we wrote last, where we wrote before." },
		sent: {
			type: "object[]",
			optional: true,
			summary: "What we sent since and never learned the end of: what stands there may be any of it."
		}
	},
	"What there is to do for one record at the target, recorded before the first write (L1)."
);
export type Intent = ValueOf<typeof intent>;

export const result = shape(
	"Result",
	{
		id: "string",
		outcome,
		fingerprint: { type: "string", optional: true, summary: "The digest of what was read back after the write (L2)." },
		inDoubt: {
			type: "enum",
			values: [true],
			optional: true,
			summary: "Quarantined after something was sent that may have taken effect, now or later."
		},
		lacks: {
			type: "string[]",
			optional: true,
			summary: "Quarantined, and by us it stands at the target all the same: the fields that are not as asked (L30)."
		},
		quarantine: { ...quarantine, optional: true },
		reason: { type: "string", optional: true, summary: "Why it was skipped." },
		link: { type: "string", optional: true, summary: "The customer's address at the target, where it has one." }
	},
	"What became of one record."
);
export type Result = ValueOf<typeof result>;

export const fieldDifference = shape(
	"FieldDifference",
	{ field: "string", expected: "json", actual: "json" },
	"One field that is not as it should be at the target."
);
export type FieldDifference = ValueOf<typeof fieldDifference>;
export const difference = shape(
	"Difference",
	{
		id: "string",
		name: "string",
		kind: { type: "enum", values: ["missing", "different", "gone", "unmapped", "changed-since"] },
		fields: { type: "array", items: fieldDifference },
		found: { type: "string", optional: true, summary: "The fingerprint of what the target holds instead." },
		reason: { type: "string", optional: true, summary: "Why it is so, and what to do." }
	},
	"A record that is not as it should be. `missing`: not at the target. `gone`: moved, but not in the source's last listing (which alone proves no deletion, L3); its reason says what it waits for. `unmapped`: changed at the source so that it cannot be moved any more. `changed-since`: left by a rollback, because someone else changed it after us (L2)."
);
export type Difference = ValueOf<typeof difference>;

export const saidLoss = shape(
	"SaidLoss",
	{ ...loss.props, meaning: "string" },
	"A loss, and where at a server its code is explained: `/docs/losses#<code>`, docs/losses.md in the repository."
);
export type SaidLoss = ValueOf<typeof saidLoss>;

export const reportLine = shape(
	"ReportLine",
	{
		stream: "string",
		id: "string",
		name: "string",
		owner: {
			type: "string",
			nullable: true,
			summary: "The account that it belongs to; null where it has none, or none is known."
		},
		outcome,
		target: "string|nullable",
		losses: { type: "array", items: saidLoss },
		code: {
			type: "string",
			nullable: true,
			summary: "Why it was not moved, or is not there any more: a category, or the outcome itself."
		},
		meaning: { type: "string", nullable: true, summary: "Where that code is explained." },
		reason: "string|nullable"
	},
	"One line of the report."
);
export type ReportLine = ValueOf<typeof reportLine>;

export const undoneRecord = shape(
	"UndoneRecord",
	{
		id: "string",
		name: "string",
		outcome: { type: "enum", values: ["restored", "changed-since", "failed"] },
		reason: { type: "string", optional: true, summary: "Why the target cannot put it back." }
	},
	"What a rollback did with one record. `changed-since`: it is not as it was before us and is left, because someone else changed it after us (L2), or because of `reason`. `failed`: it could not be, and another try may do better."
);
export type UndoneRecord = ValueOf<typeof undoneRecord>;
