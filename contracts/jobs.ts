/** What a service does at times, said as data beside its actions. The scheduler asks for it, once across all nodes. */

/** What becomes of times that passed while nobody could: none of them, one for all, or each (the latest hundred). */
export const MISSED = ["skip", "once", "all"] as const;
export type Missed = (typeof MISSED)[number];

export interface JobSpec {
	/** What it does, in one sentence. */
	readonly summary: string;
	/** Minute, hour, day of the month, month, day of the week, in numbers: both days given, one of them is enough. */
	readonly cron: string;
	/** Of the IANA: `UTC`, `Europe/Berlin`. */
	readonly zone: string;
	readonly missed: Missed;
	/** When whoever ran it was lost: done again, or told, since nobody knows what came of it. */
	readonly lost: "again" | "told";
	/** Of the same contract, `internal` for the scheduler, and without params, or with `JOB_PARAMS`. */
	readonly action: string;
}

/** The time that a run is for, in ms since 1970. */
export const JOB_PARAMS = { for: "number" } as const;

/** How an action is reached that removes what is old. It answers how much that was. */
export const SWEEPS = {
	internal: ["scheduler"],
	idempotent: true,
	timeout: 600_000,
	params: {},
	result: "number"
} as const;

/** A job of an action `sweep`: one run makes up for all that were missed, and twice is once. */
export const sweptAt = (cron: string, summary: string): JobSpec & { readonly action: "sweep" } => ({
	summary,
	cron,
	zone: "UTC",
	missed: "once",
	lost: "again",
	action: "sweep"
});

/** What of an action a job asks for. */
interface Asked {
	readonly params: object;
	readonly internal?: readonly string[] | undefined;
	readonly idempotent?: true;
	readonly reads?: true;
}
interface Jobs {
	readonly name: string;
	readonly actions: Readonly<Record<string, Asked>>;
	readonly jobs: Readonly<Record<string, JobSpec>>;
}

/** The first thing that is wrong with a job: a sentence. */
export const jobFault = ({ name, actions, jobs }: Jobs): string | undefined =>
	Object.entries(jobs).flatMap(([key, job]) => {
		const fault = cronFault(job.cron) ?? zoneFault(job.zone) ?? askedFault(job, actions[job.action]);
		return fault === undefined ? [] : `The job ${key} of ${name} ${fault}`;
	})[0];

function askedFault({ action, missed, lost }: JobSpec, asked: Asked | undefined): string | undefined {
	if (!asked) return `does '${action}', which its contract does not have: correct its \`action\`.`;
	if (asked.internal?.includes("scheduler") !== true)
		return `does '${action}', which is not for the scheduler: state \`internal: ["scheduler"]\` there.`;
	const fields = Object.keys(asked.params);
	if (fields.some(field => !Object.hasOwn(JOB_PARAMS, field)))
		return `does '${action}', which has other params than \`for\`: a job has nothing to give it.`;
	if (missed === "all" && fields.length === 0)
		return `does '${action}' for each time that was missed, which does not hear for which: give it \`params: JOB_PARAMS\`.`;
	if (lost === "again" && !(asked.idempotent || asked.reads))
		return `does '${action}' again when it is lost, and twice is not once: state \`idempotent\` there, or \`lost: "told"\`.`;
	return undefined;
}

const FIELDS = [
	{ called: "minute", least: 0, most: 59 },
	{ called: "hour", least: 0, most: 23 },
	{ called: "day of the month", least: 1, most: 31 },
	{ called: "month", least: 1, most: 12 },
	{ called: "day of the week", least: 0, most: 7 }
] as const;
type Field = (typeof FIELDS)[number];

/** Whether it comes ever is found by whoever runs it: here is only looked how it is written. */
export function cronFault(cron: string): string | undefined {
	const written = cron.split(" ");
	if (written.length !== FIELDS.length)
		return `has the cron "${cron}": write five fields with one space between them, as in "*/5 * * * *".`;
	const at = FIELDS.findIndex((field, index) => !isField(written[index] ?? "", field));
	const field = FIELDS[at];
	return (
		field &&
		`has the cron "${cron}", whose ${field.called} is '${written[at]}': write *, numbers of ${field.least} to ${field.most}, ranges (1-5), steps (*/5) or a list of them.`
	);
}

const isField = (written: string, field: Field): boolean => written.split(",").every(part => isPart(part, field));

function isPart(part: string, { least, most }: Field): boolean {
	const [, whole, from, to, step] = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
	if (whole === undefined && from === undefined) return false;
	// A step of one number alone means different things to different programs.
	if (step !== undefined && (Number(step) < 1 || Number(step) > most || (whole === undefined && to === undefined)))
		return false;
	const [first, last] = whole ? [least, most] : [Number(from), Number(to ?? from)];
	return least <= first && first <= last && last <= most;
}

export function zoneFault(zone: string): string | undefined {
	// Offsets as +01:00 know no summer, and abbreviations as EST are several.
	if (zone === "UTC" || (/^[A-Z][\w+-]+(\/[\w+-]+)+$/.test(zone) && isZone(zone))) return undefined;
	return `has the zone '${zone}', which is none: write UTC, or a name as Europe/Berlin.`;
}

function isZone(zone: string): boolean {
	try {
		new Intl.DateTimeFormat("en", { timeZone: zone });
		return true;
	} catch {
		return false;
	}
}
