/** scheduler: what contracts say shall be done at times (`jobs`), once across all nodes, with what came of it. */

import { action, contract } from "../contract";
import { MISSED } from "../jobs";
import { shape, type ValueOf } from "../schema";

/** What became of a run: `missed` was never begun, of `lost` nobody knows. */
export const RUN_STATES = ["running", "done", "failed", "lost", "missed"] as const;
export type RunState = (typeof RUN_STATES)[number];
/** `away`: no node runs its service. */
export const JOB_STATES = ["waiting", "running", "paused", "away"] as const;

const moment = { type: "string", summary: "ISO 8601, UTC." } as const;

export const jobRun = shape(
	"JobRun",
	{
		id: "string",
		job: "string",
		for: { ...moment, summary: "The time that it is for: ISO 8601, UTC." },
		times: { type: "number", integer: true, summary: "How many times of the job it stands for; 100: or more." },
		askedBy: { type: "string", nullable: true, summary: "Whoever asked for it; null: its time had come." },
		state: { type: "enum", values: RUN_STATES },
		node: { type: "string", nullable: true },
		from: { ...moment, nullable: true },
		to: { ...moment, nullable: true },
		tries: { type: "number", integer: true, summary: "More than 1: a node that ran it was lost." },
		count: { type: "number", nullable: true, summary: "Of how much it did something, where it counts." },
		error: { type: "string", nullable: true }
	},
	"A run of a job, or times of it that were missed."
);
export type JobRun = ValueOf<typeof jobRun>;

const pause = shape("JobPause", { at: moment, by: { type: "string", nullable: true }, reason: "string" });

export const job = shape(
	"Job",
	{
		name: "string",
		service: "string",
		summary: "string",
		cron: "string",
		zone: "string",
		missed: { type: "enum", values: MISSED, summary: "What becomes of times that passed while nobody could." },
		lost: { type: "enum", values: ["again", "told"], summary: "What becomes of a run whose node was lost." },
		state: { type: "enum", values: JOB_STATES },
		pause: { ...pause, nullable: true },
		next: { type: "array", items: "string", summary: "The next times: ISO 8601, UTC." },
		last: { ...jobRun, nullable: true, summary: "The last run that was begun." }
	},
	"What is done at times, once across all nodes."
);
export type Job = ValueOf<typeof job>;

const READ = "jobs:read";
const WRITE = "jobs:write";
const NAME = "string|min:1|max:100";

const run: JobRun = {
	id: "sessions.sweep@2026-11-27T09:05:00.000Z",
	job: "sessions.sweep",
	for: "2026-11-27T09:05:00.000Z",
	times: 1,
	askedBy: null,
	state: "done",
	node: "access.1",
	from: "2026-11-27T09:05:00.012Z",
	to: "2026-11-27T09:05:00.044Z",
	tries: 1,
	count: 17,
	error: null
};
const sweep: Job = {
	name: run.job,
	service: "sessions",
	summary: "Takes away sessions that are over.",
	cron: "* * * * *",
	zone: "UTC",
	missed: "once",
	lost: "again",
	state: "waiting",
	pause: null,
	next: ["2026-11-27T09:06:00.000Z"],
	last: run
};

export const scheduler = contract("platform", "scheduler", {
	chapter: "Jobs",
	scopes: {
		"jobs:read": "look at what is done at times, and what came of it",
		"jobs:write": "pause what is done at times, have it go on, or have it done now"
	},
	errors: {
		JOB_NOT_FOUND: {
			status: 404,
			title: "No such job",
			means: "No service says that it does anything at times under this name.",
			todo: "Look at `GET /api/v1/jobs`."
		},
		JOB_RUNNING: {
			status: 409,
			title: "The job is running",
			means: "A run of it was begun and is not over: it is not begun twice.",
			todo: "Wait until it is over (`GET /api/v1/jobs/NAME/runs`)."
		}
	},
	settings: {
		leaseSeconds: {
			variable: "JOB_LEASE",
			rule: "number|integer|min:1|max:3600|default:30",
			summary: "how long a node that runs a job may say nothing before others count it as lost",
			unit: "s"
		},
		lateSeconds: {
			variable: "JOB_LATE",
			rule: "number|integer|min:1|max:86400|default:60",
			summary: "how late a job that skips what it missed may still begin",
			unit: "s"
		},
		runs: {
			variable: "JOB_RUNS",
			rule: "number|integer|min:1|max:100000|default:200",
			summary: "runs of each job that are kept"
		}
	},
	metrics: {
		runs: {
			type: "counter",
			name: "banyan.jobs.runs",
			labels: ["name", "outcome"],
			summary: "Runs of jobs, by what became of them: done, failed, lost, missed."
		},
		late: {
			type: "histogram",
			name: "banyan.jobs.late",
			labels: ["name"],
			unit: "ms",
			buckets: [100, 500, 1_000, 5_000, 30_000, 60_000, 300_000, 3_600_000],
			summary: "How long after its time a run was begun."
		},
		overdue: {
			type: "gauge",
			name: "banyan.jobs.overdue.seconds",
			labels: ["name"],
			summary: "For how long the time of a job has come, and nobody begins it; 0: it has not.",
			expires: 120
		},
		failing: {
			type: "gauge",
			name: "banyan.jobs.failing.runs",
			labels: ["name"],
			summary: "Runs of a job that failed since the last one that did not.",
			expires: 120
		}
	},
	actions: {
		list: action({
			summary: "What is done at times.",
			permission: READ,
			rest: "GET /jobs",
			params: {},
			result: { type: "array", items: job },
			example: { params: {}, result: [sweep] }
		}),
		show: action({
			summary: "A job, with its next ten times.",
			permission: READ,
			rest: "GET /jobs/:name",
			params: { name: NAME },
			result: job,
			example: { params: { name: sweep.name }, result: sweep }
		}),
		history: action({
			summary: "Runs of a job, and times of it that were missed: the latest first.",
			permission: READ,
			rest: "GET /jobs/:name/runs",
			params: {
				name: NAME,
				limit: { type: "number", integer: true, min: 1, max: 1000, default: 50, convert: true },
				after: "string|optional|max:500"
			},
			result: shape("JobRuns", {
				runs: { type: "array", items: jobRun },
				next: { type: "string", nullable: true, summary: "`after` of the next page; null: there is none." }
			}),
			example: { params: { name: sweep.name }, result: { runs: [run], next: null } }
		}),
		pause: action({
			summary: "Has a job not begun any more. A run that was begun goes on.",
			idempotent: true,
			permission: WRITE,
			rest: "POST /jobs/:name/pause",
			params: { name: NAME, reason: "string|min:1|max:500" },
			result: job,
			example: {
				params: { name: sweep.name, reason: "The database is moved." },
				result: {
					...sweep,
					state: "paused",
					pause: { at: "2026-11-27T09:05:30.000Z", by: "k-7f3a", reason: "The database is moved." },
					next: []
				}
			}
		}),
		resume: action({
			summary: "Has a job that was paused go on, with its next time: what passed meanwhile is not made up for.",
			idempotent: true,
			permission: WRITE,
			rest: "POST /jobs/:name/resume",
			params: { name: NAME },
			result: job,
			example: { params: { name: sweep.name }, result: sweep }
		}),
		run: action({
			summary: "Has a job done now, also one that is paused. Answers once it is begun.",
			permission: WRITE,
			rest: "POST /jobs/:name/run",
			status: 202,
			params: { name: NAME },
			result: jobRun,
			example: {
				params: { name: sweep.name },
				result: { ...run, askedBy: "k-7f3a", state: "running", to: null, count: null }
			}
		})
	}
});
