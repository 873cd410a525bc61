/** The controllers of this node, one a run, and what the operator told each when he started it. */

import { createHmac } from "node:crypto";
import { rm } from "node:fs/promises";
import type { EventStore } from "../../../adapters/eventstore";
import { secretKey } from "../../../adapters/secrets";
import type { Broker } from "../../../cluster";
import { settingsOf } from "../../../cluster/settings";
import type { Json } from "../../../contracts/json";
import type { Status } from "../../../contracts/migration/migration";
import type { Mapping } from "../../../domain/migration/mapping";
import { nextStep } from "../../../domain/migration/next-step";
import type { Run } from "../../../domain/migration/run";
import { statusOf } from "../../../domain/migration/status";
import { own } from "../../../domain/own";
import type { Canary } from "./canary";
import { Controller } from "./controller";
import { secretsOf, writePasswords } from "./passwords";

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
		private readonly mappingNamed: (name: string) => Mapping<Json>
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
		if (nextStep(run).kind !== "rest" && !this.running.has(run.name)) this.control(run, order);
		return this.said(run);
	}

	said(run: Run): Status {
		const controller = this.running.get(run.name);
		const status = statusOf(run, controller !== undefined);
		const failure = status.failure ?? this.unstored.get(run.name) ?? null;
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
		const controller = new Controller({
			broker: this.broker,
			store: this.store,
			run,
			leaseMs,
			holder: this.broker.nodeID,
			scope: "local",
			backups: `${dataDir}/backups`,
			backupTaken,
			...(canary && { canary }),
			...this.secrets(run, dataDir)
		});
		this.running.set(name, controller);
		this.unstored.delete(name);
		void controller.ended.then(async () => {
			this.running.delete(name);
			if (run.failure) this.unstored.set(name, run.failure);
			await this.broker.emit("migration.ended", { name, phase: run.phase, failure: run.failure?.code ?? null });
		});
	}

	/** New passwords of admins: derived from the node's own secret, so that a run that goes on gives the same ones. */
	private secrets(run: Run, dataDir: string) {
		const secret = secretKey(dataDir);
		const passwordFor = (stream: string, admin: string): string =>
			createHmac("sha256", secret)
				.update(`${run.name}/${stream}/${admin}`)
				.digest("base64url")
				.slice(0, 24)
				// Or a spreadsheet would take it for a formula.
				.replace(/^-/, "_");
		const fresh = (stream: string): readonly string[] =>
			own(this.mappingNamed(run.mapping).streams, stream)?.newSecrets ?? [];
		const made = (stream: string, record: string): Record<string, string> | undefined =>
			fresh(stream).length > 0
				? Object.fromEntries(fresh(stream).map(name => [name, passwordFor(stream, record)]))
				: undefined;
		const fileOf = (stream: string): string => `${dataDir}/${run.name}-${stream}-passwords.csv`;
		return {
			secretsFor: (stream: string, created: Parameters<typeof secretsOf>[3]) =>
				secretsOf(this.broker, run, stream, created, record => made(stream, record)),
			copied: async (stream: string): Promise<void> => {
				if (fresh(stream).length === 0) return;
				await writePasswords(this.store, run.name, stream, fileOf(stream), record => passwordFor(stream, record));
			},
			// Passwords of nobody; of those who were left there, they are still needed.
			undone: async (): Promise<void> => {
				for (const { stream, undo } of run.streams)
					if (fresh(stream).length > 0 && undo.changed === 0) await rm(fileOf(stream), { force: true });
			}
		};
	}
}
