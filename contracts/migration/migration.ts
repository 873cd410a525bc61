/** migration: one run of a definition, from plan to certificate. */

import { action, contract } from "../contract";
import { shape, type ValueOf } from "../schema";
import { checkReport, connection } from "./connection";
import { errors } from "./errors";
import { examples } from "./examples";
import { foundArtefacts } from "./extractor";
import { differenceLine, linesOf, linkLine, logLine } from "./lines";
import { plan } from "./plan";
import { reportLine } from "./records";
import { settings } from "./settings";
import { PHASES, phase, status } from "./status";

export type { DifferenceLine, Lines, LinkLine, LogLine } from "./lines";
export type { Begun, BegunStream, Plan, StreamPlan } from "./plan";
export {
	type Counted,
	type LossCount,
	PHASES,
	type Phase,
	type Side,
	type Status,
	type StreamStatus,
	type Verdict
} from "./status";

const name = "string|min:1|max:100";
const reason = { type: "string", max: 1000, default: "", summary: "Why, for the record of the run." } as const;
const after = {
	type: "string",
	max: 2048,
	nullable: true,
	optional: true,
	summary: "Where to read on, as an answer gave it."
} as const;
const page = { name, stream: "string|min:1|max:100", after } as const;
const hash = {
	type: "string",
	pattern: "^[0-9a-f]{64}$",
	optional: true,
	summary: "Of the definition that was reviewed, as its plan answers it (SHA-256, hex): another one does not start."
} as const;

/** The options of a connection that say how its system is reached, `${NAME}` not filled in. */
export type WayOptions = ValueOf<typeof connection>;

export const ends = shape(
	"Ends",
	{
		name: "string",
		phase,
		startedAt: { type: "string", nullable: true, summary: "ISO 8601, UTC; null before it began." },
		ok: { type: "boolean", summary: "Its preflight refused nothing." },
		mapping: "string",
		source: "string|nullable",
		target: "string|nullable",
		ways: { type: "object", props: { source: connection, target: connection } }
	},
	"The addresses of both systems, in one spelling; null where this node cannot fill in a variable that one names."
);
export type Ends = ValueOf<typeof ends>;

const READ = "migration:read";
const PLAN = "migration:plan";
const RUN = "migration:run";

const artefactKeys = { type: "array", items: "string|min:1|max:1024", max: 2000 } as const;
const foundInbounds = shape("FoundInbounds", { inbounds: "object[]", notes: foundArtefacts.props.notes });

export const migration = contract("migration", "migration", {
	required: true,
	scopes: {
		"migration:read": "look at migrations, their reports and differences",
		"migration:plan": "look at both sides of a definition, and rehearse it",
		"migration:run": "begin, stop and put back migrations; read what carries secrets of customers"
	},
	errors,
	settings,
	actions: {
		/** `document` is YAML or JSON. */
		plan: action({
			summary:
				"Looks at both sides and says what a run would do; writes nothing to either. Of one that was begun it says where it stands.",
			permission: PLAN,
			rest: "POST /migrations/plan",
			endsWithCaller: true,
			body: "document",
			long: true,
			params: {
				document: "string",
				look: {
					type: "boolean",
					default: true,
					summary: "False: of one that was begun, what was planned is answered without a look at either side."
				}
			},
			result: plan,
			example: examples.plan
		}),
		artefacts: action({
			summary:
				"What an operator takes across by hand, as the source of the definition has it: of a kind and under keys that a plan named. It may hold secrets.",
			permission: RUN,
			rest: "POST /migrations/artefacts",
			reads: true,
			endsWithCaller: true,
			long: true,
			secret: true,
			params: { document: "string", kind: "string|min:1|max:100", keys: artefactKeys },
			result: foundArtefacts,
			example: examples.artefacts
		}),
		/** As `artefacts` was called when there was one kind. */
		inbounds: action({
			summary: "The same for inbounds, by their tags, as the source's nodes define them. They may hold private keys.",
			permission: RUN,
			rest: "POST /migrations/inbounds",
			reads: true,
			endsWithCaller: true,
			long: true,
			secret: true,
			params: { document: "string", tags: artefactKeys },
			result: foundInbounds,
			example: examples.inbounds
		}),
		start: action({
			summary:
				"Begins, or goes on with, what was planned under that name; answers at once. With `only` or `limit` it moves just these of the last stream, looks at them at the target, and rests. `accept` names codes of losses that need nobody's hand. With `hash`, as the plan answered it, nothing starts but what was reviewed; what a key planned that may only plan starts with it alone.",
			permission: RUN,
			rest: "POST /migrations/:name/start",
			aliases: ["POST /api/v1/migrations/:name/resume", "POST /migration/start", "POST /api/v1/import", "POST /import"],
			status: 202,
			location: "/migrations/:name",
			params: {
				name,
				hash,
				only: { type: "array", items: "string|min:1|max:512", min: 1, max: 1000, optional: true },
				limit: { type: "number", integer: true, min: 1, optional: true },
				backupTaken: {
					type: "boolean",
					default: false,
					summary: "The operator has taken a backup of the target's database, where it cannot be copied from here."
				},
				accept: {
					type: "array",
					items: "string|min:1|max:100",
					min: 1,
					max: 500,
					optional: true,
					summary: "Codes of losses that need nobody's hand from now on."
				}
			},
			result: status,
			example: examples.start
		}),
		pause: action({
			summary: "Stops after the batch at hand, and does not go on until it is started.",
			permission: RUN,
			rest: "POST /migrations/:name/pause",
			params: { name, reason },
			result: status,
			example: examples.pause
		}),
		cancel: action({
			summary: "Stops for good; what was moved stays, and can be rolled back.",
			permission: RUN,
			rest: "POST /migrations/:name/cancel",
			params: { name, reason },
			result: status,
			example: examples.cancel
		}),
		rollback: action({
			summary: "Puts the target back as it was, record by record, where what is there is still ours.",
			permission: RUN,
			rest: "POST /migrations/:name/rollback",
			aliases: ["POST /api/v1/import/rollback", "POST /import/rollback"],
			status: 202,
			location: "/migrations/:name",
			params: { name, reason },
			result: status,
			example: examples.rollback
		}),
		compare: action({
			summary:
				"Compares once more: what is new or changed at the source is written, what others changed at the target is left and listed.",
			permission: RUN,
			rest: "POST /migrations/:name/compare",
			status: 202,
			location: "/migrations/:name",
			params: { name, reason },
			result: status,
			example: examples.compare
		}),
		repair: action({
			summary:
				"Compares once more and writes what differs, also where others changed it at the target. `removals` confirms so many deletions at the source.",
			permission: RUN,
			rest: "POST /migrations/:name/repair",
			status: 202,
			location: "/migrations/:name",
			params: {
				name,
				reason,
				removals: {
					type: "number",
					integer: true,
					min: 0,
					optional: true,
					summary:
						"How many deletions at the source, of all streams, are confirmed; refused where more are known to wait."
				}
			},
			result: status,
			example: examples.repair
		}),
		dryRun: action({
			summary:
				"Goes through all of it but changes nothing; its status and report are under the name it answers at once.",
			permission: PLAN,
			rest: "POST /migrations/dry-run",
			status: 202,
			endsWithCaller: true,
			location: "/migrations/:name",
			body: "document",
			long: true,
			params: { document: "string" },
			result: status,
			example: examples.dryRun
		}),
		halt: action({
			summary: "Stops after the batch at hand; `start` goes on.",
			permission: RUN,
			rest: "POST /migrations/:name/halt",
			params: { name },
			result: status,
			example: examples.halt
		}),
		status: action({
			summary: "Where a migration stands.",
			permission: READ,
			rest: "GET /migrations/:name",
			aliases: ["GET /migration/:name/status", "GET /api/v1/import/status/:name", "GET /import/status/:name"],
			params: { name },
			result: status,
			example: examples.status
		}),
		list: action({
			summary: "Where all migrations stand.",
			permission: READ,
			rest: "GET /migrations",
			params: {},
			result: { type: "array", items: status },
			example: examples.list
		}),
		/** `after` is the id of a line. */
		log: action({
			summary: "What happened to a migration, in order; with `Accept: text/event-stream` it goes on live.",
			permission: READ,
			rest: "GET /migrations/:name/logs",
			aliases: ["GET /migration/:name/logs"],
			answers: ["json", "sse"],
			live: { wakes: "progressed", by: "name", line: "log", state: "status" },
			params: {
				name,
				after,
				limit: { type: "number", integer: true, min: 1, max: 1000, default: 200, convert: true }
			},
			result: linesOf(logLine),
			example: examples.log
		}),
		report: action({
			summary:
				"The records of a stream and what became of them, in order; with `Accept: application/x-ndjson` all of them, streamed.",
			permission: READ,
			rest: "GET /migrations/:name/report",
			answers: ["json", "ndjson"],
			params: page,
			result: linesOf(reportLine),
			example: examples.report
		}),
		diff: action({
			summary:
				"The records that differ after the last comparison, or that a rollback left; with `Accept: application/x-ndjson` all of them, streamed.",
			permission: READ,
			rest: "GET /migrations/:name/diff",
			answers: ["json", "ndjson"],
			params: page,
			result: linesOf(differenceLine),
			example: examples.diff
		}),
		/** Reads the keys at the source, for only their digests are kept. */
		links: action({
			summary: "Old paths with their new addresses, for a proxy of one's own; read from the live source.",
			permission: RUN,
			rest: "GET /migrations/:name/links",
			long: true,
			secret: true,
			answers: ["json", "ndjson"],
			params: { name, after },
			result: linesOf(linkLine),
			example: examples.links
		}),
		ends: action({
			summary: "The addresses of both systems of every migration: where old links lead.",
			internal: ["subscriptions"],
			reads: true,
			params: {},
			result: { type: "array", items: ends }
		}),
		testSource: action({
			summary: "What the source of a planned migration turns out to be: reachable, its version, our rights there.",
			permission: PLAN,
			rest: "GET /extract/test-connection",
			aliases: ["GET /extract/test-connection"],
			endsWithCaller: true,
			params: { name },
			result: checkReport,
			example: examples.testSource
		}),
		testTarget: action({
			summary: "What the target of a planned migration turns out to be: reachable, its version, our rights there.",
			permission: PLAN,
			rest: "POST /import/test-connection",
			aliases: ["POST /import/test-connection"],
			reads: true,
			endsWithCaller: true,
			params: { name },
			result: checkReport,
			example: examples.testTarget
		})
	},
	events: {
		/** Something was recorded of it: there is more to read. */
		progressed: { name: "string" },
		/** A migration came to its end or stopped on an error. */
		ended: { name: "string", phase: { type: "enum", values: PHASES }, failure: { type: "string", nullable: true } }
	}
});
