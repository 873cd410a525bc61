/** Everyone who waits for more of something, and the events that say that there is more, as contracts name them. */

import type { Context } from "moleculer";
import type { Mixin } from "../../../cluster";
import type { Route } from "../../../domain/platform/routes";

export interface Listening {
	/** Woken, or after `ms`, whichever comes first. What came since it last waited counts. */
	wait(ms: number): Promise<"woken" | "late">;
	end(): void;
}

export class Wakes {
	private readonly waiting = new Map<string, Set<() => void>>();
	private closed = false;

	/** There is more to read of it. */
	wake(topic: string): void {
		for (const wake of this.waiting.get(topic) ?? []) wake();
	}

	/** All streams end. */
	close(): void {
		this.closed = true;
		for (const waiting of this.waiting.values()) for (const wake of waiting) wake();
	}

	get over(): boolean {
		return this.closed;
	}

	listen(topic: string): Listening {
		let woken = false;
		let tell: (() => void) | undefined;
		const wake = (): void => {
			woken = true;
			tell?.();
		};
		const waiting = this.waiting.get(topic) ?? new Set();
		this.waiting.set(topic, waiting.add(wake));
		return {
			wait: ms =>
				new Promise(resolve => {
					const done = (how: "woken" | "late"): void => {
						clearTimeout(timer);
						tell = undefined;
						woken = false;
						resolve(how);
					};
					const timer = setTimeout(() => done("late"), ms);
					tell = () => done("woken");
					if (woken || this.closed) done("woken");
				}),
			end: () => {
				tell?.();
				waiting.delete(wake);
				if (waiting.size === 0) this.waiting.delete(topic);
			}
		};
	}
}

/** What a stream waits for: such an event, about that. */
export const topicOf = (event: string, about: unknown): string => `${event} ${about}`;

/** Hears the events that wake streams. */
export function waking(routes: readonly Route[]): Mixin<object> {
	const lives = routes.flatMap(({ live }) => live ?? []);
	const events = lives.map(({ wakes, by }) => {
		const handler = function (this: { readonly wakes: Wakes }, { params }: Context<Record<string, unknown>>): void {
			this.wakes.wake(topicOf(wakes, params[by]));
		};
		return [wakes, { handler }] as const;
	});
	return { events: Object.fromEntries(events) } as Mixin<object>;
}
