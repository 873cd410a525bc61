/** Follows what is announced, once for all services of this process that listen: no service costs the store a consumer. */

import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../domain/unknown";
import type { EventStore } from "../eventstore";
import type { Means } from "./delivering";
import { announcedIn } from "./entry";
import { type Listener, Subscriber } from "./subscriber";

const AGAIN_MS = 1_000;

export class Follower {
	readonly subscribers: readonly Subscriber[];
	private readonly over = new AbortController();
	private following: Promise<void> | undefined;
	private at: number | undefined;

	constructor(
		private readonly store: EventStore,
		listeners: readonly Listener[],
		private readonly means: Means
	) {
		this.subscribers = listeners.map(listener => new Subscriber(store, listener, means));
	}

	/**
	 * Whose turn it is, at the start and whenever nodes came or went. Rejects where the store cannot say how far a service
	 * came: it is asked again with the next change.
	 * @param partsOf the partitions of a service that are this node's
	 */
	async assign(partsOf: (service: string) => readonly number[]): Promise<void> {
		await Promise.all(this.subscribers.map(each => each.assign(partsOf(each.service))));
		if (!this.over.signal.aborted) this.following ??= this.follow();
	}

	/** Once what was begun has ended. */
	async end(): Promise<void> {
		this.over.abort();
		await Promise.all([this.following, ...this.subscribers.map(each => each.end())]);
	}

	private async offerAll(signal: AbortSignal): Promise<void> {
		const from = this.at ?? Math.min(...this.subscribers.map(each => each.from));
		for (const each of this.subscribers) each.follow(from);
		for await (const announced of announcedIn(this.store.subscribe(String(from), signal))) {
			for (const each of this.subscribers) each.offer(announced);
			this.at = announced.position;
		}
	}

	private async follow(): Promise<void> {
		const { signal } = this.over;
		while (!signal.aborted) {
			try {
				await this.offerAll(signal);
			} catch (error) {
				if (signal.aborted) return;
				this.means.tell(`What is announced cannot be followed now: ${messageOf(error)}`);
				await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
			}
		}
	}
}
