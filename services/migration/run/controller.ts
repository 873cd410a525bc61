/**
 * Drives a run to its end: reads the state, does the next step, records it. Level-triggered: what it does follows from
 * the events alone, so it does not matter how often it was killed before. One controller at a time holds the lease; one
 * that was overtaken learns it from the store, because its next append meets another version.
 */

import { type EventStore, VersionConflict } from "../../../adapters/eventstore";
import { acquireLease, type Lease, type LeaseWatch } from "../../../adapters/lease";
import type { Broker } from "../../../cluster";
import { codeOf } from "../../../cluster/errors";
import { settingsOf } from "../../../cluster/settings";
import type { RunEvent } from "../../../domain/migration/events";
import { nextStep, type Step } from "../../../domain/migration/next-step";
import type { Run } from "../../../domain/migration/run";
import { maskText } from "../../../domain/text/masking";
import { messageOf } from "../../../domain/unknown";
import { live } from "./appliers";
import { findCanary } from "./canary";
import type { Folds } from "./folds";
import { Holders } from "./holders";
import { InFlight } from "./in-flight";
import { appendAll, appendRun, runStream } from "./journal";
import type { Lists } from "./lists";
import type { HeldLease, RunContext } from "./run-context";
import { executeStep, type StepOptions } from "./steps";
import { isAway, leaseLost } from "./stops";
import { Waiting } from "./waiting";

export interface ControllerOptions extends StepOptions {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly lists: Lists;
	readonly folds: Pick<Folds, "view">;
	readonly run: Run;
	readonly leaseMs: number;
	/** The longest request that may be under way when the lease ends, in ms. @default the lease's own */
	readonly boundMs?: number;
	/** What this node has seen of the lease. */
	readonly watch?: LeaseWatch;
	/** Who holds the lease, for the one who waits for it. */
	readonly holder: string;
	/** `local`: the data folder's lock proves that an earlier holder is dead, and with it the importer in its process. */
	readonly scope: "local" | "cluster";
	readonly secretsFor: RunContext["secretsFor"];
}

/** Waits between tries of a step that failed because a system was away, in times the first one. */
const PATIENCE = [1, 2, 4, 8, 16, 32] as const;

export class Controller {
	private readonly halting = new AbortController();
	private lease: Lease | undefined;
	private readonly holders: Holders;
	/** Those who go first are known to the source. */
	private found = false;
	private readonly waits = new Waiting();
	private readonly store: InFlight;
	private readonly taking = Promise.withResolvers<void>();
	readonly ended: Promise<void>;

	constructor(private readonly options: ControllerOptions) {
		this.store = new InFlight(options.store);
		this.holders = new Holders(options);
		this.ended = this.work().finally(this.taking.resolve);
	}

	/** What it waits for, and for how long. */
	get waiting(): string | null {
		return this.waits.text;
	}

	/** Once it has the run, or rests. */
	get begun(): Promise<void> {
		return this.taking.promise;
	}

	/** Whether another's word was recorded since: then this one rests after the batch at hand, as its next append would tell it. */
	async check(): Promise<void> {
		const { run, broker } = this.options;
		const known = run.version;
		if (this.stopped() || this.store.busy) return;
		const version = await this.store.version(runStream(run.name));
		if (this.stopped() || this.store.busy || run.version !== known || version === known) return;
		broker.logger.info(`${run.name}: somebody else recorded something of it; this controller rests.`);
		this.halting.abort();
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
		const { broker, run, leaseMs, holder, boundMs, watch } = this.options;
		// An importer of another node outlives this process: then its death proves nothing, and its lease is waited out.
		const scope = broker.getLocalService("importer") ? this.options.scope : "cluster";
		try {
			const { signal } = this.halting;
			this.lease = await acquireLease(this.store, run.name, {
				...{ ttlMs: leaseMs, holder, scope, signal },
				...(boundMs !== undefined && { boundMs }),
				...(watch && { watch }),
				waiting: (why, ms) => this.waits.forLease(why, ms)
			});
			this.waits.leaseHeld();
			await this.take(this.lease);
			this.taking.resolve();
			while (!this.stopped() && nextStep(run).kind !== "idle") await this.executeNext();
			if (!this.halting.signal.aborted && nextStep(run).kind !== "idle") throw leaseLost(leaseMs);
		} catch (error) {
			await this.fail(error);
		} finally {
			await this.lease?.release();
		}
	}

	/** In one append: whoever takes over must not take a few for all. */
	private async take({ token }: Lease): Promise<void> {
		const taken: RunEvent = { type: "taken", data: { token } };
		const few: RunEvent = { type: "paused", data: { reason: "only a few, to be looked at" } };
		const events = this.options.canary ? [taken, few] : [taken];
		await appendAll(this.store, this.options.run, events, `taken-${token}`);
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
		await this.waits.for(why, wait, PATIENCE.length - attempt - 1, ms => this.pause(ms));
		return this.stopped();
	}

	/** A controller that was overtaken still put something in the bulk: it is adopted when the step begins anew. */
	private isLate(error: unknown): boolean {
		return error instanceof VersionConflict && error.stream !== runStream(this.options.run.name);
	}

	private async execute(step: Step): Promise<void> {
		const { options } = this;
		const context = this.runContext();
		if (!this.found) await findCanary(context, options.canary);
		this.found = true;
		const rest = (): void => this.halting.abort();
		return executeStep(step, context, { options, rest, append: event => this.append(event) });
	}

	private async append(event: RunEvent): Promise<void> {
		const { run } = this.options;
		await appendRun(this.store, run, event, `${event.type}-after-${run.version}`);
	}

	private runContext(): RunContext {
		const { broker, lists, run, secretsFor } = this.options;
		return {
			broker,
			store: this.store,
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

	/** Its lease was lost, which is nobody's failure where others take it up. */
	private get goesOnElsewhere(): boolean {
		return this.options.scope === "cluster" && (this.lease?.signal.aborted ?? false);
	}

	private overtaken(): void {
		const { broker, run } = this.options;
		broker.logger.warn(`${run.name}: another controller took over; this one rests.`);
	}

	private async fail(error: unknown): Promise<void> {
		const { run, broker } = this.options;
		// Told to stop while it waited for the lease: it has done nothing.
		if (this.lease === undefined && this.halting.signal.aborted) return;
		if (error instanceof VersionConflict) return this.overtaken();
		if (this.goesOnElsewhere) return broker.logger.warn(`${run.name}: its lease was over; whoever is free goes on.`);
		const message = maskText(String(messageOf(error)));
		broker.logger.error(`${run.name} stopped: ${message}`);
		const code = codeOf(error) ?? "UNEXPECTED";
		try {
			await appendRun(this.store, run, { type: "failed", data: { code, message } }, `failed-${run.version}`);
		} catch (unstored) {
			if (unstored instanceof VersionConflict) return this.overtaken();
			run.failure = { code, message };
			broker.logger.error(`${run.name}: its failure could not be stored: ${messageOf(unstored)}`);
		}
	}
}
