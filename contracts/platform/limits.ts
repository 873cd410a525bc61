/**
 * What a node takes at most. Each limit is a setting with a default, shown by `/health/detailed` to whoever has a key; what
 * goes beyond it is refused with a code of `contracts/errors.ts` and counted.
 */

interface Limit {
	/** The environment's variable. */
	readonly variable: string;
	/** What it bounds, as the end of "at most so many …". */
	readonly says: string;
	readonly unit: "bytes" | "ms" | "s" | null;
	readonly least: number;
	readonly most: number;
	readonly fallback: number;
}

export const LIMITS = {
	connections: {
		variable: "GATEWAY_CONNECTIONS",
		says: "connections at once",
		unit: null,
		least: 16,
		most: 1_000_000,
		fallback: 4096
	},
	connectionsEach: {
		variable: "GATEWAY_CONNECTIONS_EACH",
		says: "those of one client; a trusted proxy is none",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 512
	},
	idleMs: {
		variable: "GATEWAY_IDLE_TIMEOUT",
		says: "how long nothing may move on a connection whose answer is not taken; never less than REQUEST_TIMEOUT",
		unit: "ms",
		least: 1000,
		most: 3_600_000,
		fallback: 120_000
	},
	pipelined: {
		variable: "GATEWAY_PIPELINED",
		says: "unanswered requests on one connection",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 32
	},
	requests: {
		variable: "GATEWAY_REQUESTS",
		says: "requests under way at once",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 4096
	},
	requestsEach: {
		variable: "GATEWAY_REQUESTS_EACH",
		says: "those of one client",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 1024
	},
	wrongKeys: {
		variable: "GATEWAY_WRONG_KEYS",
		says: "wrong API keys a minute from one client",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 60
	},
	sharedMs: {
		variable: "GATEWAY_SHARED_FOR",
		says: "how long metrics and health, once computed, are everybody's",
		unit: "ms",
		least: 0,
		most: 60_000,
		fallback: 2000
	},
	bodyBytes: {
		variable: "GATEWAY_BODY_LIMIT",
		says: "the largest body of a request",
		unit: "bytes",
		least: 1024,
		most: 104_857_600,
		fallback: 1_048_576
	},
	linkGuesses: {
		variable: "LINK_GUESSES",
		says: "wrong subscription links a minute from one network, an address or a /64",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 30
	},
	linkQuestions: {
		variable: "LINK_QUESTIONS",
		says: "questions under way at one panel about links that nobody has proven yet",
		unit: null,
		least: 1,
		most: 48,
		fallback: 32
	},
	linkMs: {
		variable: "LINK_TIMEOUT",
		says: "how long a panel may take to answer for a link",
		unit: "ms",
		least: 1000,
		most: 60_000,
		fallback: 15_000
	},
	bodyMs: {
		variable: "GATEWAY_BODY_TIMEOUT",
		says: "how long a body may take to come",
		unit: "ms",
		least: 100,
		most: 600_000,
		fallback: 15_000
	},
	bodyDepth: {
		variable: "GATEWAY_BODY_DEPTH",
		says: "lists and objects within each other in a body of JSON",
		unit: null,
		least: 8,
		most: 500,
		fallback: 64
	},
	bodyValues: {
		variable: "GATEWAY_BODY_VALUES",
		says: "fields and items in a body of JSON",
		unit: null,
		least: 100,
		most: 1_000_000,
		fallback: 10_000
	},
	bodies: {
		variable: "GATEWAY_BODIES",
		says: "requests with a body that are under way at once",
		unit: null,
		least: 1,
		most: 100_000,
		fallback: 1024
	},
	bodiesEach: {
		variable: "GATEWAY_BODIES_EACH",
		says: "those of one client or one key",
		unit: null,
		least: 1,
		most: 100_000,
		fallback: 256
	},
	bodiesBytes: {
		variable: "GATEWAY_BODIES_BYTES",
		says: "the bodies under way at once, together; never less than one may have",
		unit: "bytes",
		least: 1024,
		most: 10_737_418_240,
		fallback: 33_554_432
	},
	bodiesBytesEach: {
		variable: "GATEWAY_BODIES_BYTES_EACH",
		says: "those of one client or one key, together; never less than one may have",
		unit: "bytes",
		least: 1024,
		most: 10_737_418_240,
		fallback: 8_388_608
	},
	plans: {
		variable: "PLANS",
		says: "plans that are kept and not begun",
		unit: null,
		least: 10,
		most: 1_000_000,
		fallback: 2000
	},
	plansEach: {
		variable: "PLANS_EACH",
		says: "those of one key; the oldest goes of a key that may only plan",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 100
	},
	planDays: {
		variable: "PLAN_DAYS",
		says: "days until a plan is forgotten that a key made which may only plan, and nobody began",
		unit: null,
		least: 1,
		most: 3650,
		fallback: 30
	},
	looks: {
		variable: "LOOKS",
		says: "plans, checks and other looks at panels under way at once",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 64
	},
	looksEach: {
		variable: "LOOKS_EACH",
		says: "those of one key",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 16
	},
	dryRuns: {
		variable: "DRY_RUNS",
		says: "dry runs that are kept, over or not",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 16
	},
	dryRunsEach: {
		variable: "DRY_RUNS_EACH",
		says: "those of one key",
		unit: null,
		least: 1,
		most: 10_000,
		fallback: 4
	},
	dryRunIdle: {
		variable: "DRY_RUN_IDLE",
		says: "how long a dry run is kept that nobody asks for",
		unit: "s",
		least: 1,
		most: 604_800,
		fallback: 3600
	},
	streams: {
		variable: "STREAMS",
		says: "live logs and streamed reports at once",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 1024
	},
	streamsEach: {
		variable: "STREAMS_EACH",
		says: "those of one key",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 256
	},
	streamStall: {
		variable: "STREAM_STALL",
		says: "how long a stream waits for a reader that takes nothing",
		unit: "s",
		least: 1,
		most: 3600,
		fallback: 60
	},
	answers: {
		variable: "IDEMPOTENCY_ANSWERS",
		says: "answers that are kept under an Idempotency-Key",
		unit: null,
		least: 10,
		most: 10_000_000,
		fallback: 20_000
	},
	answersEach: {
		variable: "IDEMPOTENCY_ANSWERS_EACH",
		says: "those of one API key; the oldest goes once it is an hour old",
		unit: null,
		least: 1,
		most: 10_000_000,
		fallback: 2000
	},
	answersBytesEach: {
		variable: "IDEMPOTENCY_BYTES_EACH",
		says: "the bytes of the answers kept for one API key",
		unit: "bytes",
		least: 1024,
		most: 1_073_741_824,
		fallback: 16_777_216
	},
	apiKeys: {
		variable: "API_KEYS",
		says: "API keys",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 1000
	},
	panelAnswerBytes: {
		variable: "PANEL_ANSWER_LIMIT",
		says: "the largest answer that is read of a panel or of its database",
		unit: "bytes",
		least: 65_536,
		most: 1_073_741_824,
		fallback: 33_554_432
	},
	panelAnswerValues: {
		variable: "PANEL_ANSWER_VALUES",
		says: "the most values in one answer of a panel",
		unit: null,
		least: 1000,
		most: 100_000_000,
		fallback: 4_000_000
	},
	panelAnswerDepth: {
		variable: "PANEL_ANSWER_DEPTH",
		says: "how deep an answer of a panel may be nested",
		unit: null,
		least: 16,
		most: 500,
		fallback: 100
	},
	panelHeaderBytes: {
		variable: "PANEL_HEADER_LIMIT",
		says: "the largest head of a panel's answer",
		unit: "bytes",
		least: 4096,
		most: 1_048_576,
		fallback: 32_768
	},
	panelRecordBytes: {
		variable: "PANEL_RECORD_LIMIT",
		says: "the largest record of a panel that is moved",
		unit: "bytes",
		least: 4096,
		most: 16_777_216,
		fallback: 262_144
	},
	panelRecords: {
		variable: "PANEL_RECORDS",
		says: "the most users that a panel may have",
		unit: null,
		least: 1,
		most: 100_000_000,
		fallback: 2_000_000
	},
	panelListed: {
		variable: "PANEL_LISTED",
		says: "the most admins, services, hosts or inbounds that a panel may have",
		unit: null,
		least: 1,
		most: 1_000_000,
		fallback: 100_000
	},
	panelSeconds: {
		variable: "PANEL_TIME_LIMIT",
		says: "the longest that a plan, a check or a look at a panel may take in all",
		unit: "s",
		least: 10,
		most: 86_400,
		fallback: 14_400
	}
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
export type Limits = Readonly<Record<LimitName, number>>;

/** A limit's meaning and its form, as one sentence has it. */
export const limitSays = (name: LimitName): string => {
	const { says, least, most, unit }: Limit = LIMITS[name];
	return `${says}, ${least} to ${most}${unit === null ? "" : ` ${unit}`}`;
};
