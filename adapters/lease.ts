/** Leases in the event store: one holder at a time, settled by the version of a stream. */

import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type Clocks,
	foldLease,
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
	/** The longest request that may be under way when a lease ends. @default 60000 */
	readonly boundMs?: number;
}

export interface Lease {
	/** The fencing token. */
	readonly token: string;
	/** How long the holder may still act. */
	remainingMs(): number;
	/** Aborts when the lease is lost or over. */
	readonly signal: AbortSignal;
	release(): Promise<void>;
}

const clocks = (): Clocks => ({ monotonicMs: performance.now(), wallMs: Date.now() });
const LONGEST_WAIT_MS = 1_000;

/** Waits until the lease is free, then holds it, renewing it until it is released or lost. */
export async function acquireLease(store: EventStore, name: string, options: LeaseOptions): Promise<Lease> {
	const stream = `lease/${name}`;
	for (;;) {
		const { state, version } = await read(store, stream);
		const verdict = mayAcquire(state, options.scope, Date.now(), options.boundMs ?? 60_000);
		if (!verdict.ok) {
			await sleep(Math.min(verdict.waitMs, LONGEST_WAIT_MS));
			continue;
		}
		const held = await tryAcquire(store, stream, version, options);
		if (held) return held;
	}
}

async function read(store: EventStore, stream: string): Promise<{ state: LeaseState | undefined; version: string }> {
	let state: LeaseState | undefined;
	let version: string = NEW;
	for await (const recorded of store.read(stream)) {
		state = foldLease(state, recorded.event as LeaseEvent, Date.parse(recorded.at));
		version = recorded.version;
	}
	return { state, version };
}

/** Undefined when another one came first. */
async function tryAcquire(
	store: EventStore,
	stream: string,
	version: string,
	options: LeaseOptions
): Promise<Lease | undefined> {
	const { holder, ttlMs, scope } = options;
	const token = randomUUID();
	const since = clocks();
	const event: LeaseEvent = { type: "acquired", data: { holder, token, ttlMs, scope } };
	try {
		const { version: acquired } = await store.append(stream, version, [event], token);
		return new HeldLease(store, stream, acquired, token, ttlMs, since);
	} catch (error) {
		if (error instanceof VersionConflict) return undefined;
		throw error;
	}
}

class HeldLease implements Lease {
	private readonly lost = new AbortController();
	private readonly renewal: NodeJS.Timeout;
	private renewing: Promise<void> = Promise.resolve();
	private renewals = 0;

	constructor(
		private readonly store: EventStore,
		private readonly stream: string,
		private version: string,
		readonly token: string,
		private readonly ttlMs: number,
		private since: Clocks
	) {
		this.renewal = setInterval(() => {
			this.renewing = this.renewing.then(() => this.renew());
		}, ttlMs / 3);
		this.renewal.unref();
	}

	get signal(): AbortSignal {
		return this.lost.signal;
	}

	remainingMs(): number {
		if (this.lost.signal.aborted) return 0;
		return remaining(this.since, this.ttlMs, clocks());
	}

	async release(): Promise<void> {
		clearInterval(this.renewal);
		await this.renewing;
		if (!this.lost.signal.aborted) await this.append({ type: "released", data: { token: this.token } }, "released");
		this.lost.abort();
	}

	private async renew(): Promise<void> {
		if (this.lost.signal.aborted) return;
		const asked = clocks();
		if (this.remainingMs() === 0) this.end();
		else if (await this.append({ type: "renewed", data: { token: this.token } }, `renewed-${++this.renewals}`))
			this.since = asked;
	}

	/** False when the lease is lost: another holder appended, or the store cannot be used. */
	private async append(event: LeaseEvent, id: string): Promise<boolean> {
		try {
			const { version } = await this.store.append(this.stream, this.version, [event], `${this.token}-${id}`);
			this.version = version;
			return true;
		} catch {
			this.end();
			return false;
		}
	}

	private end(): void {
		clearInterval(this.renewal);
		this.lost.abort();
	}
}
