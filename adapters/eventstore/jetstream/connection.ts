/**
 * The event store's own connection to NATS: found within a time, kept for ever. What is under way when it breaks is told so
 * at once; the client itself would let it wait for its whole time.
 */

import { setTimeout as sleep } from "node:timers/promises";
import {
	type ConnectionOptions,
	connect,
	Events,
	type JetStreamClient,
	type JetStreamManager,
	type NatsConnection
} from "nats";
import { StoreAway, StoreClosed } from "../../errors";
import type { Deadline } from "./deadline";
import { isFinal, told } from "./faults";

/** One attempt: longer than any write takes, short against an election of a leader. */
export const ATTEMPT_MS = 2_000;

const OPTIONS: ConnectionOptions = {
	name: "banyan-events",
	maxReconnectAttempts: -1,
	reconnectTimeWait: 100,
	reconnectJitter: 100,
	reconnectJitterTLS: 100,
	// A server that is frozen, or behind a cut line, says nothing: it is left for another one.
	pingInterval: 2_000,
	maxPingOut: 2,
	// A login that is refused for a moment, while servers are configured anew, is none for ever.
	ignoreAuthErrorAbort: true,
	noAsyncTraces: true
};

/** Those that are open in this process. */
const OPEN = new Set<Connection>();

/** Are all of them connected? Undefined where there is none. */
export const areStreamsUp = (): boolean | undefined =>
	OPEN.size === 0 ? undefined : [...OPEN].every(({ isUp }) => isUp);

export class Connection {
	readonly js: JetStreamClient;
	private readonly waiting = new Set<(error: Error) => void>();
	private readonly ends = new Set<() => void>();
	private up = true;
	private isOver = false;

	private constructor(
		/** What it is called in what is said of it. */
		readonly store: string,
		private readonly client: NatsConnection,
		readonly api: JetStreamManager
	) {
		this.js = client.jetstream({ timeout: ATTEMPT_MS });
		OPEN.add(this);
		void this.watch();
	}

	/** @throws StoreAway · StoreDenied */
	static async open(store: string, nats: Readonly<Record<string, unknown>>, deadline: Deadline): Promise<Connection> {
		for (;;) {
			try {
				const timeout = Math.max(1, Math.min(ATTEMPT_MS, deadline.leftMs));
				const client = await connect({ ...nats, ...OPTIONS, timeout });
				return new Connection(store, client, await client.jetstreamManager({ timeout: ATTEMPT_MS, checkAPI: false }));
			} catch (error) {
				await deadline.pause(store, error);
			}
		}
	}

	get isUp(): boolean {
		return this.up;
	}

	get server(): NonNullable<NatsConnection["info"]> | undefined {
		return this.client.info;
	}

	/** Asks until there is an answer that is one. @throws what `told` makes of another one · StoreAway · StoreClosed */
	async ask<T>(deadline: Deadline, question: () => Promise<T>): Promise<T> {
		for (;;) {
			try {
				await this.reachable(deadline);
				return await this.unbroken(question());
			} catch (error) {
				if (isFinal(error)) throw told(this.store, error);
				await deadline.pause(this.store, error);
			}
		}
	}

	/** Settles as `work` does, or fails as soon as the connection breaks: whatever was asked, its answer is lost. */
	unbroken<T>(work: Promise<T>): Promise<T> {
		this.mustBeOpen();
		return new Promise<T>((resolve, reject) => {
			const broken = (error: Error): void => reject(error);
			this.waiting.add(broken);
			work.then(resolve, reject).finally(() => this.waiting.delete(broken));
		});
	}

	/** Waits for the connection: what is asked without one waits for nothing. @throws StoreAway · StoreClosed */
	async reachable(deadline: Deadline): Promise<void> {
		while (!this.up) {
			this.mustBeOpen();
			if (deadline.leftMs <= 0) throw new StoreAway(this.store, deadline.ms, AWAY);
			await sleep(STEP_MS);
		}
		this.mustBeOpen();
	}

	/** Calls `end` once when it is closed, at once where it is. Answers what takes that back. */
	onEnd(end: () => void): () => void {
		if (this.isOver) end();
		else this.ends.add(end);
		return () => this.ends.delete(end);
	}

	mustBeOpen(): void {
		if (this.isOver) throw new StoreClosed(`The event store '${this.store}' is closed.`);
	}

	async close(): Promise<void> {
		if (this.isOver) return;
		this.isOver = true;
		OPEN.delete(this);
		this.fail(new StoreClosed(`The event store '${this.store}' is closed.`));
		for (const end of [...this.ends]) end();
		await this.client.close();
	}

	private async watch(): Promise<void> {
		for await (const { type } of this.client.status()) {
			if (type === Events.Reconnect) this.up = true;
			if (type !== Events.Disconnect) continue;
			this.up = false;
			this.fail(new Broken());
		}
	}

	private fail(error: Error): void {
		const waiting = [...this.waiting];
		this.waiting.clear();
		for (const reject of waiting) reject(error);
	}
}

const STEP_MS = 20;
const AWAY = "no NATS server of TRANSPORTER can be reached; look whether they run.";

/** The connection broke while something was under way. */
class Broken extends Error {
	readonly code = "DISCONNECT";
	constructor() {
		super("the connection to NATS broke");
	}
}
