/** An event store, and lists, that count what is touched in them: the work of an answer, whatever the machine's pace. */

import type { EventStore, RecordedEvent } from "../../adapters/eventstore";

export interface Counts {
	/** Events that were read. */
	events: number;
	/** Looks at the end of a stream, and for names of streams. */
	looks: number;
	/** Rows of lists that were read or written. */
	rows: number;
	/** Snapshots that were read or written. */
	snapshots: number;
}

const none = (): Counts => ({ events: 0, looks: 0, rows: 0, snapshots: 0 });

export function counting(store: EventStore, counts = none()): { readonly store: EventStore; readonly counts: Counts } {
	async function* counted(events: AsyncIterable<RecordedEvent>): AsyncGenerator<RecordedEvent> {
		for await (const event of events) {
			counts.events++;
			yield event;
		}
	}
	const looked = <T>(look: T): T => {
		counts.looks++;
		return look;
	};
	const watched: EventStore = {
		append: (...args) => store.append(...args),
		version: stream => looked(store.version(stream)),
		read: (stream, after) => looked(counted(store.read(stream, after))),
		readAll: after => counted(store.readAll(after)),
		subscribe: (after, signal) => counted(store.subscribe(after, signal)),
		streams: prefix => looked(store.streams(prefix)),
		close: () => store.close()
	};
	return { store: watched, counts };
}
