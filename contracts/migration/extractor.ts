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
	actions: {
		check: action({ connection }, { scope: "migration:read", endsWithCaller: true }).returns<CheckReport>(),
		count: action(
			{ connection, stream: "string" },
			{ scope: "migration:read", endsWithCaller: true }
		).returns<number>(),
		page: action(
			{
				connection,
				stream: "string",
				cursor: { type: "string", nullable: true },
				limit: { type: "number", integer: true, min: 1, max: 1000 }
			},
			{
				scope: "migration:run",
				endsWithCaller: true,
				rest: "POST /extract",
				reads: true,
				aliases: ["POST /extract"],
				says: "One page of a stream of a source, as it stands there; `cursor` null begins."
			}
		).returns<ExtractedPage>(),
		/** By name, what goes with a record and no store may hold, for example an admin's hash; who has none is left out. */
		secrets: action(
			{ connection, stream: "string", names: { type: "array", items: "string" } },
			{ scope: "migration:run", endsWithCaller: true }
		).returns<Record<string, Record<string, string>>>(),
		/** How the source's nodes define the inbounds of these tags. */
		inbounds: action(
			{ connection, tags: { type: "array", items: "string|min:1" } },
			{ scope: "migration:run", endsWithCaller: true }
		).returns<FoundInbounds>(),
		/** What the source says of one record, by the name it shows. */
		find: action(
			{ connection, stream: "string", name: "string" },
			{ scope: "migration:read", endsWithCaller: true }
		).returns<Json | null>()
	},
	events: {}
});
