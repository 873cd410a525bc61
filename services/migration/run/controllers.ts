/** The controllers of this node, one a run, and what the operator told each when they started it. */

import type { EventStore } from "../../../adapters/eventstore";
import type { Broker } from "../../../cluster";
import { settingsOf } from "../../../cluster/settings";
import type { Status } from "../../../contracts/migration/migration";
import { nextStep } from "../../../domain/migration/next-step";
import type { Run } from "../../../domain/migration/run";
import { toldStatus } from "../../../domain/migration/status";
import { type RunView, viewOf } from "../../../domain/migration/view";
import { own } from "../../../domain/own";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import type { Canary } from "./canary";
import { Controller } from "./controller";
import { type EndTeller, tellEnd } from "./ended";
import type { Folds } from "./folds";
import type { Lists } from "./lists";
import { recordSecrets } from "./record-secrets";

export interface Order {
	readonly canary?: Canary;
	readonly backupTaken?: boolean;
}

export class Controllers {
	private readonly running = new Map<string, Controller>();
	/** What stopped a run that could not be stored, for example on a full disk. */
	private readonly unstored = new Map<string, NonNullable<Run["failure"]>>();
	private readonly turns = new Map<string, Promise<unknown>>();

	constructor(
		private readonly broker: Broker,
		private readonly store: EventStore,
		private readonly lists: Lists,
		private readonly folds: Folds,
		private readonly owner: Pick<MappingsOwner, "mappingNamed" | "wordsOf"> & EndTeller
	) {}

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

	/** Puts a controller to work, if there is anything to do and none is at it. */
	drive(run: Run, order: Order = {}): Status {
		if (nextStep(run).kind !== "idle" && !this.running.has(run.name)) this.control(run, order);
		return this.said(viewOf(run));
	}

	said({ name, mapping, status: facts }: Pick<RunView, "name" | "mapping" | "status">): Status {
		const controller = this.running.get(name);
		const status = toldStatus(facts, controller !== undefined, this.owner.wordsOf(mapping));
		const failure = status.failure ?? this.unstored.get(name) ?? null;
		return { ...status, failure, waiting: controller?.waiting ?? null };
	}

	/** Stops after the batch at hand. */
	async halt(name: string): Promise<void> {
		await this.running.get(name)?.halt();
	}

	async haltAll(): Promise<void> {
		await Promise.all([...this.running.keys()].map(name => this.halt(name)));
	}

	private control(run: Run, { canary, backupTaken = false }: Order): void {
		const { name } = run;
		const { leaseMs, dataDir } = settingsOf(this.broker);
		const { streams } = this.owner.mappingNamed(run.mapping);
		const fresh = (stream: string) => own(streams, stream)?.newSecrets;
		const controller = new Controller({
			broker: this.broker,
			store: this.store,
			lists: this.lists,
			folds: this.folds,
			run,
			leaseMs,
			holder: this.broker.nodeID,
			scope: "local",
			backups: `${dataDir}/backups`,
			backupTaken,
			...(canary && { canary }),
			...recordSecrets({ broker: this.broker, store: this.store, run, dataDir, fresh })
		});
		this.running.set(name, controller);
		this.unstored.delete(name);
		void controller.ended.then(async () => {
			this.running.delete(name);
			this.folds.keep(run);
			if (run.failure) this.unstored.set(name, run.failure);
			void this.broker.broadcast("migration.progressed", { name });
			// Not where it is only told to rest, as a node that stops does.
			if (run.failure || nextStep(run).kind === "idle") await tellEnd(this.owner, run);
		});
	}
}
