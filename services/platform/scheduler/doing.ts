/** One run, from what is recorded of it before to what is recorded of it after. */

import { setTimeout as sleep } from "node:timers/promises";
import { reach } from "../../../adapters/failpoints";
import { behalfOf, toldOnBehalf } from "../../../cluster/behalf";
import type { KeptRun } from "../../../domain/platform/jobs/records";
import { messageOf, textOf } from "../../../domain/unknown";
import type { Beginner, Book } from "./book";

export interface Doing {
	readonly book: Book;
	readonly by: Beginner;
	/** How often it says that it is still at it, in ms. */
	readonly beatMs: number;
	/** Asks the job's action. @returns of how much it did something, where it says so */
	ask(job: string, at: number): Promise<number | null>;
	now(): number;
	warn(sentence: string): void;
	/** The node stops: what is not over is another's to take up. */
	readonly ended: AbortSignal;
}

/** @returns how it ended; undefined where that is not for this node to say any more */
export async function done(run: KeptRun, doing: Doing): Promise<KeptRun | undefined> {
	reach("taken");
	const beating = setInterval(() => void beat(run, doing), doing.beatMs).unref();
	try {
		const outcome = await outcomeOf(run, doing);
		// Services that a stopping node has no more are no failure of the job.
		if (doing.ended.aborted && outcome.state === "failed") return undefined;
		reach("worked");
		const over = { ...run, ...outcome, to: doing.now() };
		return (await recorded(over, doing)) ? over : undefined;
	} finally {
		clearInterval(beating);
	}
}

type Outcome = Pick<KeptRun, "state" | "count" | "error">;

/** On behalf of whoever had it done now; of nobody where it was time, or the operator's own command. */
async function outcomeOf({ job, for: at, askedBy }: KeptRun, { ask }: Doing): Promise<Outcome> {
	const behalf = askedBy === null || askedBy === "operator" ? undefined : behalfOf(askedBy);
	try {
		return { state: "done", count: await toldOnBehalf(behalf, () => ask(job, at)), error: null };
	} catch (error) {
		return { state: "failed", count: null, error: sentenceOf(error) };
	}
}

const LONGEST = 500;
/** `STORE_FULL: The store cannot grow: the disk is full.` */
function sentenceOf(error: unknown): string {
	const code = textOf(error, "type");
	return `${code === undefined ? "" : `${code}: `}${messageOf(error)}`.slice(0, LONGEST);
}

async function beat({ id, job }: KeptRun, { book, by, now, warn }: Doing): Promise<void> {
	try {
		const found = await book.job(job, now());
		if (found.record.holding?.run === id && found.record.holding.holder === by.holder) await book.beat(found);
	} catch (error) {
		warn(`It could not be noted that ${id} goes on: ${messageOf(error)}`);
	}
}

const AGAIN_MS = 1_000;

/** While the store is away it is tried again: what was done is done. */
async function recorded(over: KeptRun, doing: Doing): Promise<boolean> {
	const { book, by, now, warn, ended } = doing;
	while (!ended.aborted) {
		try {
			const found = await book.job(over.job, now());
			const { holding } = found.record;
			if (holding?.run !== over.id || holding.holder !== by.holder) {
				warn(`${over.id} ended here, and another node counts this one as lost and has it: what it says holds.`);
				return false;
			}
			if (await book.end(found, over)) return true;
		} catch (error) {
			warn(`It could not be recorded that ${over.id} is over, and is tried again: ${messageOf(error)}`);
			await sleep(AGAIN_MS, undefined, { ref: false });
		}
	}
	return false;
}
