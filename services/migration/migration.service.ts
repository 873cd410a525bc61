import { setImmediate as othersFirst } from "node:timers/promises";
import { sealer } from "../../adapters/secrets";
import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { hearing } from "../../cluster/callers";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { beyondCaller } from "../../connectors/caller";
import type { CheckReport } from "../../contracts/migration/connection";
import type { FoundArtefacts } from "../../contracts/migration/extractor";
import {
	type DifferenceLine,
	type Ends,
	type Lines,
	type LinkLine,
	type LogLine,
	migration,
	type Plan,
	type Status
} from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { InTurn } from "../../domain/in-turn";
import { unknownLoss } from "../../domain/migration/definition-rules";
import type { RunEvent } from "../../domain/migration/events";
import { nextStep } from "../../domain/migration/next-step";
import { tooFew, whyGone, whyStill } from "../../domain/migration/removals";
import type { Run } from "../../domain/migration/run";
import { statusOf } from "../../domain/migration/status";
import { acceptedOf } from "../../domain/migration/verdict";
import { viewOf } from "../../domain/migration/view";
import { collection } from "../../mixins/collection.mixin";
import { mappings } from "../../mixins/mappings.mixin";
import { eventStore, projections } from "../../mixins/store.mixin";
import { knownSystems, systemsOf } from "../../mixins/systems";
import { announcing } from "./run/announce";
import { Controllers } from "./run/controllers";
import { Folds } from "./run/folds";
import { asInbounds, INBOUNDS } from "./run/former";
import { Gauges } from "./run/gauges";
import { appendRun } from "./run/journal";
import { changedLines, differenceLines, logLines, reportLines } from "./run/lines";
import { linkLines } from "./run/links";
import { Lists } from "./run/lists";
import { Looks } from "./run/looks";
import type { PlannedDefinition } from "./run/planned";
import { Planning } from "./run/planning";
import { Rehearsals } from "./run/rehearsals";
import { Runs, streamOf } from "./run/runs";
import { sealing } from "./run/sealing";

const { plan, artefacts, inbounds, start, halt, pause, cancel, rollback, compare, repair, dryRun } = migration.actions;
const { status, list, log, report, diff, links, ends, testSource, testTarget } = migration.actions;

@Service(migration)
export default class MigrationService
	extends service(
		hearing,
		eventStore(),
		projections(),
		mappings(),
		collection<"definitions", PlannedDefinition>("definitions", "name")
	)
	implements Answers<typeof migration>
{
	private lists!: Lists;
	private folds!: Folds;
	private controllers!: Controllers;
	private rehearsals!: Rehearsals;
	private runs!: Runs;
	private looks!: Looks;
	private planning!: Planning;
	private gauges: Gauges | undefined;
	private sweeping: NodeJS.Timeout[] = [];
	private readonly pages = new InTurn();

	@Action(plan, { timeout: 0 })
	async plan(ctx: CallOf<typeof plan>): Promise<Plan> {
		return this.planning.plan(ctx.params.document, ctx.params.look, ctx.meta);
	}

	@Action(artefacts, { timeout: 0 })
	async artefacts(ctx: CallOf<typeof artefacts>): Promise<FoundArtefacts> {
		const { document, kind, keys } = ctx.params;
		return this.planning.artefacts(document, kind, keys, ctx.meta);
	}

	@Action(inbounds, { timeout: 0 })
	async inbounds(ctx: CallOf<typeof inbounds>): Promise<ReturnType<typeof asInbounds>> {
		const { document, tags } = ctx.params;
		return asInbounds(await this.planning.artefacts(document, INBOUNDS, tags, ctx.meta));
	}

	@Action(start)
	async start(ctx: CallOf<typeof start>): Promise<Status> {
		const { name, hash, only, limit, backupTaken, accept = [] } = ctx.params;
		const canary =
			only || limit !== undefined ? { ...(only && { only }), ...(limit !== undefined && { limit }) } : undefined;
		for (const code of accept) {
			const unknown = unknownLoss(code, this.words().meanings);
			if (unknown !== undefined) throw failure("REQUEST_INVALID", unknown);
		}
		return this.controllers.inTurn(name, async () => {
			const begun = await this.runs.begun(name);
			const run = begun ? await this.renewed(begun, hash) : await this.runs.begin(name, hash);
			if (run.phase === "cancelled" || run.phase === "rolled-back")
				throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${run.phase}: give a new one another name.`);
			const ready = await this.accepting(run, accept);
			return this.controllers.drive(ready, { backupTaken, ...(canary && { canary }) });
		});
	}

	@Action(halt)
	async halt(ctx: CallOf<typeof halt>): Promise<Status> {
		const { name } = ctx.params;
		return this.controllers.inTurn(name, async () => this.statusOf(await this.halted(name)));
	}

	@Action(pause)
	async pause(ctx: CallOf<typeof pause>): Promise<Status> {
		return this.decide(ctx.params, "paused");
	}

	@Action(cancel)
	async cancel(ctx: CallOf<typeof cancel>): Promise<Status> {
		return this.decide(ctx.params, "cancelled");
	}

	@Action(rollback)
	async rollback(ctx: CallOf<typeof rollback>): Promise<Status> {
		const { name, reason } = ctx.params;
		return this.controllers.inTurn(name, async () => {
			const run = await this.renewed(await this.halted(name));
			if (run.phase !== "rolling-back" && !(run.phase === "rolled-back" && leftNothing(run)))
				await appendRun(this.store, run, { type: "undoing", data: { reason } }, `undoing-after-${run.version}`);
			return this.controllers.drive(run);
		});
	}

	@Action(compare)
	async compare(ctx: CallOf<typeof compare>): Promise<Status> {
		return this.again(ctx.params, false);
	}

	@Action(repair)
	async repair(ctx: CallOf<typeof repair>): Promise<Status> {
		return this.again(ctx.params, true, ctx.params.removals);
	}

	@Action(dryRun, { timeout: 0 })
	async dryRun(ctx: CallOf<typeof dryRun>): Promise<Status> {
		const { caller } = ctx.meta;
		const { planned, broker } = await this.planning.toRehearse(ctx.params.document, ctx.meta, name =>
			this.rehearsals.refuseTaken(name, caller)
		);
		// It goes on, and is asked for by its name.
		const rehearsed = await beyondCaller(() => this.rehearsals.begin(broker, planned, caller));
		return this.statusOf(rehearsed.run, rehearsed.running);
	}

	@Action(status)
	async status(ctx: CallOf<typeof status>): Promise<Status> {
		const { name } = ctx.params;
		const rehearsed = this.rehearsals.get(name);
		if (rehearsed) return this.statusOf(rehearsed.run, rehearsed.running);
		return this.controllers.said(await this.runs.seen(name));
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<Status[]> {
		const runs = await Promise.all((await this.runs.names()).map(name => this.runs.seen(name)));
		return runs.map(run => this.controllers.said(run));
	}

	@Action(log)
	async log(ctx: CallOf<typeof log>): Promise<Lines<LogLine>> {
		const { name, after = null, limit } = ctx.params;
		await this.runs.seen(name);
		return this.page(after, () => logLines(this.store, name, after, limit));
	}

	@Action(report)
	async report(ctx: CallOf<typeof report>): Promise<Lines<ReportLine>> {
		const { name, stream, after = null } = ctx.params;
		const rehearsed = this.rehearsals.get(name);
		const run = rehearsed ? viewOf(rehearsed.run) : await this.runs.seen(name);
		const found = streamOf(run, stream);
		const told = { lists: rehearsed?.lists ?? this.lists, name, stream: found };
		return this.page(after, () => reportLines(told, after, id => whyStill(run, found, id)));
	}

	@Action(diff)
	async diff(ctx: CallOf<typeof diff>): Promise<Lines<DifferenceLine>> {
		const { name, stream, after = null } = ctx.params;
		const run = await this.runs.seen(name);
		const found = streamOf(run, stream);
		const told = { lists: this.lists, name, stream: found };
		if (run.phase === "rolled-back") return this.page(after, () => changedLines(told, after));
		return this.page(after, () => differenceLines(told, after, id => whyGone(run, found, id)));
	}

	@Action(links, { timeout: 0 })
	async links(ctx: CallOf<typeof links>): Promise<Lines<LinkLine>> {
		const { name, after = null } = ctx.params;
		const run = await this.runs.seen(name);
		const stream = Object.entries(this.mappingNamed(run.mapping).streams).find(([, { oldPath }]) => oldPath);
		return stream ? linkLines(this.broker, run, stream, after) : { lines: [], next: null };
	}

	@Action(ends)
	async ends(_ctx: CallOf<typeof ends>): Promise<Ends[]> {
		return this.runs.ends(settingsOf(this.broker).environment);
	}

	@Action(testSource, { timeout: 0 })
	async testSource(ctx: CallOf<typeof testSource>): Promise<CheckReport> {
		return this.planning.lookBy(ctx.params.name, ctx.meta, (broker, { source: connection }) =>
			broker.call("extractor.check", { connection }, { timeout: 0 })
		);
	}

	@Action(testTarget, { timeout: 0 })
	async testTarget(ctx: CallOf<typeof testTarget>): Promise<CheckReport> {
		return this.planning.lookBy(ctx.params.name, ctx.meta, (broker, { target: connection }) =>
			broker.call("importer.check", { connection }, { timeout: 0 })
		);
	}

	@Event(migration.events.progressed)
	async progressed(ctx: EventOf<typeof migration.events.progressed>): Promise<void> {
		this.gauges?.changed(ctx.params.name);
	}

	@Event(migration.events.ended)
	async over(ctx: EventOf<typeof migration.events.ended>): Promise<void> {
		this.gauges?.changed(ctx.params.name);
	}

	/** Undefined where there is none of that name here. */
	private async seen(name: string): Promise<Status | undefined> {
		const run = await this.runs.seenHere(name);
		return run && this.controllers.said(run);
	}

	/** What was not finished when the node stopped goes on. */
	async started(): Promise<void> {
		this.store = announcing(this.store, name => this.recorded(name));
		this.lists = new Lists(this.store, this.projections);
		const { dataDir, access } = settingsOf(this.broker);
		const limits = settingsFor(this.broker, migration);
		const known = knownSystems(systemsOf(this.broker));
		const keys = sealing(sealer(dataDir), known);
		const { store, projections } = this;
		this.folds = new Folds({ store, projections, ...keys, live: name => this.controllers.runOf(name) });
		this.controllers = new Controllers(this.broker, this.store, this.lists, this.folds, this);
		this.runs = new Runs(this.store, this.folds, this.definitions, keys, known, limits);
		this.rehearsals = new Rehearsals(limits);
		this.looks = new Looks(limits);
		const { broker, runs, controllers, looks } = this;
		this.planning = new Planning({ broker, runs, controllers, looks, known, mappings: this });
		if (access === "read") return;
		this.gauges = new Gauges(broker.metrics, name => this.seen(name));
		for (const name of await runs.names()) this.gauges.changed(name);
		this.sweeping = [
			setInterval(() => void this.sweep(() => this.rehearsals.sweep()), Math.min(60_000, limits.dryRunIdle * 500)),
			setInterval(() => void this.sweep(() => this.runs.sweep()), HOUR_MS)
		];
		if (!settingsOf(this.broker).resume) return;
		for (const name of await this.runs.names())
			if ((await this.runs.seen(name)).resumes) this.controllers.drive(await this.runs.run(name));
	}

	/** Something was recorded of it. */
	private recorded(name: string): void {
		const run = this.controllers.runOf(name);
		if (run) this.folds.offer(run);
		void this.broker.broadcast("migration.progressed", { name });
	}

	/** Runs stop after the batch at hand (L15). */
	async stopped(): Promise<void> {
		for (const each of this.sweeping) clearInterval(each);
		this.gauges?.end();
		await Promise.all([this.controllers?.haltAll(), this.rehearsals?.endAll()]);
	}

	private async sweep(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			this.logger.warn(`What is old could not be removed: ${(error as Error).message}`);
		}
	}

	/**
	 * Lines of a long answer. The store is read without a pause, and so is the next page of many streams at once: one page
	 * at a time, and others' requests between them.
	 */
	private page<T>(after: string | null, read: () => Promise<T>): Promise<T> {
		return this.pages.next(async () => {
			await othersFirst();
			return fromPlace(after, read);
		});
	}

	private statusOf(run: Run, running = false): Status {
		return statusOf(run, running, this.wordsOf(run.mapping));
	}

	/** With the definition that was planned since, where it was: a controller at work on it stops for that. */
	private async renewed(run: Run, hash?: string): Promise<Run> {
		const planned = await this.runs.rewritten(run, hash);
		if (planned === undefined) return run;
		const rested = await this.halted(run.name);
		await this.runs.redefine(rested, planned);
		return rested;
	}

	/** The run, with no controller of this node at work on it. */
	private async halted(name: string): Promise<Run> {
		await this.controllers.halt(name);
		return this.runs.run(name);
	}

	/** Records what the operator accepts beyond what was accepted before; a controller at work on it stops for that. */
	private async accepting(run: Run, accept: readonly string[]): Promise<Run> {
		const codes = [...new Set(accept)].filter(code => !acceptedOf(run).has(code));
		if (codes.length === 0) return run;
		const rested = await this.halted(run.name);
		await appendRun(this.store, rested, { type: "accepted", data: { codes } }, `accepted-after-${rested.version}`);
		return rested;
	}

	/** Compares a finished run once more. @param force writes also what others changed at the target @param removals deletions that are confirmed */
	private again(
		{ name, reason }: { name: string; reason: string },
		force: boolean,
		removals?: number
	): Promise<Status> {
		return this.controllers.inTurn(name, async () => {
			const run = await this.renewed(await this.halted(name));
			if (run.phase !== "finished")
				throw failure(
					"MIGRATION_NOT_READY",
					`The migration '${name}' is ${run.phase}: compare it once it is finished.`
				);
			const few = removals === undefined ? undefined : tooFew(run, removals);
			if (few !== undefined) throw failure("REQUEST_INVALID", few);
			for (const { stream } of run.streams) {
				const data = { stream, force, reason, ...(removals !== undefined && { removals }) };
				const event: RunEvent = { type: "again", data };
				await appendRun(this.store, run, event, `again-after-${run.version}`);
			}
			return this.controllers.drive(run);
		});
	}

	/** Stops a run that is not over, by a word of the operator. */
	private async decide(
		{ name, reason }: { name: string; reason: string },
		type: "paused" | "cancelled"
	): Promise<Status> {
		return this.controllers.inTurn(name, async () => {
			const run = await this.halted(name);
			if (nextStep(run).kind === "rest")
				throw failure("MIGRATION_NOT_READY", `The migration '${name}' is ${run.phase} already.`);
			await appendRun(this.store, run, { type, data: { reason } }, `${type}-after-${run.version}`);
			return this.statusOf(run);
		});
	}
}

const HOUR_MS = 3_600_000;

/** Then there is nothing to try once more. */
const leftNothing = ({ streams }: Run): boolean => streams.every(({ undo }) => undo.left.size === 0);

/** Reads on from a place that a caller gave. @throws REQUEST_INVALID when it is none */
async function fromPlace<T>(after: string | null, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw failure(
			"REQUEST_INVALID",
			`'${after}' is no place to read on from: give back 'next', or a line's 'id', as it was.`
		);
	}
}
