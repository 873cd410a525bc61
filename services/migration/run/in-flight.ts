/** A store that knows whether something is being appended by it: until that is answered nobody knows who wrote last. */

import type { Appended, EventData, EventStore, RecordedEvent } from "../../../adapters/eventstore";

export class InFlight implements EventStore {
	private appending = 0;

	constructor(private readonly store: EventStore) {}

	get busy(): boolean {
		return this.appending > 0;
	}

	async append(stream: string, expected: string, events: readonly EventData[], appendId: string): Promise<Appended> {
		this.appending++;
		try {
			return await this.store.append(stream, expected, events, appendId);
		} finally {
			// Whoever asked folds what was stored before anybody looks.
			setImmediate(() => this.appending--);
		}
	}

	version(stream: string): Promise<string> {
		return this.store.version(stream);
	}

	last(stream: string): ReturnType<EventStore["last"]> {
		return this.store.last(stream);
	}

	read(stream: string, after?: string): AsyncIterable<RecordedEvent> {
		return this.store.read(stream, after);
	}

	readAll(after?: string): AsyncIterable<RecordedEvent> {
		return this.store.readAll(after);
	}

	subscribe(after: string | undefined, signal: AbortSignal): AsyncIterable<RecordedEvent> {
		return this.store.subscribe(after, signal);
	}

	streams(prefix: string): Promise<string[]> {
		return this.store.streams(prefix);
	}

	close(): Promise<void> {
		return this.store.close();
	}
}
