/**
 * The port of the event store: streams of events with a version; state is a fold over them.
 *
 * One append is one message: its events are stored together or not at all (L10). Versions and positions are opaque
 * strings; only equality, `NEW` and "read from here" mean anything to a caller.
 */

/** The version of a stream that does not exist yet. */
export const NEW = "0";

/** The most bytes of JSON one append may hold; bulk goes in chunks. NATS refuses messages over 1 MB by default. */
export const MAX_APPEND_BYTES = 900_000;

export interface EventData {
	readonly type: string;
	/** The version of what `data` holds; 1 where there is none. */
	readonly v?: number;
	/** JSON only. */
	readonly data: unknown;
}

export interface RecordedEvent<E extends EventData = EventData> {
	readonly stream: string;
	/** The stream's version after the append that holds this event. */
	readonly version: string;
	/** The place of that append among all appends of the store. */
	readonly position: string;
	/** True for the last event of its append: only then may `position` be kept as the place to go on from. */
	readonly last: boolean;
	/** When it was stored: ISO 8601, UTC. */
	readonly at: string;
	readonly event: E;
}

export interface Appended {
	readonly version: string;
	readonly position: string;
	/** When it was stored: ISO 8601, UTC. */
	readonly at: string;
	/** True when this append id had been stored already, and nothing was added. */
	readonly repeated: boolean;
}

export interface EventStore {
	/**
	 * Stores `events` at the end of `stream`, on disk before it answers.
	 * The same `appendId` again, as the last append of that stream, answers what the first one answered (L10).
	 * @throws VersionConflict when the stream is not at `expectedVersion`
	 * Without `events` there is nothing to append: that is a `RangeError`, as is a version this store never gave out.
	 * @throws AppendTooLarge · StoreFull · StoreBroken · StoreBusy · StoreClosed
	 */
	append(stream: string, expectedVersion: string, events: readonly EventData[], appendId: string): Promise<Appended>;
	/** The stream's present version, `NEW` when it has no events. */
	version(stream: string): Promise<string>;
	/** The events of the stream's last append; none where it has none. */
	last(stream: string): Promise<readonly RecordedEvent[]>;
	/** The stream's events after version `after`, oldest first. */
	read(stream: string, after?: string): AsyncIterable<RecordedEvent>;
	/** All events after position `after`, in the order they were stored. */
	readAll(after?: string): AsyncIterable<RecordedEvent>;
	/** As `readAll`, then goes on with what any process stores. Ends when `signal` aborts; `close` makes it throw. */
	subscribe(after: string | undefined, signal: AbortSignal): AsyncIterable<RecordedEvent>;
	/** The names of the streams that begin with `prefix`, sorted. */
	streams(prefix: string): Promise<string[]>;
	/** Appends that were asked for before are stored first. A second call does nothing. */
	close(): Promise<void>;
}

/** Another append came first: read on, decide again. */
export class VersionConflict extends Error {
	override readonly name = "VersionConflict";
	readonly code = "VERSION_CONFLICT";
	constructor(
		readonly stream: string,
		readonly expected: string,
		readonly actual: string
	) {
		super(`Stream '${stream}' is at version ${actual}, not ${expected}: another writer appended first.`);
	}
}

/** The caller put too much in one append. */
export class AppendTooLarge extends Error {
	override readonly name = "AppendTooLarge";
	readonly code = "APPEND_TOO_LARGE";
	constructor(stream: string, bytes: number) {
		super(`An append of ${bytes} bytes to '${stream}' is over the limit of ${MAX_APPEND_BYTES}: split it in chunks.`);
	}
}
