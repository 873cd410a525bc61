/** Where a migration stands, by stream, and the verdict once it is over. */

import { each, shape, type ValueOf } from "../schema";
import { OUTCOMES, SEVERITIES, severity } from "./records";

/** Where a migration stands. */
export const PHASES = [
	"planned",
	"copying",
	"comparing",
	"finished",
	"cancelled",
	"rolling-back",
	"rolled-back"
] as const;
export type Phase = (typeof PHASES)[number];
export const phase = { type: "enum", named: "Phase", values: PHASES } as const;

export const side = shape(
	"Side",
	{
		system: "string|nullable",
		version: { type: "string", nullable: true, summary: "Its release, as far as it tells." },
		account: { type: "string", nullable: true, summary: "Who we are there." },
		address: {
			type: "string",
			nullable: true,
			optional: true,
			summary: "Without user, password and query; null where it is not known."
		}
	},
	"What the check of an end found it to be."
);
export type Side = ValueOf<typeof side>;

export const counted = shape(
	"Counted",
	{
		count: "number",
		reason: "string",
		meaning: {
			type: "string",
			summary: "Where at a server the code is explained: `/docs/losses#<code>`, docs/losses.md in the repository."
		}
	},
	"How many records, and a sentence about all of them: never one person's."
);
export type Counted = ValueOf<typeof counted>;

export const lossCount = shape(
	"LossCount",
	{
		...counted.props,
		severity: { ...severity, summary: "The worst of those below." },
		severities: {
			type: "object",
			props: each(SEVERITIES, "number|optional"),
			summary: "One code may weigh differently for different records."
		}
	},
	"How many records lost one thing."
);
export type LossCount = ValueOf<typeof lossCount>;

export const streamStatus = shape("StreamStatus", {
	stream: "string",
	total: { type: "number", summary: "Records at the source when last asked." },
	read: { type: "number", summary: "Records read; the outcomes add up to it." },
	outcomes: { type: "object", props: each(OUTCOMES, "number") },
	quarantine: { type: "record", value: counted, summary: "By category." },
	losses: { type: "record", value: lossCount, summary: "By code of the loss." },
	copied: "boolean",
	compared: { type: "number", summary: "Records compared so far, and how many of them are not as they should be." },
	differences: "number",
	extra: { type: "number", nullable: true, summary: "Records that only the target has: not differences." },
	complete: {
		type: "boolean",
		nullable: true,
		summary: "Two complete listings of the source named the same ids (L4)."
	},
	pass: { type: "number", summary: "Which listing after the copy this is." },
	restored: { type: "number", summary: "By a rollback: put back, and left because others changed it since." },
	changedSince: "number",
	removals: {
		type: "object",
		props: {
			waiting: {
				type: "number",
				summary: "More at once than may be taken away without a word: `repair` with `removals` confirms it."
			},
			left: { type: "number", summary: "Cannot be taken away; the comparison's lines say why." },
			allowed: { type: "number", summary: "How many may be at once." }
		},
		summary: "What went from the source after it was moved, and is still at the target."
	}
});
export type StreamStatus = ValueOf<typeof streamStatus>;

export const needHand = shape(
	"NeedHand",
	{
		records: { type: "number", summary: "Records, each once, whatever is the matter with it." },
		quarantined: { type: "number", summary: "Not moved." },
		skipped: { type: "number", summary: "Somebody else's record stands in their place." },
		differences: { type: "number", summary: "Not at the target as they should be." },
		removals: {
			type: "number",
			summary: "Of these differences, gone from the source and waiting for a word: `repair` with `removals`."
		},
		losses: { type: "number", summary: "Moved, with a loss that somebody must act on and that was not accepted." }
	},
	"What of a finished run needs a human's hand."
);

export const verdict = shape(
	"Verdict",
	{
		result: { type: "enum", values: ["clean", "attention"] },
		accountedFor: "number",
		total: "number",
		differences: "number",
		losses: "number",
		severities: { type: "object", props: each(SEVERITIES, "number"), summary: "The same, by severity." },
		needHand: needHand,
		accepted: {
			type: "record",
			value: "number",
			summary: "By code, losses that the definition or the operator accepted: they need nobody's hand."
		},
		certificate: {
			type: "string",
			nullable: true,
			summary: "The digest over the per-key digests of a clean comparison (L4); null when it is not clean."
		},
		unproven: {
			type: "string",
			nullable: true,
			summary: "Why there is no certificate, in a sentence; null where there is one."
		}
	},
	"`clean`: all moved and equal, and no record needs a human. `attention`: finished, but records need a human."
);
export type Verdict = ValueOf<typeof verdict>;

export const status = shape("Status", {
	name: "string",
	hash: "string",
	source: { ...side, summary: "Both ends as the plan found them." },
	target: side,
	phase,
	running: { type: "boolean", summary: "A controller on some node is at work on it." },
	node: {
		type: "string",
		optional: true,
		summary: "Which node that is, where any of several may be; when it is gone another one goes on."
	},
	paused: { type: "boolean", summary: "Does not go on by itself when a node starts." },
	startedAt: "string|nullable",
	completedAt: {
		type: "string",
		nullable: true,
		optional: true,
		summary: "When it was finished for the first time: the run's own end. Comparisons come after it."
	},
	finishedAt: {
		type: "string",
		nullable: true,
		summary: "When it was finished last, by the run, a comparison or a rollback."
	},
	cautions: { type: "string[]", summary: "What is not safe about the ways to the systems, a sentence each." },
	streams: { type: "array", items: streamStatus },
	failure: {
		type: "object",
		props: { code: "string", message: "string" },
		nullable: true,
		summary: "What stopped it last, in one sentence; it can be started again."
	},
	waiting: {
		type: "string",
		nullable: true,
		summary: "What it waits for, for example a system that is away; null while it is at work."
	},
	backup: {
		type: "string",
		nullable: true,
		summary:
			"Where the target's database was copied to before the first write, on the importer's node: `node:path` where there are several."
	},
	accepted: {
		type: "string[]",
		optional: true,
		summary: "Codes of losses that need nobody's hand, by the definition or the operator's word."
	},
	verdict: { ...verdict, nullable: true, summary: "Set when finished; null once a rollback has begun." }
});
export type Status = ValueOf<typeof status>;
