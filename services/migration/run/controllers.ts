/** The controllers of this node, one a run, and what the operator told each when they started it. */

import { setTimeout as sleep } from "node:timers/promises";
import type { EventStore } from "../../../adapters/eventstore";
import type { Sealer } from "../../../adapters/secrets";
import type { Broker } from "../../../cluster";
import { type Settings, settingsOf } from "../../../cluster/settings";
import { inChapters } from "../../../cluster/tracing";
import { migration, type Status } from "../../../contracts/migration/migration";
import { nextStep } from "../../../domain/migration/next-step";
import type { Run } from "../../../domain/migration/run";
import { toldStatus } from "../../../domain/migration/status";
import { type RunView, viewOf } from "../../../domain/migration/view";
import { own } from "../../../domain/own";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import { targetSpec } from "../../../mixins/systems";
import type { Canary } from "./canary";
import { Controller } from "./controller";
import { type EndTeller, tellEnd } from "./ended";
import type { Folds } from "./folds";
import type { Leases } from "./leases";
import type { Lists } from "./lists";
import { recordSecrets } from "./record-secrets";
import { runSpan } from "./run-span";

export interface Order {
	readonly canary?: Canary;
	readonly backupTaken?: boolean;
}

interface Parts {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly lists: Lists;
	readonly folds: Folds;
	readonly leases: Leases;
	readonly secrets: Pick<Sealer, "derive">;
	readonly owner: Pick<MappingsOwner, "mappingNamed" | "wordsOf"> & EndTeller;
}

/** Whoever decides something waits so long for its controller to begin: then it outlives this node, in ms. */
const BEGINS_MS = 2_000;

export class Controllers {
	private readonly running = new Map<string, Controller>();
	/** What stopped a run that could not be stored, for example on a full disk. */
	private readonly unstored = new Map<string, NonNullable<Run["failure"]>>();
	private readonly turns = new Map<string, Promise<unknown>>();
	private readonly settings: Settings;

	constructor(private readonly parts: Parts) {
		this.settings = settingsOf(parts.broker);
	}

	/** What is asked of one run is done one after the other. */
	inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.turns.get(name) ?? Promise.resolve()).then(work);
		const settled = turn
			.catch(() => undefined)
			.finally(() => this.turns.get(name) === settled && this.turns.delete(name));
		this.turns.set(name, settled);
		return turn;
	}

	/** The run as its controller has it; undefined when none is at work on it here. */
	runOf(name: string): Run | undefined {
		return this.running.get(name)?.run;
	}

	/** Puts a controller to work, if there is anything to do and none is at it, on this node or, as its lease says, on another. */
	async drive(run: Run, order: Order = {}): Promise<Status> {
		const { name } = run;
		if (nextStep(run).kind !== "idle" && !this.running.has(name)) {
			this.control(run, order);
			if (this.isShared)
				await Promise.race([this.running.get(name)?.begun, sleep(BEGINS_MS, undefined, { ref: false })]);
		}
		return this.said(viewOf(run));
	}

	/** As far as this node knows. */
	said({ name, mapping, status: facts }: Pick<RunView, "name" | "mapping" | "status">): Status {
		const controller = this.running.get(name);
		const status = toldStatus(facts, controller !== undefined, this.parts.owner.wordsOf(mapping));
		const failure = status.failure ?? this.unstored.get(name) ?? null;
		const node = this.isShared && controller !== undefined ? { node: this.parts.broker.nodeID } : {};
		return { ...status, ...node, failure, waiting: controller?.waiting ?? null };
	}

	/** Something was recorded of it: perhaps another's word. */
	async check(name: string): Promise<void> {
		await this.running.get(name)?.check();
	}

	/** Stops after the batch at hand. */
	async halt(name: string): Promise<void> {
		await this.running.get(name)?.halt();
	}

	async haltAll(): Promise<void> {
		await Promise.all([...this.running.keys()].map(name => this.halt(name)));
	}

	/** Other nodes may drive the runs of this store. */
	get isShared(): boolean {
		return this.settings.store === "cluster";
	}

	private control(run: Run, { canary, backupTaken = false }: Order): void {
		const { broker, store, lists, folds, leases, secrets, owner } = this.parts;
		const { name } = run;
		const { leaseMs, dataDir } = this.settings;
		const { streams } = owner.mappingNamed(run.mapping);
		const fresh = (stream: string) => own(streams, stream)?.newSecrets;
		const begin = (): Promise<void> => {
			const controller = new Controller({
				...{ broker, store, lists, folds, run, leaseMs },
				boundMs: this.boundOf(run),
				watch: leases.of(name),
				holder: broker.nodeID,
				scope: this.isShared ? "cluster" : "local",
				backups: `${dataDir}/backups`,
				backupTaken,
				...(canary && { canary }),
				...recordSecrets({ broker, store, run, dataDir, fresh, secrets, isShared: this.isShared })
			});
			this.running.set(name, controller);
			this.unstored.delete(name);
			return controller.ended.then(() => this.over(run));
		};
		void inChapters(broker, runSpan("migration run", name), begin);
	}

	private async over(run: Run): Promise<void> {
		const { broker, folds, owner } = this.parts;
		const { name, failure } = run;
		this.running.delete(name);
		folds.keep(run);
		if (failure) this.unstored.set(name, failure);
		void broker.broadcast("migration.progressed", { name });
		// Not where it is only told to rest, as a node that stops does.
		if (!failure && nextStep(run).kind !== "idle") return;
		broker.metrics.increment(migration.metrics.ended.name, { result: failure ? "failed" : run.phase });
		await tellEnd(owner, run);
	}

	/** As long as the node's requests may take, and this run's. */
	private boundOf({ definition: { target } }: Run): number {
		const usual = targetSpec(this.parts.broker, target).options?.timeoutMs?.default;
		return Math.max(this.settings.leaseBoundMs, Number(target.timeoutMs ?? usual ?? 0) || 0);
	}
}
