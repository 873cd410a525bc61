/** The records of jobs: who takes a time is settled by the version of the job's record, and by the name of the run. */

import {
	type Change,
	type Collection,
	Conflict,
	Duplicate,
	type Page,
	type Versioned
} from "../../../adapters/collection";
import type { Decided } from "../../../domain/platform/jobs/deciding";
import { begun, type Kept, type KeptJob, type KeptRun, passed, unseen } from "../../../domain/platform/jobs/records";

type Found = Versioned<KeptJob>;
type Records = Collection<Kept>;

/** Who begins a run. */
export interface Beginner {
	readonly node: string;
	/** The process. */
	readonly holder: string;
}

interface Taken {
	readonly run?: KeptRun | undefined;
	readonly missed?: KeptRun | undefined;
}

const isJob = (record: Kept | undefined): record is KeptJob => record?.kind === "job";
const isRun = (record: Kept | undefined): record is KeptRun => record?.kind === "run";

export class Book {
	constructor(private readonly kept: Records) {}

	/** As it is, without keeping anything of it. */
	async seen(name: string, now: number): Promise<KeptJob> {
		const found = await this.kept.get(name);
		return isJob(found) ? found : unseen(name, now);
	}

	async job(name: string, now: number): Promise<Found> {
		for (;;) {
			const found = await this.kept.read(name);
			if (found && isJob(found.record)) return { ...found, record: found.record };
			const fresh = unseen(name, now);
			try {
				return { record: fresh, version: await this.kept.insert(fresh) };
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
			}
		}
	}

	/** @returns the run that is to be done, and what was missed; neither where another node was quicker */
	async take({ record, version }: Found, wanted: Decided, by: Beginner, now: number): Promise<Taken> {
		const { begin, passed: over, taken } = wanted;
		const run = begin && begun(record.id, begin.at, { times: begin.times, askedBy: null, node: by.node, now });
		const missed = over && passed(record.id, over.at, over.times);
		const next: KeptJob = { ...record, taken, holding: run ? held(run, by) : null };
		const isTaken = await this.changed([
			{ put: next, expected: version },
			...[run, missed].flatMap(each => (each ? [{ insert: each }] : []))
		]);
		return isTaken ? { run, missed } : {};
	}

	/** @returns undefined where it is under way */
	async takeNow(name: string, askedBy: string, by: Beginner, now: number): Promise<KeptRun | undefined> {
		for (;;) {
			const { record, version } = await this.job(name, now);
			if (record.holding) return undefined;
			const run = begun(name, now, { times: 1, askedBy, node: by.node, now });
			const next: KeptJob = { ...record, holding: held(run, by) };
			if (await this.changed([{ put: next, expected: version }, { insert: run }])) return run;
			// Paused just now, for example; or there is a run of this very moment.
			if (await this.kept.get(run.id)) return undefined;
		}
	}

	/** Goes on with a run whose node was lost. */
	async takeUp({ record, version }: Found, lost: KeptRun, by: Beginner): Promise<KeptRun | undefined> {
		const run: KeptRun = { ...lost, node: by.node, tries: lost.tries + 1 };
		const next: KeptJob = { ...record, holding: held(run, by) };
		return (await this.changed([{ put: next, expected: version }, { put: run }])) ? run : undefined;
	}

	/** Ends a run, where it is still this one that the job's record names. */
	async end({ record, version }: Found, run: KeptRun): Promise<boolean> {
		const failing = run.state === "done" ? 0 : record.failing + 1;
		return this.changed([{ put: { ...record, holding: null, failing }, expected: version }, { put: run }]);
	}

	/** Of what there is no run. */
	release({ record, version }: Found): Promise<boolean> {
		return this.changed([{ put: { ...record, holding: null }, expected: version }]);
	}

	/** Still at it. */
	async beat({ record, version }: Found): Promise<boolean> {
		const { holding } = record;
		if (!holding) return false;
		return this.changed([{ put: { ...record, holding: { ...holding, beat: holding.beat + 1 } }, expected: version }]);
	}

	/** As often as others change it meanwhile. */
	async change(name: string, now: number, next: (job: KeptJob) => KeptJob): Promise<KeptJob> {
		for (;;) {
			const { record, version } = await this.job(name, now);
			const changed = next(record);
			if (await this.changed([{ put: changed, expected: version }])) return changed;
		}
	}

	async run(id: string): Promise<KeptRun | undefined> {
		const found = await this.kept.get(id);
		return isRun(found) ? found : undefined;
	}

	/** The latest first. @throws InvalidCursor */
	async runs(job: string, limit: number, after?: string): Promise<Page<KeptRun>> {
		const asked = { sort: "-for", limit, ...(after !== undefined && { after }) } as const;
		const { records, next } = await this.kept.find({ job }, asked);
		return { records: records.filter(isRun), next };
	}

	/** Forgets the oldest runs of a job. */
	async prune(job: string, most: number): Promise<void> {
		const over = (await this.kept.count({ job })) - most;
		if (over <= 0) return;
		const { records } = await this.kept.find({ job }, { sort: "for", limit: over });
		const old = records.filter(each => isRun(each) && each.state !== "running");
		await this.kept.write(old.map(({ id }) => ({ remove: id })));
	}

	/** False where another node was quicker, or the time has its run. */
	private async changed(changes: readonly Change<Kept>[]): Promise<boolean> {
		try {
			await this.kept.write(changes);
			return true;
		} catch (error) {
			if (error instanceof Conflict) return false;
			if (!(error instanceof Duplicate)) throw error;
			// A clock that was ahead took it once: it is not taken again.
			await this.kept.write(changes.slice(0, 1).map(released)).catch(unlessConflict);
			return false;
		}
	}
}

const held = ({ id }: KeptRun, { holder }: Beginner) => ({ run: id, holder, beat: 0 });

const released = (change: Change<Kept>): Change<Kept> =>
	"put" in change && change.put.kind === "job" ? { ...change, put: { ...change.put, holding: null } } : change;

function unlessConflict(error: unknown): void {
	if (!(error instanceof Conflict)) throw error;
}
