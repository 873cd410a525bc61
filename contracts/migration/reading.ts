/** What is read of a migration. */

import { action } from "../contract";
import { shape, type ValueOf } from "../schema";
import { connection } from "./connection";
import { examples } from "./examples";
import { after, CHAPTERS, name, page, READ, RUN } from "./fields";
import { differenceLine, linesOf, linkLine, logLine, secretLine } from "./lines";
import { reportLine } from "./records";
import { phase, status } from "./status";

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

/** How old what is said of a migration may be while no node answers for it. */
const STALE_SECONDS = 300;

export const reading = {
	status: action({
		chapter: CHAPTERS.look,
		summary: "Where a migration stands.",
		permission: READ,
		stale: STALE_SECONDS,
		rest: "GET /migrations/:name",
		aliases: ["GET /migration/:name/status", "GET /api/v1/import/status/:name", "GET /import/status/:name"],
		params: { name },
		result: status,
		example: examples.status
	}),
	list: action({
		chapter: CHAPTERS.look,
		summary: "Where all migrations stand.",
		permission: READ,
		cache: { seconds: 2, until: ["progressed"] },
		shared: true,
		stale: STALE_SECONDS,
		rest: "GET /migrations",
		params: {},
		result: { type: "array", items: status },
		example: examples.list
	}),
	/** `after` is the id of a line. */
	log: action({
		chapter: CHAPTERS.look,
		summary: "What happened to a migration, in order; with `Accept: text/event-stream` it goes on live.",
		permission: READ,
		stale: STALE_SECONDS,
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
		chapter: CHAPTERS.look,
		summary:
			"The records of a stream and what became of them, in order; with `Accept: application/x-ndjson` all of them, streamed.",
		permission: READ,
		stale: STALE_SECONDS,
		rest: "GET /migrations/:name/report",
		answers: ["json", "ndjson"],
		params: page,
		result: linesOf(reportLine),
		example: examples.report
	}),
	diff: action({
		chapter: CHAPTERS.look,
		summary:
			"The records that differ after the last comparison, or that a rollback left; with `Accept: application/x-ndjson` all of them, streamed.",
		permission: READ,
		stale: STALE_SECONDS,
		rest: "GET /migrations/:name/diff",
		answers: ["json", "ndjson"],
		params: page,
		result: linesOf(differenceLine),
		example: examples.diff
	}),
	/** Derived each time: kept nowhere. */
	newSecrets: action({
		chapter: CHAPTERS.look,
		summary:
			"New secrets of the records of a stream that are at the target, for example admins' passwords: to be handed out. Where nodes share a store they are in no file.",
		permission: RUN,
		rest: "GET /migrations/:name/new-secrets",
		secret: true,
		answers: ["json", "ndjson"],
		params: page,
		result: linesOf(secretLine),
		example: examples.newSecrets
	}),
	/** Reads the keys at the source, for only their digests are kept. */
	links: action({
		chapter: CHAPTERS.look,
		summary: "Old paths with their new addresses, for a proxy of one's own; read from the live source.",
		permission: RUN,
		rest: "GET /migrations/:name/links",
		long: true,
		// Each page is read at the source.
		bulkhead: { concurrency: 32, queue: 128 },
		secret: true,
		answers: ["json", "ndjson"],
		params: { name, after },
		result: linesOf(linkLine),
		example: examples.links
	}),
	/** Asked of every node. */
	rehearses: action({
		summary: "When a dry run of that name began on this node; null where there is none.",
		internal: ["migration"],
		reads: true,
		params: { name },
		result: "string|nullable"
	}),
	/** Asked of the node that holds it, or held it last. */
	waits: action({
		summary: "What a controller of this node waits for, and what stopped one that could not be stored.",
		internal: ["migration"],
		reads: true,
		params: { name },
		result: {
			type: "object",
			nullable: true,
			props: { waiting: status.props.waiting, failure: status.props.failure }
		}
	}),
	ends: action({
		summary: "The addresses of both systems of every migration: where old links lead.",
		internal: ["subscriptions"],
		reads: true,
		params: {},
		result: { type: "array", items: ends }
	})
};
