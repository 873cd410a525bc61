/** A store that tells of what is recorded of runs, so that whoever follows one reads on. */

import type { EventStore } from "../../../adapters/eventstore";
import { runNameOf } from "./journal";

/** At most one word a run in this time, in ms: what comes between is told at its end. */
const EVERY_MS = 100;

/** @param tell is called with the run's name after something was appended to it */
export function announcing(store: EventStore, tell: (name: string) => void): EventStore {
	const due = new Set<string>();
	const later = (name: string): void => {
		if (due.has(name)) return;
		due.add(name);
		setTimeout(() => {
			due.delete(name);
			tell(name);
		}, EVERY_MS).unref();
	};
	const append: EventStore["append"] = async (stream, ...rest) => {
		const appended = await store.append(stream, ...rest);
		const name = runNameOf(stream);
		if (name !== undefined) later(name);
		return appended;
	};
	return {
		append,
		version: stream => store.version(stream),
		last: stream => store.last(stream),
		read: (stream, after) => store.read(stream, after),
		readAll: after => store.readAll(after),
		subscribe: (after, signal) => store.subscribe(after, signal),
		streams: prefix => store.streams(prefix),
		close: () => store.close()
	};
}
