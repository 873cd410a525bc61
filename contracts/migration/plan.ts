/** What a plan says: what the preflight found, and what a run would do. */

import { each, shape, type ValueOf } from "../schema";
import { finding } from "./connection";
import { OUTCOMES, SEVERITIES } from "./records";
import { phase, side } from "./status";

export const streamPlan = shape("StreamPlan", {
	stream: "string",
	source: { type: "number", summary: "Records at the source." },
	target: { type: "number", summary: "Records at the target already." },
	move: { type: "number", summary: "Would stand there as ours: made, changed, or as they should be already." },
	outcomes: {
		type: "object",
		props: each(OUTCOMES, "number"),
		summary: "What would become of each; they add up to those read."
	},
	quarantine: { type: "record", value: "number", summary: "Would be left, by category." },
	losses: { type: "record", value: "number", summary: "Of those that would be written, by code of the loss." },
	severities: {
		type: "record",
		value: { type: "object", props: each(SEVERITIES, "number|optional") },
		optional: true,
		summary: "The same by how much they weigh, as a run counts them."
	},
	clashes: { type: "string[]", summary: "Names that stand at the target already." },
	clashCount: "number",
	lasting: {
		type: "object",
		props: { count: "number", names: "string[]", reason: "string" },
		optional: true,
		summary: "Would be made, and could not be taken away again: a rollback leaves them."
	}
});
export type StreamPlan = ValueOf<typeof streamPlan>;

export const begunStream = shape("BegunStream", {
	stream: "string",
	read: { type: "number", summary: "Known to the run." },
	fresh: { type: "number", summary: "Listed by the source, and not known to the run." },
	gone: { type: "number", summary: "Known to the run, and not listed by the source." }
});
export type BegunStream = ValueOf<typeof begunStream>;

export const begun = shape(
	"Begun",
	{
		plannedAt: { type: "string", nullable: true, summary: "ISO 8601, UTC." },
		phase,
		changed: {
			type: "string[]",
			summary: "Settings that were changed since, by their paths: the next command that writes takes them over."
		},
		streams: {
			type: "array",
			items: begunStream,
			summary: "What the source lists now against what the run knows; empty where the source could not be read."
		},
		next: { type: "string", summary: "What `run` would do now." }
	},
	"Where a migration stands that is planned once more."
);
export type Begun = ValueOf<typeof begun>;

export const lacking = shape(
	"Lacking",
	{
		kind: { type: "string", summary: "As the mapping calls it." },
		keys: { type: "string[]", summary: "Which of them, as the source calls them." }
	},
	"What is in use at the source and taken across by hand, and the target lacks."
);
export type Lacking = ValueOf<typeof lacking>;

export const plan = shape(
	"Plan",
	{
		name: "string",
		hash: "string",
		ok: "boolean",
		findings: { type: "array", items: finding },
		source: side,
		target: side,
		streams: { type: "array", items: streamPlan },
		artefacts: {
			type: "array",
			items: lacking,
			optional: true,
			summary: "What the target lacks that is taken across by hand; the source may give it, by `migration.artefacts`."
		},
		missingInbounds: {
			type: "string[]",
			optional: true,
			summary: "Of `artefacts`, the keys of the kind `inbounds`, as they were told when there was no other."
		},
		meanings: {
			type: "record",
			value: "string",
			optional: true,
			summary:
				"Where at a server each code of `streams` is explained: `/docs/losses#<code>`, docs/losses.md in the repository."
		},
		estimateSeconds: { type: "number", summary: "A rough guess for the copy, in seconds." },
		begun: {
			...begun,
			optional: true,
			summary: "Of one that was begun; then the findings are of now, the streams of when it was planned."
		}
	},
	"What the preflight found. Nothing has been written."
);
export type Plan = ValueOf<typeof plan>;
