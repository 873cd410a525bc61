/** migration: one run of a definition, from plan to certificate. */

import { action, contract } from "../contract";
import type { CheckReport, Finding } from "./connection";
import type { FoundInbounds } from "./extractor";
import type { Difference, OptionValue, Outcome, ReportLine, Severity } from "./records";

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

export interface StreamPlan {
	readonly stream: string;
	/** Records at the source. */
	readonly source: number;
	/** Records at the target already. */
	readonly target: number;
	/** Would stand there as ours: made, changed, or as they should be already. */
	readonly move: number;
	/** What would become of each; they add up to those read. */
	readonly outcomes: Readonly<Record<Outcome, number>>;
	/** Would be left, by category. */
	readonly quarantine: Readonly<Record<string, number>>;
	/** Of those that would be written, by code of the loss. */
	readonly losses: Readonly<Record<string, number>>;
	/** The same by how much they weigh, as a run counts them. */
	readonly severities?: Readonly<Record<string, Readonly<Partial<Record<Severity, number>>>>>;
	/** Names that stand at the target already. */
	readonly clashes: readonly string[];
	readonly clashCount: number;
	/** Would be made, and could not be taken away again: a rollback leaves them. */
	readonly lasting?: { readonly count: number; readonly names: readonly string[]; readonly reason: string };
}

/** What the check of an end found it to be. */
export interface Side {
	readonly system: string | null;
	/** Its release, as far as it tells. */
	readonly version: string | null;
	/** Who we are there. */
	readonly account: string | null;
	/** Without user, password and query; null where it is not known. */
	readonly address?: string | null;
}

/** What the preflight found. Nothing has been written. */
export interface Plan {
	readonly name: string;
	readonly hash: string;
	readonly ok: boolean;
	readonly findings: readonly Finding[];
	readonly source: Side;
	readonly target: Side;
	readonly streams: readonly StreamPlan[];
	/** Tags of inbounds in use that the target has not; their definitions may be readable, by `migration.inbounds`. */
	readonly missingInbounds?: readonly string[];
	/** Where at a server each code of `streams` is explained: `/docs/losses#<code>`, docs/losses.md in the repository. */
	readonly meanings?: Readonly<Record<string, string>>;
	/** A rough guess for the copy, in seconds. */
	readonly estimateSeconds: number;
	/** Of one that was begun; then the findings are of now, the streams of when it was planned. */
	readonly begun?: Begun;
}

/** Where a migration stands that is planned once more. */
export interface Begun {
	/** ISO 8601, UTC. */
	readonly plannedAt: string | null;
	readonly phase: Phase;
	/** Settings that were changed since, by their paths: the next command that writes takes them over. */
	readonly changed: readonly string[];
	/** What the source lists now against what the run knows; empty where the source could not be read. */
	readonly streams: readonly BegunStream[];
	/** What `run` would do now. */
	readonly next: string;
}
export interface BegunStream {
	readonly stream: string;
	/** Known to the run. */
	readonly read: number;
	/** Listed by the source, and not known to the run. */
	readonly fresh: number;
	/** Known to the run, and not listed by the source. */
	readonly gone: number;
}

/** How many records, and a sentence about all of them: never one person's. */
export interface Counted {
	readonly count: number;
	readonly reason: string;
	/** Where at a server the code is explained: `/docs/losses#<code>`, docs/losses.md in the repository. */
	readonly meaning: string;
}

/** How many records lost one thing. */
export interface LossCount extends Counted {
	/** The worst of those below. */
	readonly severity: Severity;
	/** One code may weigh differently for different records. */
	readonly severities: Readonly<Partial<Record<Severity, number>>>;
}

export interface StreamStatus {
	readonly stream: string;
	/** Records at the source when last asked. */
	readonly total: number;
	/** Records read; the outcomes add up to it. */
	readonly read: number;
	readonly outcomes: Readonly<Record<Outcome, number>>;
	/** By category. */
	readonly quarantine: Readonly<Record<string, Counted>>;
	/** By code of the loss. */
	readonly losses: Readonly<Record<string, LossCount>>;
	readonly copied: boolean;
	/** Records compared so far, and how many of them are not as they should be. */
	readonly compared: number;
	readonly differences: number;
	/** Records that only the target has: not differences. */
	readonly extra: number | null;
	/** Two complete listings of the source named the same ids (L4). */
	readonly complete: boolean | null;
	/** Which listing after the copy this is. */
	readonly pass: number;
	/** By a rollback: put back, and left because others changed it since. */
	readonly restored: number;
	readonly changedSince: number;
	/** What went from the source after it was moved, and is still at the target. */
	readonly removals: {
		/** More at once than may be taken away without a word: `repair` with `removals` confirms it. */
		readonly waiting: number;
		/** Cannot be taken away; the comparison's lines say why. */
		readonly left: number;
		/** How many may be at once. */
		readonly allowed: number;
	};
}

export interface Status {
	readonly name: string;
	readonly hash: string;
	/** Both ends as the plan found them. */
	readonly source: Side;
	readonly target: Side;
	readonly phase: Phase;
	/** A controller on some node is at work on it. */
	readonly running: boolean;
	/** Does not go on by itself when a node starts. */
	readonly paused: boolean;
	readonly startedAt: string | null;
	/** When it was finished for the first time: the run's own end. Comparisons come after it. */
	readonly completedAt?: string | null;
	/** When it was finished last, by the run, a comparison or a rollback. */
	readonly finishedAt: string | null;
	/** What is not safe about the ways to the panels, a sentence each. */
	readonly cautions: readonly string[];
	readonly streams: readonly StreamStatus[];
	/** What stopped it last, in one sentence; it can be started again. */
	readonly failure: { readonly code: string; readonly message: string } | null;
	/** What it waits for, for example a panel that is away; null while it is at work. */
	readonly waiting: string | null;
	/** Where the target's database was copied to before the first write, on the importer's node. */
	readonly backup: string | null;
	/** Codes of losses that need nobody's hand, by the definition or the operator's word. */
	readonly accepted?: readonly string[];
	/** Set when finished. */
	readonly verdict: Verdict | null;
}

/** What of a finished run needs a human's hand. */
export interface NeedHand {
	/** Records, each once, whatever is the matter with it. */
	readonly records: number;
	/** Not moved. */
	readonly quarantined: number;
	/** Somebody else's record stands in their place. */
	readonly skipped: number;
	/** Not at the target as they should be. */
	readonly differences: number;
	/** Of these differences, gone from the source and waiting for a word: `repair` with `removals`. */
	readonly removals: number;
	/** Moved, with a loss that somebody must act on and that was not accepted. */
	readonly losses: number;
}

/** `clean`: all moved and equal, and no record needs a human. `attention`: finished, but records need a human. */
export interface Verdict {
	readonly result: "clean" | "attention";
	readonly accountedFor: number;
	readonly total: number;
	readonly differences: number;
	readonly losses: number;
	/** The same, by severity. */
	readonly severities: Readonly<Record<Severity, number>>;
	readonly needHand: NeedHand;
	/** By code, losses that the definition or the operator accepted: they need nobody's hand. */
	readonly accepted: Readonly<Record<string, number>>;
	/** The digest over the per-key digests of a clean comparison (L4); null when it is not clean. */
	readonly certificate: string | null;
	/** Why there is no certificate, in a sentence; null where there is one. */
	readonly unproven: string | null;
}

/** A run of lines, and where to go on; `next` is null at the end. */
export interface Lines<L> {
	readonly lines: readonly L[];
	readonly next: string | null;
}
export interface DifferenceLine extends Difference {
	readonly stream: string;
}

const name = "string|min:1|max:100";
/** Why, for the record of the run. */
const reason = { type: "string", max: 1000, default: "" } as const;
/** Where to read on, as an answer gave it. */
const after = { type: "string", max: 2048, nullable: true, optional: true } as const;
const page = { name, stream: "string|min:1|max:100", after } as const;
/** As a plan answers it: SHA-256, hex. */
const hash = { type: "string", pattern: "^[0-9a-f]{64}$", optional: true } as const;

/** Where an old link leads now. */
export interface LinkLine {
	readonly username: string;
	/** Its path at the source, without a format. */
	readonly path: string;
	/** The address at the target. */
	readonly target: string;
}

/** The options of a connection that say how its panel is reached, `${NAME}` not filled in. */
export type WayOptions = Readonly<Record<string, OptionValue>>;

/** The addresses of both systems, in one spelling; null where this node cannot fill in a `${NAME}` of one. */
export interface Ends {
	readonly name: string;
	readonly phase: Phase;
	/** ISO 8601, UTC; null before it began. */
	readonly startedAt: string | null;
	/** Its preflight refused nothing. */
	readonly ok: boolean;
	readonly mapping: string;
	readonly source: string | null;
	readonly target: string | null;
	readonly ways: { readonly source: WayOptions; readonly target: WayOptions };
}

/** One thing that happened to a migration. */
export interface LogLine {
	/** Opaque; where to go on reading. */
	readonly id: string;
	/** ISO 8601, UTC. */
	readonly at: string;
	/** The event's type: `planned`, `taken`, `copied`, `compared` … */
	readonly event: string;
	/** The same in words. */
	readonly says: string;
}

const READ = "migration:read";
const PLAN = "migration:plan";
const RUN = "migration:run";

export const migration = contract("migration", "migration", {
	required: true,
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
				/** False: of one that was begun, what was planned is answered without a look at either side. */
				look: { type: "boolean", default: true }
			}
		}).returns<Plan>(),
		/** The definitions of inbounds of the definition's source. They may hold private keys. */
		inbounds: action({
			summary: "The inbounds of these tags as the source's nodes define them. They may hold private keys.",
			permission: RUN,
			rest: "POST /migrations/inbounds",
			reads: true,
			endsWithCaller: true,
			long: true,
			secret: true,
			params: { document: "string", tags: { type: "array", items: "string|min:1|max:1024", max: 2000 } }
		}).returns<FoundInbounds>(),
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
				/** Of the definition that was reviewed: another one does not start. */
				hash,
				only: { type: "array", items: "string|min:1|max:512", min: 1, max: 1000, optional: true },
				limit: { type: "number", integer: true, min: 1, optional: true },
				/** The operator has taken a backup of the target's database, where it cannot be copied from here. */
				backupTaken: { type: "boolean", default: false },
				/** Codes of losses that need nobody's hand from now on. */
				accept: { type: "array", items: "string|min:1|max:100", min: 1, max: 500, optional: true }
			}
		}).returns<Status>(),
		pause: action({
			summary: "Stops after the batch at hand, and does not go on until it is started.",
			permission: RUN,
			rest: "POST /migrations/:name/pause",
			params: { name, reason }
		}).returns<Status>(),
		cancel: action({
			summary: "Stops for good; what was moved stays, and can be rolled back.",
			permission: RUN,
			rest: "POST /migrations/:name/cancel",
			params: { name, reason }
		}).returns<Status>(),
		rollback: action({
			summary: "Puts the target back as it was, record by record, where what is there is still ours.",
			permission: RUN,
			rest: "POST /migrations/:name/rollback",
			aliases: ["POST /api/v1/import/rollback", "POST /import/rollback"],
			status: 202,
			location: "/migrations/:name",
			params: { name, reason }
		}).returns<Status>(),
		compare: action({
			summary:
				"Compares once more: what is new or changed at the source is written, what others changed at the target is left and listed.",
			permission: RUN,
			rest: "POST /migrations/:name/compare",
			status: 202,
			location: "/migrations/:name",
			params: { name, reason }
		}).returns<Status>(),
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
				/** How many deletions at the source, of all streams, are confirmed; refused where more are known to wait. */
				removals: { type: "number", integer: true, min: 0, optional: true }
			}
		}).returns<Status>(),
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
			params: { document: "string" }
		}).returns<Status>(),
		halt: action({
			summary: "Stops after the batch at hand; `start` goes on.",
			permission: RUN,
			rest: "POST /migrations/:name/halt",
			params: { name }
		}).returns<Status>(),
		status: action({
			summary: "Where a migration stands.",
			permission: READ,
			rest: "GET /migrations/:name",
			aliases: ["GET /migration/:name/status", "GET /api/v1/import/status/:name", "GET /import/status/:name"],
			params: { name }
		}).returns<Status>(),
		list: action({
			summary: "Where all migrations stand.",
			permission: READ,
			rest: "GET /migrations",
			params: {}
		}).returns<Status[]>(),
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
			}
		}).returns<Lines<LogLine>>(),
		report: action({
			summary:
				"The records of a stream and what became of them, in order; with `Accept: application/x-ndjson` all of them, streamed.",
			permission: READ,
			rest: "GET /migrations/:name/report",
			answers: ["json", "ndjson"],
			params: page
		}).returns<Lines<ReportLine>>(),
		diff: action({
			summary:
				"The records that differ after the last comparison, or that a rollback left; with `Accept: application/x-ndjson` all of them, streamed.",
			permission: READ,
			rest: "GET /migrations/:name/diff",
			answers: ["json", "ndjson"],
			params: page
		}).returns<Lines<DifferenceLine>>(),
		/** Reads the keys at the source, for only their digests are kept. */
		links: action({
			summary: "Old subscription paths with their new addresses, for a proxy of one's own; read from the live source.",
			permission: RUN,
			rest: "GET /migrations/:name/links",
			long: true,
			secret: true,
			answers: ["json", "ndjson"],
			params: { name, after }
		}).returns<Lines<LinkLine>>(),
		ends: action({
			summary: "The addresses of both systems of every migration: where old links lead.",
			internal: ["gateway"],
			reads: true,
			params: {}
		}).returns<Ends[]>(),
		testSource: action({
			summary: "What the source of a planned migration turns out to be: reachable, its version, our rights there.",
			permission: PLAN,
			rest: "GET /extract/test-connection",
			aliases: ["GET /extract/test-connection"],
			endsWithCaller: true,
			params: { name }
		}).returns<CheckReport>(),
		testTarget: action({
			summary: "What the target of a planned migration turns out to be: reachable, its version, our rights there.",
			permission: PLAN,
			rest: "POST /import/test-connection",
			aliases: ["POST /import/test-connection"],
			reads: true,
			endsWithCaller: true,
			params: { name }
		}).returns<CheckReport>()
	},
	events: {
		/** Something was recorded of it: there is more to read. */
		progressed: { name: "string" },
		/** A migration came to its end or stopped on an error. */
		ended: { name: "string", phase: { type: "enum", values: PHASES }, failure: { type: "string", nullable: true } }
	}
});
