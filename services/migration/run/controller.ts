/**
 * Drives a run to its end: reads the state, does the next step, records it. Level-triggered: what it does follows from
 * the events alone, so it does not matter how often it was killed before. One controller at a time holds the lease; one
 * that was overtaken learns it from the store, because its next append meets another version.
 */

import { type EventStore, VersionConflict } from "../../../adapters/eventstore";
import { acquireLease, type Lease } from "../../../adapters/lease";
import type { Broker } from "../../../cluster";
import { codeOf } from "../../../cluster/errors";
import { settingsOf } from "../../../cluster/settings";
import { currentWait } from "../../../connectors/waits";
import type { RunEvent } from "../../../domain/migration/events";
import { nextStep, type Step } from "../../../domain/migration/next-step";
import type { Run, StreamRun } from "../../../domain/migration/run";
import { verdictOf } from "../../../domain/migration/verdict";
import { maskText } from "../../../domain/text/masking";
import { messageOf } from "../../../domain/unknown";
import { live } from "./appliers";
import { backUp } from "./backup";
import { type Canary, findCanary, moveCanary } from "./canary";
import { compareStream } from "./compare";
import { copyStream } from "./copy";
import type { Folds } from "./folds";
import { Holders } from "./holders";
import { appendRun, runStream } from "./journal";
import type { Lists } from "./lists";
import type { HeldLease, RunContext } from "./run-context";
import { isAway, leaseLost } from "./stops";
import { surveyTarget } from "./survey";
import { undoStream } from "./undo";

export interface ControllerOptions {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly lists: Lists;
	readonly folds: Pick<Folds, "view">;
	readonly run: Run;
	readonly leaseMs: number;
	/** Who holds the lease, for the one who waits for it. */
	readonly holder: string;
	/** `local`: the data folder's lock proves that an earlier holder is dead, and with it the importer in its process. */
	readonly scope: "local" | "cluster";
	readonly secretsFor: RunContext["secretsFor"];
	/** Where a copy of the target's database goes. */
	readonly backups: string;
	/** The operator has taken one themselves. */
	readonly backupTaken: boolean;
	/** Moves only these of the last stream, then rests. */
	readonly canary?: Canary;
	/** Called once a stream is copied, before it is compared. */
	readonly copied: (stream: string) => Promise<void>;
	/** Called before it is recorded that all is put back. */
	readonly undone: () => Promise<void>;
}

/** Waits between tries of a step that failed because a system was away, in times the first one. */
const PATIENCE = [1, 2, 4, 8, 16, 32] as const;

export class Controller {
	private readonly halting = new AbortController();
	private lease: Lease | undefined;
	private readonly holders: Holders;
	/** Those who go first are known to the source. */
	private found = false;
	#waiting: { readonly why: string; readonly until: number; readonly more: number } | null = null;
	readonly ended: Promise<void>;

	constructor(private readonly options: ControllerOptions) {
		this.holders = new Holders(options);
		this.ended = this.work();
	}

	/** What it waits for, and for how long. */
	get waiting(): string | null {
		const wait = this.#waiting ?? currentWait();
		if (wait === null) return null;
		const seconds = Math.ceil((wait.until - Date.now()) / 1000);
		const again = `${wait.why} Asked again ${seconds > 0 ? `in ${seconds} s` : "now"}`;
		if (this.#waiting === null) return `${again}.`;
		const { more } = this.#waiting;
		return `${again}, ${more === 0 ? "for the last time" : `and up to ${more} more ${more === 1 ? "time" : "times"}`}.`;
	}

	/** The state as this controller has it. */
	get run(): Run {
		return this.options.run;
	}

	/** Stops after the batch at hand; the run can be started again. */
	async halt(): Promise<void> {
		this.halting.abort();
		await this.ended;
	}

	private async work(): Promise<void> {
		const { broker, store, run, leaseMs, holder } = this.options;
		// An importer of another node outlives this process: then its death proves nothing, and its lease is waited out.
		const scope = broker.getLocalService("importer") ? this.options.scope : "cluster";
		try {
			const { signal } = this.halting;
			this.lease = await acquireLease(store, run.name, { ttlMs: leaseMs, holder, scope, signal });
			const { token } = this.lease;
			await appendRun(store, run, { type: "taken", data: { token } }, `taken-${token}`);
			// A node that starts anew must not take a few for all.
			if (this.options.canary) await this.append({ type: "paused", data: { reason: "only a few, to be looked at" } });
			while (!this.stopped() && nextStep(run).kind !== "idle") await this.executeNext();
			if (!this.halting.signal.aborted && nextStep(run).kind !== "idle") throw leaseLost(leaseMs);
		} catch (error) {
			await this.fail(error);
		} finally {
			await this.lease?.release();
		}
	}

	private stopped(): boolean {
		return this.halting.signal.aborted || (this.lease?.signal.aborted ?? false);
	}

	/** One step, tried again while a system is away. */
	private async executeNext(): Promise<void> {
		for (let attempt = 0; ; attempt++) {
			try {
				return await this.execute(nextStep(this.options.run));
			} catch (error) {
				if (await this.stopsAfter(error, attempt)) return;
			}
		}
	}

	/** Waits until a system that is away is asked again. True once it was told to rest. @throws what is no such error */
	private async stopsAfter(error: unknown, attempt: number): Promise<boolean> {
		const { broker, run } = this.options;
		const passes = isAway(error) || this.isLate(error);
		// Told to rest while a system is away: that is what it does, and no failure.
		if (passes && this.halting.signal.aborted) return true;
		const times = PATIENCE[attempt];
		if (times === undefined || !passes || this.stopped()) throw error;
		const wait = times * settingsOf(broker).patienceMs;
		const why = maskText(messageOf(error));
		broker.logger.warn(`${run.name}: ${why} Asked again in ${wait / 1000} s.`);
		this.#waiting = { why, until: Date.now() + wait, more: PATIENCE.length - attempt - 1 };
		await this.pause(wait);
		this.#waiting = null;
		return this.stopped();
	}

	/** A controller that was overtaken still put something in the bulk: it is adopted when the step begins anew. */
	private isLate(error: unknown): boolean {
		return error instanceof VersionConflict && error.stream !== runStream(this.options.run.name);
	}

	private async execute(step: Step): Promise<void> {
		const context = this.runContext();
		if (this.options.canary) await this.findFew(this.options.canary);
		switch (step.kind) {
			case "backup":
				return this.append({ type: "backedUp", data: { path: await backUp(context, this.options) } });
			case "copy":
				if (this.options.canary && step.stream === context.run.streams.at(-1))
					return this.sendCanary(context, step.stream);
				await copyStream(context, step.stream);
				if (step.stream.copied) await this.options.copied(step.stream.stream);
				return;
			case "compare":
				return compareStream(context, step.stream);
			case "again":
				return this.passAgain(step.stream);
			case "survey":
				return surveyTarget(context, step.stream);
			case "undo":
				return undoStream(context, step.stream);
			case "finish":
				return this.append({ type: "finished", data: verdictOf(context.run) });
			case "rolledBack": {
				await this.options.undone();
				const changed = context.run.streams.reduce((sum, { undo }) => sum + undo.changed, 0);
				return this.append({ type: "rolledBack", data: { changed } });
			}
			case "idle":
				return;
		}
	}

	/** Before the streams that come before theirs. */
	private async findFew({ only }: Canary): Promise<void> {
		const context = this.runContext();
		const stream = context.run.streams.at(-1);
		if (stream && only && !this.found) await findCanary(context, stream, only);
		this.found = true;
	}

	private async sendCanary(context: RunContext, stream: StreamRun): Promise<void> {
		await moveCanary(context, stream, this.options.canary as Canary);
		this.halting.abort();
	}

	private passAgain({ stream, comparison: { added, absent } }: StreamRun): Promise<void> {
		const reason = `${added} records more, ${absent.length} fewer than the listing before`;
		return this.append({ type: "again", data: { stream, force: false, reason, follows: true } });
	}

	private async append(event: RunEvent): Promise<void> {
		const { store, run } = this.options;
		await appendRun(store, run, event, `${event.type}-after-${run.version}`);
	}

	private runContext(): RunContext {
		const { broker, store, lists, run, secretsFor } = this.options;
		return {
			broker,
			store,
			lists,
			run,
			secretsFor,
			applier: live(broker),
			halted: () => this.stopped(),
			pause: ms => this.pause(ms),
			holders: stream => this.holders.of(stream),
			madeBefore: stream => this.holders.madeBefore(stream),
			lease: () => this.held()
		};
	}

	private held(): HeldLease {
		const { lease } = this;
		if (!lease) throw new Error("A run without its lease holds nothing.");
		return { token: lease.token, remainingMs: lease.remainingMs(), sentAt: Date.now() };
	}

	private async pause(ms: number): Promise<void> {
		const until = Date.now() + ms;
		while (Date.now() < until && !this.stopped()) await new Promise(resolve => setTimeout(resolve, Math.min(100, ms)));
	}

	private overtaken(): void {
		const { broker, run } = this.options;
		broker.logger.warn(`${run.name}: another controller took over; this one rests.`);
	}

	private async fail(error: unknown): Promise<void> {
		const { store, run, broker } = this.options;
		// Told to stop while it waited for the lease: it has done nothing.
		if (this.lease === undefined && this.halting.signal.aborted) return;
		if (error instanceof VersionConflict) return this.overtaken();
		const message = maskText(error instanceof Error ? error.message : String(error));
		broker.logger.error(`${run.name} stopped: ${message}`);
		const code = codeOf(error) ?? "UNEXPECTED";
		try {
			await appendRun(store, run, { type: "failed", data: { code, message } }, `failed-${run.version}`);
		} catch (unstored) {
			if (unstored instanceof VersionConflict) return this.overtaken();
			run.failure = { code, message };
			broker.logger.error(`${run.name}: its failure could not be stored: ${messageOf(unstored)}`);
		}
	}
}
