/** extractor: reads the source. Stateless: any node can take the next page. */

import { action, contract } from "../contract";
import type { Json } from "../json";
import { type CheckReport, connection } from "./connection";
import type { SourceRecord } from "./records";

/** One page of a stream of the source. */
export interface ExtractedPage {
	readonly records: readonly SourceRecord[];
	/** Where to go on; null after the last page. */
	readonly next: string | null;
	/** How many records the source says it has. */
	readonly total: number;
}

/** Inbounds that the target lacks, as the source's nodes define them. They may hold private keys: for one file alone. */
export interface FoundInbounds {
	readonly inbounds: readonly Json[];
	/** What is not as one would expect, and why some could not be read: clauses, without any secret. */
	readonly notes: readonly string[];
}

export const extractor = contract("migration", "extractor", {
	required: true,
	actions: {
		check: action({
			summary: "What the source turns out to be: reachable, its version, our rights there.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection }
		}).returns<CheckReport>(),
		count: action({
			summary: "How many records a stream of the source has.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string" }
		}).returns<number>(),
		page: action({
			summary: "One page of a stream of a source, as it stands there; `cursor` null begins.",
			permission: "migration:run",
			rest: "POST /extract",
			aliases: ["POST /extract"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: {
				connection,
				stream: "string",
				cursor: { type: "string", nullable: true },
				limit: { type: "number", integer: true, min: 1, max: 1000 }
			}
		}).returns<ExtractedPage>(),
		secrets: action({
			summary:
				"By name, what goes with a record and no store may hold, for example an admin's hash; who has none is left out.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: { connection, stream: "string", names: { type: "array", items: "string" } }
		}).returns<Record<string, Record<string, string>>>(),
		inbounds: action({
			summary: "How the source's nodes define the inbounds of these tags.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: { connection, tags: { type: "array", items: "string|min:1" } }
		}).returns<FoundInbounds>(),
		find: action({
			summary: "What the source says of one record, by the name it shows.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: { connection, stream: "string", name: "string" }
		}).returns<Json | null>()
	},
	events: {}
});
