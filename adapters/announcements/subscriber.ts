/**
 * What one service of this node is delivered. It takes what the follower offers, in order. What it has no room for, and what
 * a partition that it takes over lacks, it reads by itself and then goes on with the follower: nobody waits for the slowest.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { InTurn } from "../../domain/in-turn";
import { messageOf } from "../../domain/unknown";
import type { EventStore } from "../eventstore";
import { delivered, type Handle, type Means, within } from "./delivering";
import { type Announced, announcedIn, type Placed } from "./entry";
import type { Inbox, Received } from "./inbox";
import { Lane } from "./lane";
import { Marks } from "./marks";
import { Slots } from "./slots";

export interface Listener {
	readonly service: string;
	/** By their full names. */
	readonly events: ReadonlySet<string>;
	readonly inbox: Inbox;
	/** Where it listens from, before it has dealt with anything. */
	readonly since: () => Promise<number>;
	readonly handle: Handle;
}

interface Taken {
	readonly entry: Placed;
	readonly lane: Lane;
}

/** The most events that are taken and not dealt with. */
const ROOM = 1_000;
/** Keys whose events are dealt with at once. */
const AT_ONCE = 32;
const LOOK_AGAIN_MS = 50;
const AGAIN_MS = 1_000;

export class Subscriber {
	private readonly lanes = new Map<number, Lane>();
	/** By key, what is taken of it, in its order. */
	private readonly queues = new Map<string, Taken[]>();
	private readonly works = new Set<Promise<void>>();
	private readonly slots = new Slots(AT_ONCE);
	private readonly assigning = new InTurn();
	private readonly marks: Marks;
	/** Up to where all was taken, but for what a lane has seen before. */
	private reached = 0;
	private offered = 0;
	private taken = 0;
	/** Offered and not taken, from there on. */
	private missed = 0;
	private missedFrom = Infinity;
	private isReading = false;
	private ended = false;
	private readonly waiting: (() => void)[] = [];

	constructor(
		private readonly store: EventStore,
		private readonly listener: Listener,
		private readonly means: Means
	) {
		this.marks = new Marks(listener.inbox, this.lanes, () => this.reached, means.tell);
	}

	/** What was announced and is not dealt with, as far as it is known here. */
	get depth(): number {
		return this.taken + this.missed;
	}

	get service(): string {
		return this.listener.service;
	}

	/** Where it goes on from. */
	get from(): number {
		return this.reached;
	}

	/** These partitions are this node's from now on, and no others. */
	assign(partitions: readonly number[]): Promise<void> {
		return this.assigning.next(async () => {
			await this.leave(partition => !partitions.includes(partition));
			const fresh = partitions.filter(partition => !this.lanes.has(partition));
			if (!this.ended && (fresh.length > 0 || this.reached === 0)) await this.join(fresh);
		});
	}

	/** What is behind that is offered: a partition that comes later and begins farther back is read by itself. */
	follow(from: number): void {
		this.offered = Math.max(this.offered, from);
	}

	/** In the order of the store, each once. */
	offer(announced: Announced): void {
		this.offered = announced.position;
		if (!this.isReading && this.taken < ROOM) this.take(announced);
		else this.miss(announced);
	}

	/** Once what was begun has ended, and how far it came is kept. */
	async end(): Promise<void> {
		this.ended = true;
		for (const resume of this.waiting.splice(0)) resume();
		await this.assigning.next(() => this.leave(() => true));
	}

	private async leave(which: (partition: number) => boolean): Promise<void> {
		const left = [...this.lanes].filter(([partition]) => which(partition));
		for (const [, lane] of left) lane.leave();
		if (this.ended) await Promise.all(this.works);
		if (left.length > 0) await this.marks.keep();
		for (const [partition] of left) this.lanes.delete(partition);
	}

	private async join(fresh: readonly number[]): Promise<void> {
		const { passed, beyond, since } = await this.whereItIs();
		for (const lane of this.lanes.values()) lane.seen = Math.max(lane.seen, this.reached);
		for (const partition of fresh) this.lanes.set(partition, new Lane(passed.get(partition) ?? since, beyond));
		if (this.lanes.size > 0) this.reached = Math.min(...[...this.lanes.values()].map(({ seen }) => seen));
		if (this.reached < this.offered) this.read();
	}

	private async whereItIs(): Promise<Received & { readonly since: number }> {
		const [received, since] = await Promise.all([this.listener.inbox.received(), this.listener.since()]);
		// Without a partition of its own it goes on about where the others are.
		if (this.lanes.size === 0) this.reached = Math.max(since, ...received.passed.values());
		return { ...received, since };
	}

	private isMine({ event, to, partition }: Placed): boolean {
		const { service, events } = this.listener;
		return events.has(event) && (to ?? service) === service && this.lanes.has(partition);
	}

	private mineIn({ entries }: Announced): number {
		return entries.filter(entry => this.isMine(entry)).length;
	}

	private miss(announced: Announced): void {
		this.missed += this.mineIn(announced);
		this.missedFrom = Math.min(this.missedFrom, announced.position);
		this.read();
	}

	private take({ position, entries }: Announced): void {
		if (position <= this.reached) return;
		for (const entry of entries) {
			const lane = this.isMine(entry) ? this.lanes.get(entry.partition) : undefined;
			if (lane?.take(entry)) this.queue({ entry, lane });
		}
		this.reached = position;
		this.marks.moved();
	}

	private queue(taken: Taken): void {
		const { key } = taken.entry;
		this.taken++;
		const queue = this.queues.get(key);
		if (queue) {
			queue.push(taken);
			return;
		}
		this.queues.set(key, [taken]);
		const work = this.work(key).finally(() => this.works.delete(work));
		this.works.add(work);
	}

	/** All of one key, one after the other. */
	private async work(key: string): Promise<void> {
		const queue = this.queues.get(key) ?? [];
		for (let [next] = queue; next !== undefined; [next] = queue) {
			const { entry, lane } = next;
			if (await this.deliver(entry, lane)) lane.settle(entry);
			queue.shift();
			this.taken--;
			this.marks.moved(true);
			if (this.taken <= ROOM / 2) for (const resume of this.waiting.splice(0)) resume();
		}
		this.queues.delete(key);
	}

	private deliver(entry: Placed, { signal }: Lane): Promise<boolean> {
		const { listener, means, slots } = this;
		const handle: Handle = (...given) => slots.take(() => within(means.longestMs, listener.handle(...given)));
		return delivered(means, listener.service, entry, handle, signal);
	}

	private async room(): Promise<void> {
		if (this.taken < ROOM) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.waiting.push(resolve);
		await promise;
	}

	/** Goes on by itself until it is where the follower is. */
	private read(): void {
		if (this.isReading) return;
		this.isReading = true;
		void this.readOn();
	}

	private async readOn(): Promise<void> {
		while (!this.ended) {
			try {
				// In the same breath as the last look at what was offered.
				if (await this.isAbreast()) return;
				await sleep(LOOK_AGAIN_MS);
			} catch (error) {
				this.means.tell(`What is announced cannot be read for '${this.service}' now: ${messageOf(error)}`);
				await sleep(AGAIN_MS);
			}
		}
	}

	/** Reads to the end. Not abreast where a partition came meanwhile, which begins farther back. */
	private async isAbreast(): Promise<boolean> {
		let at = this.reached;
		for await (const announced of announcedIn(this.store.readAll(String(at)))) {
			await this.room();
			if (this.ended || this.reached !== at) return false;
			this.take(announced);
			at = this.reached;
			if (at >= this.missedFrom) this.missed -= this.mineIn(announced);
		}
		if (this.reached < this.offered) return false;
		this.missed = 0;
		this.missedFrom = Infinity;
		this.isReading = false;
		return true;
	}
}
