/**
 * Empties an outbox: what was stored with a change is announced in its order, at least once, and then forgotten. Whoever is
 * killed in between announces it again; of durable events it is seen that they were.
 */

import { reach } from "../failpoints";
import type { Outbox, Pending } from "./adapter";
import type { Announcement } from "./collection";

export interface RelayOptions {
	/** Rejects where it could not be announced: then it is tried again. */
	announce(announcement: Announcement): Promise<unknown>;
	/** Durable events go another way. */
	readonly durable?: {
		has(event: string): boolean;
		/** Keeps these, which follow each other. How many of the first ones are kept; 0: what waits is to be read again. */
		append(announcements: readonly Announcement[]): Promise<number>;
	};
	failed(error: unknown): void;
	/** How many wait, as far as was looked. */
	waiting?(count: number): void;
	/** Until what could not be announced is tried again; doubles with each time, to a minute. @default 1000 */
	readonly againMs?: number;
}

const AT_ONCE = 100;
const LONGEST_MS = 60_000;
/** How often an outbox that nodes share is looked into: whoever wrote to it may be dead. */
const LOOK_MS = 2_000;
const always = (): boolean => true;

export class Relay {
	private begun = false;
	private asked = 0;
	private running: Promise<void> | undefined;
	private again: NodeJS.Timeout | undefined;
	private looking: NodeJS.Timeout | undefined;
	private failures = 0;

	constructor(
		private readonly outbox: Outbox,
		private readonly options: RelayOptions
	) {}

	/** From here on; what waits since an earlier life comes first. */
	begin(): Promise<void> {
		this.begun = true;
		if (this.outbox.alone) this.looking = setInterval(() => this.look(), LOOK_MS).unref();
		return this.run();
	}

	/** Once all that was stored before has been announced, or could not be. */
	run(): Promise<void> {
		if (!this.begun) return Promise.resolve();
		this.asked++;
		this.running ??= this.empty();
		return this.running;
	}

	async end(): Promise<void> {
		this.begun = false;
		clearTimeout(this.again);
		clearInterval(this.looking);
		await this.running;
	}

	private async empty(): Promise<void> {
		clearTimeout(this.again);
		try {
			for (let seen = -1; seen !== this.asked; ) {
				seen = this.asked;
				await this.all();
			}
			this.failures = 0;
		} catch (error) {
			this.options.failed(error);
			this.later();
		} finally {
			// In the same breath as the last look at who asked.
			this.running = undefined;
		}
	}

	/** What failed has a time of its own. */
	private look(): void {
		if (this.failures === 0) void this.run();
	}

	private later(): void {
		if (!this.begun) return;
		const waitMs = Math.min(LONGEST_MS, (this.options.againMs ?? 1_000) * 2 ** this.failures++);
		this.again = setTimeout(() => void this.run(), waitMs).unref();
	}

	private async all(): Promise<void> {
		const work = async (isMine = always): Promise<void> => {
			while (await this.some(isMine));
		};
		await (this.outbox.alone?.(work) ?? work());
	}

	/** Whether there may be more. */
	private async some(isMine: () => boolean): Promise<boolean> {
		const pending = await this.outbox.pending(AT_ONCE);
		this.options.waiting?.(pending.length);
		const kept = pending.map(({ event }) => this.options.durable?.has(event) ?? false);
		const other = kept.findIndex(each => each !== kept[0]);
		const alike = other < 0 ? pending : pending.slice(0, other);
		const done = kept[0] ? await this.keep(alike) : await this.tell(alike, isMine);
		this.options.waiting?.(pending.length - done);
		return this.begun && isMine() && (done < pending.length || pending.length === AT_ONCE);
	}

	/** What was announced is forgotten also where the next could not be. */
	private async tell(pending: readonly Pending[], isMine: () => boolean): Promise<number> {
		const announced: string[] = [];
		try {
			for (const { position, event, payload } of pending) {
				if (!this.begun || !isMine()) break;
				await this.options.announce({ event, payload });
				announced.push(position);
			}
		} finally {
			if (announced.length > 0) await this.outbox.acknowledge(announced);
		}
		return announced.length;
	}

	private async keep(pending: readonly Pending[]): Promise<number> {
		const done = (await this.options.durable?.append(pending)) ?? 0;
		reach("kept");
		if (done > 0) await this.outbox.acknowledge(pending.slice(0, done).map(({ position }) => position));
		return done;
	}
}
