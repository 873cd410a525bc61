/** importer: writes to the target. Stateless; what it may write was recorded before it is called (L1). */

import { action, contract } from "../contract";
import type { Json } from "../json";
import { type CheckReport, connection } from "./connection";
import { CONFLICT_POLICIES } from "./definition";
import type { Loss, Result, TargetRecord, UndoneRecord } from "./records";

/**
 * The lease of the run that asks: its fencing token, and how long it still held when the call was sent (L6). A call may
 * wait on its way, or in a node that is suspended: the importer takes off what its own clock says has passed since
 * `sentAt`, ms since 1970.
 */
const lease = { type: "object", props: { token: "string", remainingMs: "number", sentAt: "number" } } as const;

/** What was sent and may have taken effect, beside what is known to be ours. */
const sent = { type: "array", items: "object", optional: true } as const;

/** What a record can say where another one stood. */
export interface Onto {
	readonly id: string;
	readonly data: Json;
	readonly losses: readonly Loss[];
	/** Codes of losses that are none where somebody stands already. */
	readonly without?: readonly string[];
	/** Why whoever stands there is left as they are, whatever the policy. */
	readonly kept?: string;
}

/** A record that is not sent, and why. */
export interface Refused {
	readonly id: string;
	readonly reason: string;
}

/** A record that could not be taken away again, once it is there. */
export interface Lasting {
	readonly name: string;
	readonly reason: string;
}

export const importer = contract("migration", "importer", {
	required: true,
	actions: {
		check: action({
			summary: "What the target turns out to be: reachable, its version, our rights there.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection }
		}).returns<CheckReport>(),
		count: action({
			summary: "How many records a stream of the target has.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string" }
		}).returns<number>(),
		backup: action({
			summary:
				"Copies the target's database into a folder of the importer's node; answers the file, or null where it cannot.",
			internal: ["migration"],
			params: { connection, folder: "string" }
		}).returns<string | null>(),
		find: action({
			summary: "What stands at the target under these names now.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string", names: { type: "array", items: "string" } }
		}).returns<TargetRecord[]>(),
		write: action({
			summary:
				"Makes the target hold each record as given; an outcome for each that was settled while the lease held, in order: the others are to be asked for again, under the lease as it is then.",
			internal: ["migration"],
			idempotent: true,
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
			}
		}).returns<Result[]>(),
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
			}
		}).returns<Onto[]>(),
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
			}
		}).returns<Refused[]>(),
		lasting: action({
			summary: "Of these names, those whose record could not be taken away again, each with the reason.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string", names: { type: "array", items: "string" } }
		}).returns<Lasting[]>(),
		undo: action({
			summary: "Puts back what stood there before, where what is there is still ours (L2).",
			internal: ["migration"],
			idempotent: true,
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
			}
		}).returns<UndoneRecord[]>()
	},
	events: {}
});
