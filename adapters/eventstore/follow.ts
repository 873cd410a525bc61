/** Reading page by page, and going on at the end: the same for every store of this folder. */

import { setImmediate as breathe } from "node:timers/promises";
import { opened, type Stored } from "./envelope";
import type { RecordedEvent } from "./eventstore";
import type { Tail } from "./tail";

/** Some appends more after a place; none at the end. */
export type Page = (from: number) => readonly Stored[];

/** The events up to the present end. Between pages everybody else has a turn. */
export async function* walk(page: Page, by: "version" | "position", after: number): AsyncGenerator<RecordedEvent> {
	for (let stored = page(after); stored.length > 0; stored = page(stored.at(-1)?.[by] ?? after)) {
		for (const append of stored) yield* opened(append);
		await breathe();
	}
}

/** The events of now and later, until `signal` aborts. */
export async function* follow(
	page: Page,
	after: number,
	tail: Tail,
	signal: AbortSignal
): AsyncGenerator<RecordedEvent> {
	let from = after;
	while (!signal.aborted) {
		for await (const recorded of walk(page, "position", from)) {
			if (signal.aborted) return;
			from = Number(recorded.position);
			yield recorded;
		}
		if (page(from).length === 0) await tail.next(signal);
	}
}
