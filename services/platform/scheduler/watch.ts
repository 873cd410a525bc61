/** Looks at every job again and again: what is due is taken, what was lost is taken up or told. */

import type { Versioned } from "../../../adapters/collection";
import type { JobSpec } from "../../../contracts/jobs";
import { decided, overdueBy } from "../../../domain/platform/jobs/deciding";
import type { KeptJob, KeptRun } from "../../../domain/platform/jobs/records";
import { nextAfter } from "../../../domain/platform/jobs/times";
import { Seldom } from "../../../domain/seldom";
import { messageOf } from "../../../domain/unknown";
import { type Doing, done } from "./doing";
import { Lost } from "./lost";

/** Runs at once on a node: whoever slept for long does not do all of it at once. */
const AT_ONCE = 8;
/** One that several nodes died of is not tried on and on. */
const MOST_TRIES = 3;
const QUIET_MS = 60_000;

export interface Watching extends Doing {
	readonly jobs: ReadonlyMap<string, JobSpec>;
	readonly leaseMs: number;
	readonly lateMs: number;
	/** The longest time between two looks. */
	readonly everyMs: number;
	readonly keep: number;
	/** No other process has this store. */
	readonly alone: boolean;
	isThere(job: string): boolean;
	/** A run is begun, or is over, or times were missed. */
	tell(run: KeptRun): void;
	/** How it stands with a job. */
	gauge(job: string, overdueMs: number, failing: number): void;
}

type Found = Versioned<KeptJob>;

export class Watch {
	private readonly running = new Set<Promise<void>>();
	private readonly lost: Lost;
	private readonly seldom = new Seldom(QUIET_MS);
	private timer: NodeJS.Timeout | undefined;
	private looking: Promise<void> = Promise.resolve();

	constructor(private readonly means: Watching) {
		this.lost = new Lost(means.leaseMs, means.alone, means.by.holder);
	}

	/** Looks once what is under way is over. */
	look(): Promise<void> {
		this.looking = this.looking.then(() => this.lookAtAll());
		return this.looking;
	}

	/** Until what was begun here is over. */
	async end(): Promise<void> {
		clearTimeout(this.timer);
		await this.looking;
		clearTimeout(this.timer);
		await Promise.all(this.running);
	}

	private async lookAtAll(): Promise<void> {
		clearTimeout(this.timer);
		if (this.means.ended.aborted) return;
		for (const [name, spec] of this.means.jobs) await this.lookOrTell(name, spec);
		if (!this.means.ended.aborted) this.timer = setTimeout(() => void this.look(), this.untilNext()).unref();
	}

	private untilNext(): number {
		const { jobs, now, everyMs } = this.means;
		const moment = now();
		const next = [...jobs.values()].map(spec => (nextAfter(spec, moment) ?? Number.POSITIVE_INFINITY) - moment);
		return Math.max(1, Math.min(everyMs, ...next));
	}

	/** On a full disk, or while the database is away, it can wait. */
	private async lookOrTell(name: string, spec: JobSpec): Promise<void> {
		try {
			if (this.means.isThere(name)) await this.lookAt(await this.means.book.job(name, this.means.now()), spec);
		} catch (error) {
			if (this.seldom.isDue(name, performance.now()))
				this.means.warn(`The job '${name}' could not be looked at: ${messageOf(error)}`);
		}
	}

	private async lookAt(found: Found, spec: JobSpec): Promise<void> {
		const { record } = found;
		const overdue = record.pause ? 0 : overdueBy(spec, record, this.means.now());
		this.means.gauge(record.id, overdue, record.failing);
		if (this.running.size >= AT_ONCE) return;
		if (record.holding) await this.lookAtRun(found, spec);
		else if (!record.pause) await this.lookWhatIsDue(found, spec);
	}

	private async lookWhatIsDue(found: Found, spec: JobSpec): Promise<void> {
		const { book, by, now, lateMs, tell } = this.means;
		const moment = now();
		const wanted = decided({ ...spec, lateMs }, found.record, moment);
		if (!wanted) return;
		const { run, missed } = await book.take(found, wanted, by, moment);
		if (missed) tell(missed);
		if (run) this.begin(run);
	}

	private async lookAtRun(found: Found, { lost }: JobSpec): Promise<void> {
		const { book, by, now, tell, warn } = this.means;
		if (!this.lost.isLost(found, performance.now())) return;
		const run = await book.run(found.record.holding?.run ?? "");
		if (!run) return void (await book.release(found));
		if (lost === "again" && run.tries < MOST_TRIES) {
			warn(`${run.node} was lost while it was at ${run.id}: it is done again.`);
			const again = await book.takeUp(found, run, by);
			if (again) this.begin(again);
			return;
		}
		const over: KeptRun = { ...run, state: "lost", to: now(), error: wordsOf(run) };
		if (await book.end(found, over)) tell(over);
	}

	/** It goes on beside all else. */
	begin(run: KeptRun): void {
		this.means.tell(run);
		const work = this.did(run).finally(() => {
			this.running.delete(work);
			void this.look();
		});
		this.running.add(work);
	}

	private async did(run: KeptRun): Promise<void> {
		const { book, keep, tell, warn } = this.means;
		const over = await done(run, this.means);
		if (!over) return;
		tell(over);
		await book.prune(run.job, keep).catch(error => warn(`Old runs could not be removed: ${messageOf(error)}`));
	}
}

const wordsOf = ({ node, tries }: KeptRun): string =>
	tries > 1
		? `${tries} nodes were lost while they were at it, ${node} the last: it is not tried again.`
		: `${node} was lost while it was at it: nobody knows what came of it.`;
