/** One append as it is stored: all its events in one piece of JSON. */

import { type Appended, AppendTooLarge, type EventData, MAX_APPEND_BYTES, NEW, type RecordedEvent } from "./eventstore";

export interface Append {
	readonly stream: string;
	readonly expected: number;
	readonly appendId: string;
	/** The JSON of the events. */
	readonly body: string;
}

export interface Stored {
	readonly stream: string;
	readonly version: number;
	readonly position: number;
	readonly at: string;
	readonly body: string;
}

/** With the id that it was asked for under. */
export interface StoredAppend extends Stored {
	readonly appendId: string;
}

/** @throws AppendTooLarge, and RangeError where there is no event, stream name or append id. */
export function sealed(stream: string, expected: string, events: readonly EventData[], appendId: string): Append {
	if (stream === "" || appendId === "") throw new RangeError("An append needs the name of a stream and an append id.");
	if (events.length === 0) throw new RangeError(`An append to '${stream}' needs at least one event.`);
	const body = JSON.stringify(events);
	const bytes = Buffer.byteLength(body);
	if (bytes > MAX_APPEND_BYTES) throw new AppendTooLarge(stream, bytes);
	return { stream, expected: ordinal(expected), appendId, body };
}

/** The answer to an append. */
export const acknowledged = (
	{ version, position, at }: Pick<Stored, "version" | "position" | "at">,
	repeated: boolean
): Appended => ({ version: String(version), position: String(position), at, repeated });

/** The events of a stored append, one by one. */
export function* opened(stored: Stored): Generator<RecordedEvent> {
	const { stream, at } = stored;
	const version = String(stored.version);
	const position = String(stored.position);
	const events = JSON.parse(stored.body) as EventData[];
	let left = events.length;
	for (const event of events) {
		left -= 1;
		yield { stream, version, position, last: left === 0, at, event };
	}
}

/** What stands behind an opaque version or position. */
export function ordinal(opaque: string = NEW): number {
	if (!/^\d{1,15}$/.test(opaque)) throw new RangeError(`'${opaque}' is not a version or position of this event store.`);
	return Number(opaque);
}
