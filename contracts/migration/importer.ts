/** importer: writes to the target. Stateless; what it may write was recorded before it is called (L1). */

import { action, contract } from "../contract";
import { type CheckReport, connection } from "./connection";
import { CONFLICT_POLICIES } from "./definition";
import type { Result, TargetRecord, UndoneRecord } from "./records";

/** The lease of the run that asks: its fencing token, and how long it still holds (L6). */
const lease = { type: "object", props: { token: "string", remainingMs: "number" } } as const;

export const importer = contract("migration", "importer", {
	actions: {
		check: action({ connection }, { scope: "migration:read" }).returns<CheckReport>(),
		count: action({ connection, stream: "string" }, { scope: "migration:read" }).returns<number>(),
		/** Copies the target's database into a folder of the importer's node; answers the file, or null where it cannot. */
		backup: action({ connection, folder: "string" }, { scope: "migration:run" }).returns<string | null>(),
		/** What stands at the target under these names now. */
		find: action(
			{ connection, stream: "string", names: { type: "array", items: "string" } },
			{ scope: "migration:run" }
		).returns<TargetRecord[]>(),
		/** Makes the target hold each record as given; an outcome for each, in order. Safe to repeat. */
		write: action(
			{
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
							/** The fingerprint of our last write: what stands there may be changed if it is that. */
							ours: "string|optional",
							secrets: { type: "record", value: "string", optional: true }
						}
					}
				}
			},
			{ scope: "migration:run" }
		).returns<Result[]>(),
		/** Puts back what stood there before, where what is there is still ours (L2). Safe to repeat. */
		undo: action(
			{
				connection,
				stream: "string",
				lease,
				records: {
					type: "array",
					items: {
						type: "object",
						props: { id: "string", name: "string", before: { type: "object", nullable: true }, ours: "string" }
					}
				}
			},
			{ scope: "migration:run" }
		).returns<UndoneRecord[]>()
	},
	events: {}
});
