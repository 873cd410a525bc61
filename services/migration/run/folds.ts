/**
 * The states of runs, folded once: to look at, from memory or as they were kept; to go on with, from the last snapshot
 * and what was recorded since. What is kept is never believed over the events: it says which append it ends with, and
 * where the store has another one there, the run is folded from its beginning.
 */

import { type EventStore, NEW } from "../../../adapters/eventstore";
import type { Projections } from "../../../adapters/projections";
import type { Definition } from "../../../contracts/migration/definition";
import { ByteCache } from "../../../domain/byte-cache";
import type { Run } from "../../../domain/migration/run";
import { bytesOf, FOLD, type RunSnapshot, runFrom, snapshotOf } from "../../../domain/migration/run-snapshot";
import { type RunView, viewOf } from "../../../domain/migration/view";
import { loadRun, runStream } from "./journal";
import { isThere } from "./lists";
import type { Sealing } from "./sealing";

interface Parts extends Pick<Sealing, "seal" | "open"> {
	readonly store: EventStore;
	readonly projections: Projections;
	/** The run as a controller of this node has it. */
	readonly live?: (name: string) => Run | undefined;
}

const TAG = `${FOLD}`;
const MOST_RUNS_BYTES = 64 * 2 ** 20;
const MOST_VIEWS_BYTES = 16 * 2 ** 20;
/** Fewer events are sooner folded than a snapshot is written. */
const LEAST_EVENTS = 128;
/** A snapshot may cost so much for each event since the last one. */
const BYTES_AN_EVENT = 64 * 1024;

export class Folds {
	private readonly runs = new ByteCache<Run>(MOST_RUNS_BYTES);
	private readonly views = new ByteCache<RunView>(MOST_VIEWS_BYTES);
	/** Looks at one run follow each other: each folds on from where the one before it came. */
	private readonly turns = new Map<string, Promise<Run | undefined>>();
	/** How many events the last snapshot of each run has. */
	private readonly snapshots = new Map<string, number>();

	constructor(private readonly parts: Parts) {}

	/** A run of one's own, to go on with. Undefined where nothing of that name was begun. */
	async own(name: string): Promise<Run | undefined> {
		const { store, open } = this.parts;
		const run = await loadRun(store, name, open, await this.kept(name));
		if (run) this.offer(run);
		return run;
	}

	/** To look at, not to change. */
	async view(name: string): Promise<RunView | undefined> {
		const live = this.parts.live?.(name);
		const version = live?.version ?? (await this.parts.store.version(runStream(name)));
		const known = this.views.get(name);
		if (known?.version === version) return known;
		if (version === NEW) return undefined;
		const view = live ? viewOf(live) : ((await this.keptView(name, version)) ?? (await this.lookedAt(name)));
		if (view) this.views.set(name, view, viewBytes(view));
		return view;
	}

	/** The whole state, to look at, not to change: what a view leaves out. Undefined where nothing of that name was begun. */
	async whole(name: string): Promise<Run | undefined> {
		return this.parts.live?.(name) ?? this.look(name);
	}

	/** Keeps a snapshot where enough was recorded since the last one. */
	offer(run: Run): void {
		const since = run.folded - (this.snapshots.get(run.name) ?? 0);
		if (since >= Math.max(LEAST_EVENTS, bytesOf(run) / BYTES_AN_EVENT)) this.keep(run);
	}

	/** Keeps what a run has come to. */
	keep(run: Run): void {
		const { projections, seal } = this.parts;
		if (run.placed === undefined || this.snapshots.get(run.name) === run.folded) return;
		const mark = { ...run.placed, count: run.folded };
		const state = snapshotOf({ ...run, definition: seal(run.definition) });
		if (projections.keep(`run/${run.name}`, { tag: TAG, mark, state })) this.snapshots.set(run.name, run.folded);
		this.keepView(run, viewOf(run));
	}

	private async kept(name: string): Promise<Run | undefined> {
		const { store, projections, open } = this.parts;
		const found = projections.snapshot<RunSnapshot>(`run/${name}`, TAG);
		if (!found || !(await isThere(store, runStream(name), found.mark))) return undefined;
		const definition = openedOr(open, found.state.definition);
		if (!definition) return undefined;
		this.snapshots.set(name, found.mark.count);
		return Object.assign(runFrom(found.state), { definition });
	}

	private async keptView(name: string, version: string): Promise<RunView | undefined> {
		const { store, projections, open } = this.parts;
		const found = projections.snapshot<RunView>(`view/${name}`, TAG);
		if (found?.mark.version !== version || !(await isThere(store, runStream(name), found.mark))) return undefined;
		const definition = openedOr(open, found.state.definition);
		return definition && { ...found.state, definition };
	}

	private keepView(run: Run, view: RunView): void {
		const { projections, seal } = this.parts;
		if (run.placed === undefined) return;
		const mark = { ...run.placed, count: run.folded };
		const state = { ...view, definition: seal(view.definition) };
		projections.keep(`view/${run.name}`, { tag: TAG, mark, state });
	}

	private async lookedAt(name: string): Promise<RunView | undefined> {
		const run = await this.look(name);
		if (!run) return undefined;
		const view = viewOf(run);
		this.keepView(run, view);
		return view;
	}

	private look(name: string): Promise<Run | undefined> {
		const last = this.turns.get(name) ?? Promise.resolve(undefined);
		const next = last.catch(() => undefined).then(() => this.foldOn(name));
		this.turns.set(name, next);
		const over = (): unknown => this.turns.get(name) === next && this.turns.delete(name);
		next.then(over, over);
		return next;
	}

	/** A fold that breaks off leaves nothing half folded behind. */
	private async foldOn(name: string): Promise<Run | undefined> {
		const { store, open } = this.parts;
		const known = this.runs.get(name);
		this.runs.delete(name);
		const run = known ? await loadRun(store, name, open, known) : await this.own(name);
		if (run) this.runs.set(name, run, bytesOf(run));
		return run;
	}
}

/** Undefined where it was sealed with a key that is gone: what was kept is folded anew. */
function openedOr(open: Sealing["open"], definition: Definition): Definition | undefined {
	try {
		return open(definition);
	} catch {
		return undefined;
	}
}

const viewBytes = ({ streams }: RunView): number =>
	streams.reduce((sum, { comparison: { absent, waiting, left }, mended }) => {
		return sum + (absent.length + waiting.size + left.size + mended.size) * 64;
	}, 16_000);
