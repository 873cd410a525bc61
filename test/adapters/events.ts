/** Small words of the event store tests. */

import { type Appended, type EventData, type EventStore, VersionConflict } from "../../adapters/eventstore";

export const event = (data: unknown, type = "noted"): EventData => ({ type, data });

export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
	const found: T[] = [];
	for await (const each of source) found.push(each);
	return found;
}

/** Appends at whatever version the stream is, deciding again after each conflict, as a service does. */
export async function insist(store: EventStore, stream: string, data: unknown, id: string): Promise<Appended> {
	for (;;) {
		try {
			return await store.append(stream, await store.version(stream), [event(data)], id);
		} catch (error) {
			if (!(error instanceof VersionConflict)) throw error;
		}
	}
}
