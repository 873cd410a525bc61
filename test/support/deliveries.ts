/** Services on nodes that are delivered durable events, as a test sees them: what each did, in which order, how often. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	appended,
	type Delivery,
	entryOf,
	Follower,
	type Inbox,
	Letters,
	type Means,
	type Placed,
	Progress
} from "../../adapters/announcements";
import { type Entry, stored, streamOfKey } from "../../adapters/announcements/entry";
import type { EventStore } from "../../adapters/eventstore";
import { partsOf } from "../../domain/delivery";
import { type OpenedCollection, openCollection } from "./collections";

export const EVENT = "notes.made";

export interface Noted {
	readonly key: string;
	readonly n: number;
}
export const noted = (key: string, n: number, id?: string): Entry =>
	entryOf({ event: EVENT, v: 1, key, payload: { key, n } satisfies Noted, ...(id !== undefined && { id }) });

/** Announces without an outbox, each as an append of its own. */
export async function announce(store: EventStore, ...entries: readonly Entry[]): Promise<void> {
	for (const entry of entries) await appended(store, streamOfKey(entry.event, entry.key), [stored(entry)], entry.id);
}

/** What a service keeps: of each key how far it came, and every effect there was. */
interface Effect {
	readonly id: string;
	readonly key: string;
	readonly n: number;
	/** What stood there before: its own order, as the store has it. */
	readonly before: number;
}

type Hook = (entry: Placed, delivery: Delivery) => unknown;

/** One service, whose nodes share what it keeps. */
export class Service implements AsyncDisposable {
	private made = 0;
	/** Asked before each effect: throws where it is to fail, waits where it is to be slow. */
	before: Hook = () => undefined;
	/** Asked after each. */
	after: Hook = () => undefined;

	private constructor(
		readonly name: string,
		private readonly opened: OpenedCollection<Effect>
	) {}

	/** @param folder of what it keeps, where it outlives a process. @default one of its own */
	static async open(name: string, folder?: string): Promise<Service> {
		return new Service(name, await openCollection<Effect>({ name, key: "id", indexes: ["key"] }, folder));
	}

	get inbox(): Inbox {
		return this.opened.adapter;
	}

	/** An effect that would be seen twice if it were done twice, and in the wrong place if it were. */
	async handle(entry: Placed, delivery: Delivery): Promise<void> {
		await this.before(entry, delivery);
		const { key, n } = entry.payload as Noted;
		const { collection } = this.opened;
		const last = await collection.read(`last/${key}`);
		const before = last?.record.n ?? 0;
		const effect = { id: `effect/${this.made++}-${Math.random()}`, key, n, before };
		const now = { id: `last/${key}`, key, n, before };
		await collection.write([last ? { put: now, expected: last.version } : { insert: now }, { insert: effect }], {
			once: delivery
		});
		await this.after(entry, delivery);
	}

	/** How much was done of a key. */
	done(key: string): Promise<number> {
		return this.opened.collection.count({ key }).then(count => Math.max(0, count - 1));
	}

	/** By key, what was done, in the order in which the store has it. */
	async effects(): Promise<Record<string, number[]>> {
		const found: Effect[] = [];
		for await (const effect of this.opened.collection.each()) if (effect.id.startsWith("effect/")) found.push(effect);
		const by: Record<string, Effect[]> = Object.groupBy(found, ({ key }) => key) as never;
		return Object.fromEntries(Object.entries(by).map(([key, effects]) => [key, inOrder(effects)]));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.opened.close();
	}
}

/** Each begins where another one ended. */
function inOrder(effects: readonly Effect[]): number[] {
	const left = [...effects];
	const order: number[] = [];
	let at = 0;
	for (;;) {
		const next = left.findIndex(({ before }) => before === at);
		if (next < 0) break;
		at = left[next]?.n ?? 0;
		order.push(at);
		left.splice(next, 1);
	}
	return [...order, ...left.map(({ n }) => n)];
}

export interface NodeOptions {
	readonly tries?: number;
	readonly firstMs?: number;
	readonly longestMs?: number;
	/** Keep nothing with the effect: how far they came is kept beside what is announced. */
	readonly plain?: readonly string[];
}

/** A node that runs these services. */
export class Node {
	readonly told: string[] = [];
	readonly counts: Record<string, number> = {};
	readonly follower: Follower;
	private dead = false;

	constructor(
		store: EventStore,
		readonly id: string,
		services: readonly Service[],
		{ tries = 3, firstMs = 5, longestMs = 30_000, plain = [] }: NodeOptions = {}
	) {
		const own = this.mortal(store);
		const means: Means = {
			letters: new Letters(own),
			retrying: { tries, firstMs, mostMs: firstMs * 4 },
			longestMs,
			count: (what, service) => {
				this.counts[`${what} ${service}`] = (this.counts[`${what} ${service}`] ?? 0) + 1;
			},
			tell: sentence => this.told.push(sentence)
		};
		const listeners = services.map(service => {
			const progress = new Progress(own, service.name);
			return {
				service: service.name,
				events: new Set([EVENT]),
				inbox: plain.includes(service.name) ? progress : this.mortal(service.inbox),
				since: () => progress.since(),
				handle: async (entry: Placed, delivery: Delivery) => {
					this.alive();
					await service.handle(entry, delivery);
					this.alive();
				}
			};
		});
		this.follower = new Follower(own, listeners, means);
	}

	/** These nodes run its services from now on. */
	async with(...nodes: readonly string[]): Promise<this> {
		await this.follower.assign(service => partsOf(service, this.id, [this.id, ...nodes]));
		return this;
	}

	get depth(): number {
		return this.follower.subscribers.reduce((sum, { depth }) => sum + depth, 0);
	}

	/** As kill -9: nothing that it still does reaches a store. */
	kill(): void {
		this.dead = true;
		void this.follower.end().catch(() => undefined);
	}

	async stop(): Promise<void> {
		await this.follower.end();
	}

	private alive(): void {
		if (this.dead) throw new Error("This node is dead.");
	}

	/** As it is, but not for the dead. */
	private mortal<S extends object>(store: S): S {
		return new Proxy(store, {
			get: (target, name) => {
				const found: unknown = Reflect.get(target, name);
				if (typeof found !== "function") return found;
				return (...given: unknown[]) => {
					this.alive();
					return found.apply(target, given);
				};
			}
		});
	}
}

export function folder(): Disposable & { readonly path: string } {
	const path = mkdtempSync(join(tmpdir(), "banyan-announcements-"));
	return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
