/** migration: one run of a definition, from plan to certificate. */

import { action, contract } from "../contract";
import type { Finding } from "./connection";
import type { FoundInbounds } from "./extractor";
import type { Difference, Outcome, ReportLine, Severity } from "./records";

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
	/** Would be written. */
	readonly move: number;
	/** Would be left, by category. */
	readonly quarantine: Readonly<Record<string, number>>;
	/** Of those that would be written, by code of the loss. */
	readonly losses: Readonly<Record<string, number>>;
	/** Names that stand at the target already. */
	readonly clashes: readonly string[];
	readonly clashCount: number;
}

/** What the preflight found. Nothing has been written. */
export interface Plan {
	readonly name: string;
	readonly hash: string;
	readonly ok: boolean;
	readonly findings: readonly Finding[];
	readonly source: { readonly system: string | null; readonly version: string | null; readonly account: string | null };
	readonly target: { readonly system: string | null; readonly version: string | null; readonly account: string | null };
	readonly streams: readonly StreamPlan[];
	/** Tags of inbounds in use that the target has not; their definitions may be readable, by `migration.inbounds`. */
	readonly missingInbounds?: readonly string[];
	/** A rough guess for the copy, in seconds. */
	readonly estimateSeconds: number;
}

/** How many records, and the first reason given. */
export interface Counted {
	readonly count: number;
	readonly reason: string;
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
	readonly losses: Readonly<Record<string, Counted & { readonly severity: Severity }>>;
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
}

export interface Status {
	readonly name: string;
	readonly hash: string;
	readonly phase: Phase;
	/** A controller on some node is at work on it. */
	readonly running: boolean;
	/** Does not go on by itself when a node starts. */
	readonly paused: boolean;
	readonly startedAt: string | null;
	readonly finishedAt: string | null;
	readonly streams: readonly StreamStatus[];
	/** What stopped it last, in one sentence; it can be started again. */
	readonly failure: { readonly code: string; readonly message: string } | null;
	/** Where the target's database was copied to before the first write, on the importer's node. */
	readonly backup: string | null;
	/** Set when finished. */
	readonly verdict: Verdict | null;
}

/** `clean`: all moved and equal. `attention`: finished, but records need a human. */
export interface Verdict {
	readonly result: "clean" | "attention";
	readonly accountedFor: number;
	readonly total: number;
	readonly differences: number;
	readonly losses: number;
	/** The digest over the per-key digests of a clean comparison (L4); null when it is not clean. */
	readonly certificate: string | null;
}

/** A run of lines, and where to go on; `next` is null at the end. */
export interface Lines<L> {
	readonly lines: readonly L[];
	readonly next: string | null;
}
export interface DifferenceLine extends Difference {
	readonly stream: string;
}

const name = "string|min:1";
/** Why, for the record of the run. */
const reason = { type: "string", default: "" } as const;
const page = { name, stream: "string", after: { type: "string", nullable: true } } as const;

export const migration = contract("migration", "migration", {
	actions: {
		/** Looks at both sides and says what a run would do; writes nothing to either. `document` is YAML or JSON. */
		plan: action(
			{ document: "string|min:1" },
			{ rest: "POST /migrations/plan", scope: "migration:plan" }
		).returns<Plan>(),
		/** The definitions of inbounds of the definition's source. They may hold private keys: no route leads here. */
		inbounds: action(
			{ document: "string|min:1", tags: { type: "array", items: "string|min:1" } },
			{ scope: "migration:run" }
		).returns<FoundInbounds>(),
		/**
		 * Begins, or goes on with, what was planned under that name; answers at once. With `only` or `limit` it moves just
		 * these of the last stream, looks at them at the target, and rests.
		 */
		start: action(
			{
				name,
				only: { type: "array", items: "string|min:1", min: 1, optional: true },
				limit: { type: "number", integer: true, min: 1, optional: true },
				/** The operator has taken a backup of the target's database, where it cannot be copied from here. */
				backupTaken: { type: "boolean", default: false }
			},
			{ rest: "POST /migrations/:name/start", scope: "migration:run" }
		).returns<Status>(),
		/** Stops after the batch at hand, and does not go on until it is started. */
		pause: action({ name, reason }, { rest: "POST /migrations/:name/pause", scope: "migration:run" }).returns<Status>(),
		/** Stops for good; what was moved stays, and can be rolled back. */
		cancel: action(
			{ name, reason },
			{ rest: "POST /migrations/:name/cancel", scope: "migration:run" }
		).returns<Status>(),
		/** Puts the target back as it was, record by record, where what is there is still ours. */
		rollback: action(
			{ name, reason },
			{ rest: "POST /migrations/:name/rollback", scope: "migration:run" }
		).returns<Status>(),
		/** Compares once more and writes what differs, also where others changed it at the target. */
		repair: action(
			{ name, reason },
			{ rest: "POST /migrations/:name/repair", scope: "migration:run" }
		).returns<Status>(),
		/** Goes through all of it but changes nothing; its lines are under the name it answers. */
		dryRun: action(
			{ document: "string|min:1" },
			{ rest: "POST /migrations/dry-run", scope: "migration:plan" }
		).returns<Status>(),
		/** Stops after the batch at hand; `start` goes on. */
		halt: action({ name }, { scope: "migration:run" }).returns<Status>(),
		status: action({ name }, { rest: "GET /migrations/:name", scope: "migration:read" }).returns<Status>(),
		list: action({}, { rest: "GET /migrations", scope: "migration:read" }).returns<Status[]>(),
		/** The records of a stream and what became of them, in order. */
		report: action(page, { rest: "GET /migrations/:name/report", scope: "migration:read" }).returns<
			Lines<ReportLine>
		>(),
		/** The records that differ after the last comparison; after a rollback, those that it left. */
		diff: action(page, { rest: "GET /migrations/:name/diff", scope: "migration:read" }).returns<Lines<DifferenceLine>>()
	},
	events: {
		/** A migration came to its end or stopped on an error. */
		ended: { name: "string", phase: { type: "enum", values: PHASES }, failure: { type: "string", nullable: true } }
	}
});
