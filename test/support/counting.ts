/** An event store, and lists, that count what is touched in them: the work of an answer, whatever the machine's pace. */

import type { EventStore, RecordedEvent } from "../../adapters/eventstore";
import type { ProjectedList } from "../../adapters/projected-lists";
import type { Projections } from "../../adapters/projections";

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
		last: stream => looked(store.last(stream)),
		read: (stream, after) => looked(counted(store.read(stream, after))),
		readAll: after => counted(store.readAll(after)),
		subscribe: (after, signal) => counted(store.subscribe(after, signal)),
		streams: prefix => looked(store.streams(prefix)),
		close: () => store.close()
	};
	return { store: watched, counts };
}

export function countingProjections(projections: Projections, counts: Counts): Projections {
	const rows = <T>(found: T[]): T[] => {
		counts.rows += found.length;
		return found;
	};
	// One for one, as those are that they count.
	const lists = new Map<ProjectedList, ProjectedList>();
	const watched = (list: ProjectedList): ProjectedList => ({
		get mark() {
			return list.mark;
		},
		writable: list.writable,
		change: (mark, work) =>
			list.change(mark, edit =>
				work({
					...edit,
					put: row => {
						counts.rows++;
						edit.put(row);
					}
				})
			),
		page: (after, until, most) => rows(list.page(after, until, most)),
		find: keys => rows(list.find(keys)),
		last: () => list.last()
	});
	return {
		snapshot: <S>(name: string, tag: string) => {
			counts.snapshots++;
			return projections.snapshot<S>(name, tag);
		},
		keep: (name, snapshot) => {
			counts.snapshots++;
			return projections.keep(name, snapshot);
		},
		list: (name, tag) => {
			const list = projections.list(name, tag);
			const known = lists.get(list) ?? watched(list);
			lists.set(list, known);
			return known;
		},
		close: () => projections.close()
	};
}
