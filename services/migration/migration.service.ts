import { createHmac } from "node:crypto";
import { NEW } from "../../adapters/eventstore";
import { secretKey } from "../../adapters/secrets";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsOf } from "../../cluster/settings";
import { sources, targets } from "../../connectors";
import type { Spec } from "../../connectors/connector";
import {
	type DifferenceLine,
	type Lines,
	migration,
	type Plan,
	type Status
} from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { type ConnectorOptions, readDefinition } from "../../domain/migration/definition";
import { newRun, type Run, type RunEvent, type StreamRun } from "../../domain/migration/run";
import { statusOf } from "../../domain/migration/status";
import { collection } from "../../mixins/collection.mixin";
import { eventStore } from "../../mixins/event-store.mixin";
import { mappings } from "../../mixins/mappings.mixin";
import { Controller } from "./run/controller";
import { appendRun, loadRun, runNames } from "./run/journal";
import { differenceLines, reportLines } from "./run/lines";
import { writePasswords } from "./run/passwords";
import { preflight } from "./run/planner";

const { plan, start, halt, status, list, report, diff } = migration.actions;

/** A definition as it was last planned, with what the plan found; `start` takes it from here. */
interface PlannedDefinition {
	readonly name: string;
	readonly planned: Extract<RunEvent, { type: "planned" }>["data"];
}
const options = (table: Readonly<Record<string, { readonly spec: Spec }>>): ConnectorOptions =>
	Object.fromEntries(Object.entries(table).map(([name, { spec }]) => [name, spec.options]));

@Service(migration)
export default class MigrationService
	extends service(eventStore(), mappings(), collection<"definitions", PlannedDefinition>("definitions", "name"))
	implements Answers<typeof migration>
{
	private readonly controllers = new Map<string, Controller>();
	private readonly known = { source: options(sources), target: options(targets) };

	@Action(plan, { timeout: 0 })
	async plan(ctx: CallOf<typeof plan>): Promise<Plan> {
		const read = readDefinition(ctx.params.document, this.known);
		if (!read.ok) throw failure("DEFINITION_INVALID", lines(read.problems), { problems: read.problems });
		const { definition, hash } = read;
		const begun = await loadRun(this.store, definition.name);
		if (begun && begun.hash !== hash) throw changed(definition.name);
		if (begun) return begun.plan;
		const mapping = this.mappingBetween(String(definition.source.connector), String(definition.target.connector));
		if (!mapping) throw failure("DEFINITION_INVALID", "There is no mapping between these two systems.");
		const planned = await preflight(this.broker, definition, hash, mapping);
		const { name } = definition;
		await this.definitions.put({ name, planned: { definition, hash, ...planned } });
		return planned.plan;
	}

	@Action(start)
	async start(ctx: CallOf<typeof start>): Promise<Status> {
		const { name } = ctx.params;
		const run = (await loadRun(this.store, name)) ?? (await this.begin(name));
		if (run.phase !== "finished" && !this.controllers.has(name)) this.control(run);
		return statusOf(run, this.controllers.has(name));
	}

	@Action(halt)
	async halt(ctx: CallOf<typeof halt>): Promise<Status> {
		await this.controllers.get(ctx.params.name)?.halt();
		return statusOf(await this.run(ctx.params.name), false);
	}

	@Action(status)
	async status(ctx: CallOf<typeof status>): Promise<Status> {
		const { name } = ctx.params;
		const controller = this.controllers.get(name);
		return statusOf(controller?.run ?? (await this.run(name)), controller !== undefined);
	}

	@Action(list)
	async list(_ctx: CallOf<typeof list>): Promise<Status[]> {
		const runs = await Promise.all((await runNames(this.store)).map(name => this.run(name)));
		return runs.map(run => statusOf(run, this.controllers.has(run.name)));
	}

	@Action(report)
	async report(ctx: CallOf<typeof report>): Promise<Lines<ReportLine>> {
		const { name, stream, after } = ctx.params;
		return reportLines(this.store, name, await this.stream(name, stream), after);
	}

	@Action(diff)
	async diff(ctx: CallOf<typeof diff>): Promise<Lines<DifferenceLine>> {
		const { name, stream, after } = ctx.params;
		return differenceLines(this.store, name, await this.stream(name, stream), after);
	}

	/** What was not finished when the node stopped goes on. */
	async started(): Promise<void> {
		if (!settingsOf(this.broker).resume) return;
		for (const name of await runNames(this.store)) {
			const run = await this.run(name);
			if (run.phase !== "finished" && run.token !== null) this.control(run);
		}
	}

	/** Runs stop after the batch at hand (L15). */
	async stopped(): Promise<void> {
		await Promise.all([...this.controllers.values()].map(controller => controller.halt()));
	}

	private async run(name: string): Promise<Run> {
		const run = await loadRun(this.store, name);
		if (!run) throw failure("MIGRATION_NOT_FOUND", `There is no migration '${name}' in this data folder.`);
		return run;
	}

	private async stream(name: string, stream: string): Promise<StreamRun> {
		const found = (await this.run(name)).streams.find(each => each.stream === stream);
		if (!found) throw failure("MIGRATION_NOT_FOUND", `The migration '${name}' has no stream '${stream}'.`);
		return found;
	}

	/** The first event of a run: a snapshot of what was planned. */
	private async begin(name: string): Promise<Run> {
		const planned = (await this.definitions.get(name))?.planned;
		if (!planned) throw failure("MIGRATION_NOT_FOUND", `There is no migration '${name}': plan it first.`);
		if (!planned.plan.ok)
			throw failure("PREFLIGHT_REFUSED", `The preflight of '${name}' refused it: plan it again once it is mended.`);
		const run = newRun(name, planned, NEW);
		await appendRun(this.store, run, { type: "planned", data: planned }, "planned");
		return run;
	}

	private control(run: Run): void {
		const { name } = run;
		const { leaseMs, dataDir } = settingsOf(this.broker);
		const secret = secretKey(dataDir);
		const passwordFor = (stream: string, admin: string): string =>
			createHmac("sha256", secret).update(`${name}/${stream}/${admin}`).digest("base64url").slice(0, 24);
		const fresh = (stream: string): readonly string[] =>
			this.mappingNamed(run.mapping).streams[stream]?.newSecrets ?? [];
		const controller = new Controller({
			broker: this.broker,
			store: this.store,
			run,
			leaseMs,
			holder: `${this.broker.nodeID}`,
			scope: "local",
			secretsFor: (stream, record) =>
				fresh(stream).length > 0
					? Object.fromEntries(fresh(stream).map(s => [s, passwordFor(stream, record)]))
					: undefined,
			copied: async stream => {
				if (fresh(stream).length === 0) return;
				const file = `${dataDir}/${name}-${stream}-passwords.csv`;
				await writePasswords(this.store, name, stream, file, record => passwordFor(stream, record));
			}
		});
		this.controllers.set(name, controller);
		void controller.ended.then(async () => {
			this.controllers.delete(name);
			await this.broker.emit("migration.ended", { name, phase: run.phase, failure: run.failure?.code ?? null });
		});
	}
}

const lines = (problems: readonly { line: number; column: number; path: string; message: string }[]): string =>
	problems
		.map(({ line, column, path, message }) => `line ${line}:${column}${path && ` ${path}`}: ${message}`)
		.join("\n");

const changed = (name: string) =>
	failure(
		"DEFINITION_CHANGED",
		`The definition of '${name}' is not the one it was begun with: restore it, or give the changed one another name.`
	);
