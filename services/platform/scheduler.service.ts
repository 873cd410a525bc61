import { randomUUID } from "node:crypto";
import type { ServiceBroker } from "moleculer";
import { InvalidCursor } from "../../adapters/collection";
import { Action, type Answers, type CallOf, type Meta, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { CONTRACTS, JOBS } from "../../contracts/cluster";
import type { ResultOf } from "../../contracts/contract";
import { type Job, type JobRun, scheduler } from "../../contracts/platform/scheduler";
import type { Kept, KeptRun } from "../../domain/platform/jobs/records";
import { collection } from "../../mixins/collection.mixin";
import { type Beginner, Book } from "./scheduler/book";
import { shownJob, shownRun } from "./scheduler/shown";
import { Watch } from "./scheduler/watch";

const { list, show, history, pause, resume, run } = scheduler.actions;
const { metrics } = scheduler;

type OwnJob = NonNullable<ReturnType<typeof JOBS.get>>;

/** The longest time between two looks, in ms. */
const LOOK_MS = 10_000;
/** How many of its next times a job is listed with, and is shown with. */
const NEXT = { list: 1, show: 10 };

@Service(scheduler)
export default class SchedulerService
	extends service(collection<"jobs", Kept>("jobs", "id", { indexes: [["job", "for"]] }))
	implements Answers<typeof scheduler>
{
	private book!: Book;
	private by!: Beginner;
	private watch: Watch | undefined;
	private readonly ending = new AbortController();

	async started(): Promise<void> {
		const { nodeID } = this.broker;
		this.book = new Book(this.jobs);
		this.by = { node: nodeID, holder: `${nodeID}/${randomUUID()}` };
		if (settingsOf(this.broker).access === "read") return;
		this.watch = this.watching();
		const begin = (): void => void this.watch?.look();
		// Before all services of the node have started, what they do at times is not there.
		if (this.raw.started) begin();
		else this.raw.localBus.once("$broker.started", begin);
	}

	async stopped(): Promise<void> {
		this.ending.abort();
		await this.watch?.end();
	}

	private get raw(): ServiceBroker {
		return this.broker as unknown as ServiceBroker;
	}

	private watching(): Watch {
		const { leaseSeconds, lateSeconds, runs } = settingsFor(this.broker, scheduler);
		const leaseMs = leaseSeconds * 1000;
		return new Watch({
			book: this.book,
			by: this.by,
			jobs: JOBS,
			leaseMs,
			lateMs: lateSeconds * 1000,
			beatMs: leaseMs / 3,
			everyMs: Math.min(LOOK_MS, leaseMs / 3),
			keep: runs,
			alone: settingsOf(this.broker).store === "embedded",
			ended: this.ending.signal,
			now: Date.now,
			isThere: name => this.isThere(this.jobOf(name)),
			ask: (name, at) => this.ask(this.jobOf(name), at),
			tell: each => this.tell(each),
			gauge: (name, overdueMs, failing) => {
				this.broker.metrics.set(metrics.overdue.name, overdueMs / 1000, { name });
				this.broker.metrics.set(metrics.failing.name, failing, { name });
			},
			warn: sentence => this.logger.warn(sentence)
		});
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<Job[]> {
		return Promise.all([...JOBS.keys()].map(name => this.shown(name, NEXT.list)));
	}

	@Action(show)
	show({ params }: CallOf<typeof show>): Promise<Job> {
		return this.shown(params.name, NEXT.show);
	}

	@Action(history)
	async history({ params }: CallOf<typeof history>): Promise<ResultOf<typeof history>> {
		this.jobOf(params.name);
		try {
			const { records, next } = await this.book.runs(params.name, params.limit, params.after);
			return { runs: records.map(shownRun), next };
		} catch (error) {
			if (!(error instanceof InvalidCursor)) throw error;
			throw failure("REQUEST_INVALID", "'after' is not what a page before gave as 'next'.");
		}
	}

	@Action(pause)
	async pause({ params: { name, reason }, meta }: CallOf<typeof pause>): Promise<Job> {
		this.jobOf(name);
		const now = Date.now();
		const paused = { at: now, by: meta.caller?.id ?? null, reason };
		await this.book.change(name, now, job => ({ ...job, pause: job.pause ?? paused }));
		return this.shown(name, NEXT.show);
	}

	@Action(resume)
	async resume({ params: { name } }: CallOf<typeof resume>): Promise<Job> {
		this.jobOf(name);
		const now = Date.now();
		await this.book.change(name, now, job => (job.pause ? { ...job, pause: null, taken: now } : job));
		return this.shown(name, NEXT.show);
	}

	@Action(run)
	async run({ params: { name }, meta }: CallOf<typeof run>): Promise<JobRun> {
		const spec = this.jobOf(name);
		const { watch } = this;
		if (!watch || !this.isThere(spec))
			throw failure("UNAVAILABLE", `No node runs '${spec.service}' now, which does '${name}'.`);
		const begun = await this.book.takeNow(name, whoOf(meta), this.by, Date.now());
		if (!begun) throw failure("JOB_RUNNING", `'${name}' is running: wait until that run is over.`);
		watch.begin(begun);
		return shownRun(begun);
	}

	/** @throws JOB_NOT_FOUND */
	private jobOf(name: string): OwnJob {
		const spec = JOBS.get(name);
		if (spec) return spec;
		throw failure("JOB_NOT_FOUND", `There is no job '${name}'.`);
	}

	private async shown(name: string, next: number): Promise<Job> {
		const spec = this.jobOf(name);
		const now = Date.now();
		const record = await this.book.seen(name, now);
		const { records } = await this.book.runs(name, 1);
		return shownJob(spec, record, { now, next, last: records[0], isThere: this.isThere(spec) });
	}

	/** Whether a node that runs its service is known now. */
	private isThere({ service: owner, action }: OwnJob): boolean {
		return this.raw.registry.actions.isAvailable(`${owner}.${action}`);
	}

	private async ask({ service: owner, action }: OwnJob, at: number): Promise<number | null> {
		const { params = {}, timeout = LONGEST_MS } = CONTRACTS.find(({ name }) => name === owner)?.actions[action] ?? {};
		const given = Object.hasOwn(params, "for") ? { for: at } : {};
		// It has a name that is made of a contract's: no type has it.
		const answer = await this.raw.call<unknown, object>(`${owner}.${action}`, given, { timeout });
		return typeof answer === "number" ? answer : null;
	}

	private tell(each: KeptRun): void {
		const { job: name, state, from, error } = each;
		if (state === "running") {
			if (each.askedBy === null && each.tries === 1)
				this.broker.metrics.observe(metrics.late.name, Math.max(0, (from ?? 0) - each.for), { name });
			return;
		}
		this.broker.metrics.increment(metrics.runs.name, { name, outcome: state });
		if (state !== "done") this.logger.warn(`${each.id} ${WORDS[state]}${error === null ? "." : `: ${error}`}`);
	}
}

/** The longest that a run may take whose action says nothing of it, in ms. */
const LONGEST_MS = 600_000;
const WORDS = { failed: "failed", lost: "was lost", missed: "was missed, and is not made up for" };
/** The operator's own command has no key. */
const whoOf = ({ caller }: Meta): string => caller?.id ?? "operator";
