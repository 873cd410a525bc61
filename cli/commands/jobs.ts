/** What is done at times, and what came of it. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Job, JobRun } from "../../contracts/platform/scheduler";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson } from "../command";
import { EXIT } from "../exit";
import { page } from "../terminal/marks";
import { table } from "../terminal/table";
import { clock } from "../text/words";

export async function listJobs(client: Client, { json }: Flags): Promise<number> {
	const jobs = await client.call("scheduler.list", {});
	if (json) printJson(jobs);
	else print(page(table(JOB_COLUMNS, jobs.map(jobRow), paper(client))));
	return EXIT.clean;
}

const JOB_COLUMNS = [
	{ title: "name" },
	{ title: "state" },
	{ title: "cron" },
	{ title: "zone" },
	{ title: "next" },
	{ title: "last" },
	{ title: "came to", gives: true }
];
const jobRow = ({ name, state, cron, zone, next, last }: Job): string[] =>
	[name, state, cron, zone, momentOr(next[0]), momentOr(last?.for), last ? wordsOf(last) : ""].map(shown);

const momentOr = (moment: string | null | undefined): string => (moment ? clock(moment) : "");

/** `done (17)`, `failed: STORE_FULL: …` */
const wordsOf = ({ state, count, error }: JobRun): string =>
	`${state}${count === null ? "" : ` (${count})`}${error === null ? "" : `: ${error}`}`;

export async function showJob(client: Client, name: string, { json }: Flags): Promise<number> {
	return told(await client.call("scheduler.show", { name }), json);
}

function told(job: Job, json: boolean | undefined): number {
	if (json) printJson(job);
	else print(page(jobLines(job).map(([field, value]) => `${field.padEnd(9)}${shown(value)}`)));
	return EXIT.clean;
}

const jobLines = ({ name, summary, state, cron, zone, missed, lost, pause, next, last }: Job): [string, string][] => [
	["name", name],
	["does", summary],
	["state", pause ? `${state} since ${clock(pause.at)}, by ${pause.by ?? "the operator"}: ${pause.reason}` : state],
	["at", `${cron} (${zone})`],
	["missed", MISSED[missed]],
	["lost", lost === "again" ? "a run whose node is lost is done again" : "a run whose node is lost is told as such"],
	["last", last ? `${clock(last.for)} ${wordsOf(last)}` : "never"],
	...next.map((each, index): [string, string] => [index === 0 ? "next" : "", clock(each)])
];
const MISSED: Readonly<Record<Job["missed"], string>> = {
	skip: "what was missed is not made up for",
	once: "one run makes up for all that was missed",
	all: "each time that was missed is made up for, of a hundred at most"
};

export async function jobHistory(client: Client, name: string, { json, limit }: Flags): Promise<number> {
	const { runs } = await client.call("scheduler.history", { name, limit: countIn(limit) });
	if (json) printJson(runs);
	else if (runs.length === 0) print("It was never begun, and no time of it was missed.");
	else print(page(table(RUN_COLUMNS, runs.map(runRow), paper(client))));
	return EXIT.clean;
}

function countIn(limit = "50"): number {
	if (!/^[1-9]\d{0,2}$/.test(limit)) throw new CommandError(`--limit is a number of 1 to 999, not '${shown(limit)}'.`);
	return Number(limit);
}

const RUN_COLUMNS = [
	{ title: "for" },
	{ title: "times" },
	{ title: "by" },
	{ title: "node" },
	{ title: "from" },
	{ title: "to" },
	{ title: "came to", gives: true }
];
const runRow = (run: JobRun): string[] =>
	[
		clock(run.for),
		String(run.times),
		run.askedBy ?? "",
		run.node ?? "",
		momentOr(run.from),
		momentOr(run.to),
		wordsOf(run)
	].map(shown);

const LOOK_MS = 200;

export async function runJob(client: Client, name: string, { json }: Flags): Promise<number> {
	let run = await client.call("scheduler.run", { name });
	while (run.state === "running") {
		await sleep(LOOK_MS);
		const { runs } = await client.call("scheduler.history", { name, limit: 100 });
		const found = runs.find(({ id }) => id === run.id);
		if (!found) break;
		run = found;
	}
	if (json) printJson(run);
	else print(shown(`${run.id}: ${wordsOf(run)}`));
	return run.state === "failed" || run.state === "lost" ? EXIT.broken : EXIT.clean;
}

export async function pauseJob(client: Client, name: string, { json, reason = "" }: Flags): Promise<number> {
	return told(await client.call("scheduler.pause", { name, reason }), json);
}

export async function resumeJob(client: Client, name: string, { json }: Flags): Promise<number> {
	return told(await client.call("scheduler.resume", { name }), json);
}
