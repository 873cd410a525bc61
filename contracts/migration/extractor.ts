/** extractor: reads the source. Stateless: any node can take the next page. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { checkReport, connection } from "./connection";
import { sourceRecord } from "./records";

export const extractedPage = shape(
	"ExtractedPage",
	{
		records: { type: "array", items: sourceRecord },
		next: { type: "string", nullable: true, summary: "Where to go on; null after the last page." },
		total: { type: "number", summary: "How many records the source says it has." }
	},
	"One page of a stream of the source."
);
export type ExtractedPage = ValueOf<typeof extractedPage>;

export const foundArtefacts = shape(
	"FoundArtefacts",
	{
		items: "object[]",
		notes: {
			type: "string[]",
			summary: "What is not as one would expect, and why some could not be read: clauses, without any secret."
		}
	},
	"What an operator takes across by hand, as the source has it. It may hold secrets: for one file alone."
);
export type FoundArtefacts = ValueOf<typeof foundArtefacts>;

const reseller = { id: "7", name: "reseller-7", data: { username: "reseller-7", is_sudo: false, service_ids: [1] } };

export const extractor = contract("migration", "extractor", {
	chapter: "Stages",
	required: true,
	actions: {
		check: action({
			summary: "What the source turns out to be: reachable, its version, our rights there.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection },
			result: checkReport
		}),
		count: action({
			summary: "How many records a stream of the source has.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			params: { connection, stream: "string" },
			result: "number"
		}),
		page: action({
			summary: "One page of a stream of a source, as it stands there; `cursor` null begins.",
			permission: "migration:run",
			callers: ["migration"],
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
			},
			result: extractedPage,
			example: {
				params: {
					connection: {
						connector: "marzneshin",
						url: "https://old.example.org",
						username: "banyan",
						password: `\${BANYAN_SECRET_MARZNESHIN_PASSWORD}`
					},
					stream: "admins",
					cursor: null,
					limit: 100
				},
				result: { records: [reseller], next: null, total: 1 }
			}
		}),
		secrets: action({
			summary:
				"By name, what goes with a record and no store may hold, for example an admin's hash; who has none is left out.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: { connection, stream: "string", names: { type: "array", items: "string" } },
			result: { type: "record", value: { type: "record", value: "string" } }
		}),
		artefacts: action({
			summary: "What the source has under these keys of what is taken across by hand.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: { connection, kind: "string", keys: { type: "array", items: "string|min:1" } },
			result: foundArtefacts
		}),
		find: action({
			summary: "What the source says of one record, by the name it shows.",
			internal: ["migration"],
			reads: true,
			endsWithCaller: true,
			secret: true,
			params: { connection, stream: "string", name: "string" },
			result: "object|nullable"
		})
	},
	events: {}
});
