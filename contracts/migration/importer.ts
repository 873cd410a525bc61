/** importer: writes to the target. Stateless; what it may write was recorded before it is called (L1). */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { checkReport, connection } from "./connection";
import { CONFLICT_POLICIES } from "./definition";
import { loss, result, targetRecord, undoneRecord } from "./records";

/**
 * The lease of the run that asks: its fencing token, and how long it still held when the call was sent (L6). A call may
 * wait on its way, or in a node that is suspended: the importer takes off what its own clock says has passed since
 * `sentAt`, ms since 1970.
 */
const lease = { type: "object", props: { token: "string", remainingMs: "number", sentAt: "number" } } as const;

/** What was sent and may have taken effect, beside what is known to be ours. */
const sent = { type: "array", items: "object", optional: true } as const;

export const onto = shape(
	"Onto",
	{
		id: "string",
		data: "object",
		losses: { type: "array", items: loss },
		without: {
			type: "string[]",
			optional: true,
			summary: "Codes of losses that are none where somebody stands already."
		},
		kept: {
			type: "string",
			optional: true,
			summary: "Why whoever stands there is left as they are, whatever the policy."
		}
	},
	"What a record can say where another one stood."
);
export type Onto = ValueOf<typeof onto>;

export const refused = shape("Refused", { id: "string", reason: "string" }, "A record that is not sent, and why.");
export type Refused = ValueOf<typeof refused>;

export const lasting = shape(
	"Lasting",
	{ name: "string", reason: "string" },
	"A record that could not be taken away again, once it is there."
);
export type Lasting = ValueOf<typeof lasting>;

/** What is true while records are written, and for as long behind it. */
const NOW_SECONDS = 120;

export const importer = contract("migration", "importer", {
	required: true,
	metrics: {
		settled: {
			type: "counter",
			name: "banyan.records.settled",
			labels: ["stream", "outcome"],
			summary: "Records whose write was settled here, by stream and outcome."
		},
		concurrency: {
			type: "gauge",
			name: "banyan.target.concurrency",
			labels: ["stream"],
			expires: NOW_SECONDS,
			summary: "Writes at the target at once, at most, as it was found by measuring."
		},
		throttle: {
			type: "gauge",
			name: "banyan.target.throttle",
			labels: ["stream", "reason"],
			expires: NOW_SECONDS,
			summary: "1 for the reason why no more writes run at once."
		}
	},
	actions: {
		check: action({
			summary: "What the target turns out to be: reachable, its version, our rights there.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection },
			result: checkReport
		}),
		count: action({
			summary: "How many records a stream of the target has.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string" },
			result: "number"
		}),
		backup: action({
			summary:
				"Copies the target's database into a folder of the importer's node; answers the file, or null where it cannot.",
			internal: ["migration"],
			params: { connection, folder: "string" },
			result: "string|nullable"
		}),
		find: action({
			summary: "What stands at the target under these names now.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string", names: { type: "array", items: "string" } },
			result: { type: "array", items: targetRecord }
		}),
		write: action({
			summary:
				"Makes the target hold each record as given; an outcome for each that was settled while the lease held, in order: the others are to be asked for again, under the lease as it is then.",
			internal: ["migration"],
			idempotent: true,
			leased: true,
			params: {
				connection,
				stream: "string",
				conflict: { type: "enum", values: CONFLICT_POLICIES },
				lease,
				records: {
					type: "array",
					items: {
						type: "object",
						props: {
							id: "string",
							name: "string",
							data: "object",
							before: { type: "object", nullable: true },
							kept: "string|optional",
							/** The fingerprint of our last write: what stands there may be changed if it is that. */
							ours: "string|optional",
							sent,
							secrets: { type: "record", value: "string", optional: true }
						}
					}
				}
			},
			result: { type: "array", items: result }
		}),
		onto: action({
			summary: "What records come to where others stood before: what the target cannot take away stays, and is a loss.",
			internal: ["migration"],
			reads: true,
			params: {
				connection,
				stream: "string",
				conflict: { type: "enum", values: CONFLICT_POLICIES },
				records: {
					type: "array",
					items: { type: "object", props: { id: "string", data: "object", before: "object" } }
				}
			},
			result: { type: "array", items: onto }
		}),
		refusals: action({
			summary: "Which of these records the target would not take, as far as that can be told without asking it.",
			internal: ["migration"],
			reads: true,
			params: {
				connection,
				stream: "string",
				records: {
					type: "array",
					items: { type: "object", props: { id: "string", name: "string", data: "object" } }
				}
			},
			result: { type: "array", items: refused }
		}),
		lasting: action({
			summary: "Of these names, those whose record could not be taken away again, each with the reason.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string", names: { type: "array", items: "string" } },
			result: { type: "array", items: lasting }
		}),
		undo: action({
			summary: "Puts back what stood there before, where what is there is still ours (L2).",
			internal: ["migration"],
			idempotent: true,
			leased: true,
			params: {
				connection,
				stream: "string",
				lease,
				records: {
					type: "array",
					items: {
						type: "object",
						props: {
							id: "string",
							name: "string",
							before: { type: "object", nullable: true },
							ours: "string|optional",
							sent
						}
					}
				}
			},
			result: { type: "array", items: undoneRecord }
		})
	},
	events: {}
});
