/** Leases in the event store: one holder at a time, settled by the version of a stream. */

import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type Clocks,
	foldLease,
	type Holding,
	type LeaseEvent,
	type LeaseState,
	mayAcquire,
	remaining,
	type Scope
} from "../domain/migration/lease";
import { type EventStore, NEW, VersionConflict } from "./eventstore";

export interface LeaseOptions {
	readonly ttlMs: number;
	readonly holder: string;
	readonly scope: Scope;
	/** The longest request that may be under way when the lease ends. @default 60000 */
	readonly boundMs?: number;
	/** Ends the waiting: `acquireLease` then rejects with its reason. */
	readonly signal?: AbortSignal;
	/** Told whom it waits for, once for each holder. */
	readonly waiting?: (reason: string, waitMs: number) => void;
	/** What was seen of the lease until now. @default from its first event on */
	readonly watch?: LeaseWatch;
	/** @default the system's */
	readonly clocks?: () => Clocks;
}

export interface Lease {
	/** The fencing token. */
	readonly token: string;
	/** How long the holder may still act. */
	remainingMs(): number;
	/** Aborts when the lease is lost or over. */
	readonly signal: AbortSignal;
	/** Its holder does nothing more under it: the next one need not wait. */
	release(): Promise<void>;
}

/** This run of the program. */
const PROCESS = randomUUID();
const LONGEST_WAIT_MS = 1_000;
const systemClocks = (): Clocks => ({ monotonicMs: performance.now(), wallMs: Date.now() });

/** Waits until the lease is free, then holds it, renewing it until it is released or lost. */
export async function acquireLease(store: EventStore, name: string, options: LeaseOptions): Promise<Lease> {
	const { signal, scope, waiting, clocks = systemClocks } = options;
	const watch = options.watch ?? new LeaseWatch(store, name, clocks);
	let told: string | undefined;
	for (;;) {
		signal?.throwIfAborted();
		await watch.look();
		const verdict = mayAcquire(watch.state, { scope, process: PROCESS }, watch.unchangedMs());
		const held = verdict.ok ? await tryAcquire(store, watch, options, clocks) : undefined;
		if (held) return held;
		if (verdict.ok) continue;
		if (told !== watch.state?.token) waiting?.(verdict.reason, verdict.waitMs);
		told = watch.state?.token;
		await sleep(Math.min(verdict.waitMs, LONGEST_WAIT_MS), undefined, signal && { signal });
	}
}

/** What a candidate knows of a lease, and for how long that has not changed. */
export class LeaseWatch {
	state: LeaseState | undefined;
	version: string = NEW;
	readonly stream: string;
	private changedMs: number;
	/** How old its last event was when it was first seen, by the wall clock. */
	private ageMs = 0;
	private looking: Promise<void> | undefined;

	constructor(
		private readonly store: EventStore,
		name: string,
		private readonly clocks: () => Clocks = systemClocks
	) {
		this.stream = `lease/${name}`;
		this.changedMs = clocks().monotonicMs;
	}

	/** One look at a time: two would fold what is new twice. */
	look(): Promise<void> {
		this.looking ??= this.readOn().finally(() => {
			this.looking = undefined;
		});
		return this.looking;
	}

	unchangedMs(): number {
		return this.clocks().monotonicMs - this.changedMs;
	}

	/** Whoever asks on another node may have it now. */
	get isFree(): boolean {
		return mayAcquire(this.state, { scope: "cluster", process: PROCESS }, this.unchangedMs()).ok;
	}

	/** Who shows signs of life. For people: whoever would take over waits for longer, and believes no wall clock. */
	get alive(): LeaseState | undefined {
		const { state } = this;
		if (!state || state.released || this.unchangedMs() + this.ageMs > state.ttlMs) return undefined;
		return state;
	}

	private async readOn(): Promise<void> {
		// Cheaper than a read that finds nothing.
		if ((await this.store.version(this.stream)) === this.version) return;
		const isFirst = this.version === NEW;
		for await (const { event, version, at } of this.store.read(this.stream, this.version)) {
			this.state = foldLease(this.state, event as LeaseEvent);
			this.version = version;
			const { monotonicMs, wallMs } = this.clocks();
			this.changedMs = monotonicMs;
			this.ageMs = isFirst ? Math.max(0, wallMs - Date.parse(at)) : 0;
		}
	}
}

/** Undefined when another one came first. */
async function tryAcquire(
	store: EventStore,
	{ stream, version }: LeaseWatch,
	{ holder, ttlMs, scope, boundMs = 60_000 }: LeaseOptions,
	clocks: () => Clocks
): Promise<Lease | undefined> {
	const holding: Holding = { holder, process: PROCESS, token: randomUUID(), ttlMs, boundMs, scope };
	const since = clocks();
	try {
		const acquired = await store.append(stream, version, [{ type: "acquired", data: holding }], holding.token);
		return new HeldLease(store, stream, acquired.version, holding, since, clocks);
	} catch (error) {
		if (error instanceof VersionConflict) return undefined;
		throw error;
	}
}

/** A renewal that is not acknowledged yet: repeated under the same id, it counts from when it was asked for first. */
interface Renewal {
	readonly id: string;
	readonly asked: Clocks;
}

class HeldLease implements Lease {
	readonly token: string;
	private readonly over = new AbortController();
	private readonly renewals: NodeJS.Timeout;
	private expiry: NodeJS.Timeout | undefined;
	private pending: Renewal | undefined;
	private renewing: Promise<void> | undefined;

	constructor(
		private readonly store: EventStore,
		private readonly stream: string,
		private version: string,
		private readonly holding: Holding,
		private since: Clocks,
		private readonly clocks: () => Clocks
	) {
		this.token = holding.token;
		this.renewals = setInterval(() => this.tick(), holding.ttlMs / 3).unref();
		this.tick(false);
	}

	get signal(): AbortSignal {
		return this.over.signal;
	}

	remainingMs(): number {
		return this.over.signal.aborted ? 0 : remaining(this.since, this.holding.ttlMs, this.clocks());
	}

	async release(): Promise<void> {
		this.end();
		await this.renewing;
		// It may have been stored: asked again, its version is known, and the release can follow it.
		if (this.pending) await this.renew();
		try {
			await this.append({ type: "released", data: { token: this.token } }, `${this.token}-released`);
		} catch {
			// Another holds it already; or the store fails, and the next holder waits for as long as this one might act.
		}
	}

	/** Looks at the clocks, asks for a renewal, and looks again when the time is over. */
	private tick(renew = true): void {
		clearTimeout(this.expiry);
		const left = this.remainingMs();
		if (left === 0) {
			this.end();
			return;
		}
		this.expiry = setTimeout(() => this.tick(false), left).unref();
		if (renew) {
			this.renewing ??= this.renew().finally(() => {
				this.renewing = undefined;
			});
		}
	}

	/** An answer other than a conflict proves nothing: it is asked again while there is time. */
	private async renew(): Promise<void> {
		this.pending ??= { id: `${this.token}-${randomUUID()}`, asked: this.clocks() };
		const { id, asked } = this.pending;
		try {
			await this.append({ type: "renewed", data: { token: this.token } }, id);
			this.pending = undefined;
			this.since = asked;
		} catch (error) {
			if (error instanceof VersionConflict) this.end();
		}
	}

	private async append(event: LeaseEvent, id: string): Promise<void> {
		({ version: this.version } = await this.store.append(this.stream, this.version, [event], id));
	}

	private end(): void {
		clearInterval(this.renewals);
		clearTimeout(this.expiry);
		this.over.abort();
	}
}
