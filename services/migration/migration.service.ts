import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { hearing } from "../../cluster/callers";
import { settingsOf } from "../../cluster/settings";
import { beyondCaller } from "../../connectors/caller";
import type { ResultOf } from "../../contracts/contract";
import type { CheckReport } from "../../contracts/migration/connection";
import type { FoundArtefacts } from "../../contracts/migration/extractor";
import type { SecretLine } from "../../contracts/migration/lines";
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
import { whyGone, whyStill } from "../../domain/migration/removals";
import type { Run } from "../../domain/migration/run";
import { statusOf } from "../../domain/migration/status";
import { viewOf } from "../../domain/migration/view";
import { announcer } from "../../mixins/announcer.mixin";
import { collection } from "../../mixins/collection.mixin";
import { mappings } from "../../mixins/mappings.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import { eventStore, projections } from "../../mixins/store.mixin";
import { wordOf } from "./run/decisions";
import { asInbounds, INBOUNDS } from "./run/former";
import { changedLines, differenceLines, logLines, reportLines } from "./run/lines";
import { linkLines } from "./run/links";
import { secretLines } from "./run/new-secrets";
import { Pages } from "./run/pages";
import { type Parts, partsOf } from "./run/parts";
import type { PlannedDefinition } from "./run/planned";
import { streamOf } from "./run/runs";
import { Upkeep } from "./run/upkeep";

const { plan, artefacts, inbounds, start, halt, pause, cancel, rollback, compare, repair, dryRun } = migration.actions;
const {
	status,
	list,
	log,
	report,
	diff,
	newSecrets,
	links,
	ends,
	waits,
	rehearses,
	reseal,
	sweep,
	testSource,
	testTarget
} = migration.actions;

@Service(migration)
export default class MigrationService
	extends service(
		hearing,
		announcer(),
		eventStore(),
		projections(),
		secrets(),
		mappings(),
		collection<"definitions", PlannedDefinition>("definitions", "name", { indexes: ["at"] })
	)
	implements Answers<typeof migration>
{
	private parts!: Parts;
	private upkeep: Upkeep | undefined;
	private readonly pages = new Pages();

	@Action(plan, { timeout: 0 })
	async plan(ctx: CallOf<typeof plan>): Promise<Plan> {
		return this.parts.planning.plan(ctx.params.document, ctx.params.look, ctx.meta);
	}

	@Action(artefacts, { timeout: 0 })
	async artefacts(ctx: CallOf<typeof artefacts>): Promise<FoundArtefacts> {
		const { document, kind, keys } = ctx.params;
		return this.parts.planning.artefacts(document, kind, keys, ctx.meta);
	}

	@Action(inbounds, { timeout: 0 })
	async inbounds(ctx: CallOf<typeof inbounds>): Promise<ReturnType<typeof asInbounds>> {
		const { document, tags } = ctx.params;
		return asInbounds(await this.parts.planning.artefacts(document, INBOUNDS, tags, ctx.meta));
	}

	@Action(start)
	async start(ctx: CallOf<typeof start>): Promise<Status> {
		const { name, hash, only, limit, backupTaken, accept = [] } = ctx.params;
		const canary =
			only || limit !== undefined ? { ...(only && { only }), ...(limit !== undefined && { limit }) } : undefined;
		return this.parts.decisions.start(name, hash, accept, { backupTaken, ...(canary && { canary }) });
	}

	@Action(halt)
	async halt(ctx: CallOf<typeof halt>): Promise<Status> {
		return this.parts.decisions.halt(ctx.params.name);
	}

	@Action(pause)
	async pause(ctx: CallOf<typeof pause>): Promise<Status> {
		return this.parts.decisions.stop(wordOf(ctx), "paused");
	}

	@Action(cancel)
	async cancel(ctx: CallOf<typeof cancel>): Promise<Status> {
		return this.parts.decisions.stop(wordOf(ctx), "cancelled");
	}

	@Action(rollback)
	async rollback(ctx: CallOf<typeof rollback>): Promise<Status> {
		return this.parts.decisions.rollback(wordOf(ctx));
	}

	@Action(compare)
	async compare(ctx: CallOf<typeof compare>): Promise<Status> {
		return this.parts.decisions.compare(wordOf(ctx), { force: false });
	}

	@Action(repair)
	async repair(ctx: CallOf<typeof repair>): Promise<Status> {
		return this.parts.decisions.compare(wordOf(ctx), { force: true, removals: ctx.params.removals });
	}

	@Action(dryRun, { timeout: 0 })
	async dryRun(ctx: CallOf<typeof dryRun>): Promise<Status> {
		const { caller } = ctx.meta;
		const nodeID = await this.parts.elsewhere.nodeFor(ctx.params.document);
		if (nodeID !== undefined) return ctx.call("migration.dryRun", ctx.params, { nodeID, timeout: 0 });
		const { planned, broker } = await this.parts.planning.toRehearse(ctx.params.document, ctx.meta, name =>
			this.parts.rehearsals.refuseTaken(name, caller)
		);
		// It goes on, and is asked for by its name.
		const rehearsed = await beyondCaller(() => this.parts.rehearsals.begin(broker, planned, caller));
		return this.statusOf(rehearsed.run, rehearsed.running);
	}

	@Action(status)
	async status(ctx: CallOf<typeof status>): Promise<Status> {
		const { name } = ctx.params;
		const rehearsed = this.parts.rehearsals.get(name);
		if (rehearsed) return this.statusOf(rehearsed.run, rehearsed.running);
		const nodeID = await this.parts.elsewhere.nodeOf(name);
		if (nodeID !== undefined) return ctx.call("migration.status", { name }, { nodeID });
		return this.parts.statuses.of(await this.parts.runs.seen(name));
	}

	@Action(reseal)
	reseal(ctx: CallOf<typeof reseal>): Promise<ResultOf<typeof reseal>> {
		return resealed(this, ctx.params, () => this.parts.resealing.all());
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<Status[]> {
		const runs = await Promise.all((await this.parts.runs.names()).map(name => this.parts.runs.seen(name)));
		return Promise.all(runs.map(run => this.parts.statuses.of(run)));
	}

	@Action(log)
	async log(ctx: CallOf<typeof log>): Promise<Lines<LogLine>> {
		const { name, after = null, limit } = ctx.params;
		await this.parts.runs.seen(name);
		return this.pages.read(after, () => logLines(this.parts.store, name, after, limit));
	}

	@Action(report)
	async report(ctx: CallOf<typeof report>): Promise<Lines<ReportLine>> {
		const { name, stream, after = null } = ctx.params;
		const nodeID = await this.parts.elsewhere.nodeOf(name);
		if (nodeID !== undefined) return ctx.call("migration.report", ctx.params, { nodeID });
		const rehearsed = this.parts.rehearsals.get(name);
		const run = rehearsed ? viewOf(rehearsed.run) : await this.parts.runs.seen(name);
		const found = streamOf(run, stream);
		const told = { lists: rehearsed?.lists ?? this.parts.lists, name, stream: found };
		return this.pages.read(after, () => reportLines(told, after, id => whyStill(run, found, id)));
	}

	@Action(diff)
	async diff(ctx: CallOf<typeof diff>): Promise<Lines<DifferenceLine>> {
		const { name, stream, after = null } = ctx.params;
		const run = await this.parts.runs.seen(name);
		const found = streamOf(run, stream);
		const told = { lists: this.parts.lists, name, stream: found };
		if (run.phase === "rolled-back") return this.pages.read(after, () => changedLines(told, after));
		return this.pages.read(after, () => differenceLines(told, after, id => whyGone(run, found, id)));
	}

	@Action(newSecrets)
	async newSecrets(ctx: CallOf<typeof newSecrets>): Promise<Lines<SecretLine>> {
		const { name, stream, after = null } = ctx.params;
		const run = await this.parts.runs.whole(name);
		const made = this.streamOf(run.mapping, stream).newSecrets ?? { fields: [] };
		return this.pages.read(after, () => secretLines(this, run, streamOf(run, stream), made, after));
	}

	@Action(links, { timeout: 0 })
	async links(ctx: CallOf<typeof links>): Promise<Lines<LinkLine>> {
		const { name, after = null } = ctx.params;
		const run = await this.parts.runs.whole(name);
		const stream = Object.entries(this.mappingNamed(run.mapping).streams).find(([, { oldPath }]) => oldPath);
		return stream ? linkLines(this.broker, run, stream, after) : { lines: [], next: null };
	}

	@Action(ends)
	async ends(_ctx: CallOf<typeof ends>): Promise<Ends[]> {
		return this.parts.runs.ends(settingsOf(this.broker).environment);
	}

	@Action(waits)
	async waits(ctx: CallOf<typeof waits>): Promise<Pick<Status, "waiting" | "failure"> | null> {
		const run = await this.parts.runs.seenHere(ctx.params.name);
		return run ? pick(this.parts.controllers.said(run)) : null;
	}

	@Action(rehearses)
	async rehearses(ctx: CallOf<typeof rehearses>): Promise<string | null> {
		return this.parts.rehearsals.begunAt(ctx.params.name) ?? null;
	}

	@Action(testSource, { timeout: 0 })
	async testSource(ctx: CallOf<typeof testSource>): Promise<CheckReport> {
		return this.parts.planning.lookBy(ctx.params.name, ctx.meta, (broker, { source: connection }) =>
			broker.call("extractor.check", { connection }, { timeout: 0 })
		);
	}

	@Action(testTarget, { timeout: 0 })
	async testTarget(ctx: CallOf<typeof testTarget>): Promise<CheckReport> {
		return this.parts.planning.lookBy(ctx.params.name, ctx.meta, (broker, { target: connection }) =>
			broker.call("importer.check", { connection }, { timeout: 0 })
		);
	}

	@Action(sweep)
	sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		return this.parts.runs.sweep();
	}

	@Event(migration.events.progressed)
	async progressed({ params }: EventOf<typeof migration.events.progressed>): Promise<void> {
		this.upkeep?.changed(params.name);
	}

	created(): void {
		// Before any service of this node stops, for the batch at hand needs them; after the gateway's, which adds its own later.
		this.broker.middlewares?.add({ name: "rest", stopping: () => this.rest() });
	}

	async started(): Promise<void> {
		this.parts = partsOf(this);
		if (settingsOf(this.broker).access === "read") return;
		this.upkeep = new Upkeep(this.broker, this.parts, this);
		await this.upkeep.begin();
	}

	async stopped(): Promise<void> {
		await this.rest();
	}

	/** Runs stop after the batch at hand (L15). */
	private async rest(): Promise<void> {
		await this.upkeep?.end();
		await Promise.all([this.parts?.controllers.haltAll(), this.parts?.rehearsals.endAll()]);
	}

	private statusOf(run: Run, running = false): Status {
		return statusOf(run, running, this.wordsOf(run.mapping));
	}
}

const pick = ({ waiting, failure }: Status): Pick<Status, "waiting" | "failure"> => ({ waiting, failure });
