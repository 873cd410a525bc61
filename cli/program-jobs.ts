/** The commands for what is done at times. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener } from "./asking";

const loaded = (): typeof import("./commands/jobs") => require("./commands/jobs");

const NAME = ["<name>", "the job's name, as `banyan jobs list` has it"] as const;

export function addJobs(jobs: Command, open: Opener): void {
	anywhere(jobs.command("list"))
		.description("list what is done at times: when next, and what came of it the last time")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "jobs", () => loaded().listJobs));
	anywhere(jobs.command("show"))
		.description("show a job, with its next times")
		.argument(...NAME)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "jobs", () => loaded().showJob));
	anywhere(jobs.command("history"))
		.description("list the runs of a job, and times of it that were missed")
		.argument(...NAME)
		.option("--limit <count>", "the latest so many (default: 50)")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "jobs", () => loaded().jobHistory));
	anywhere(jobs.command("run"))
		.description("have a job done now, also one that is paused, and wait for what comes of it")
		.argument(...NAME)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "jobs", () => loaded().runJob));
	anywhere(jobs.command("pause"))
		.description("have a job not begun any more")
		.argument(...NAME)
		.requiredOption("--reason <reason>", "why, for those who find it paused")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "jobs", () => loaded().pauseJob));
	anywhere(jobs.command("resume"))
		.description("have a job that was paused go on, with its next time")
		.argument(...NAME)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "jobs", () => loaded().resumeJob));
}
