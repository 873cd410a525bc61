/** A store whose events carry their versions: each is stamped as it is stored, and read as one of the present version. */

import { lifted, stamped } from "../../domain/migration/versions";
import type { Appended, EventData, EventStore, RecordedEvent } from "./eventstore";

/** It is closed with the store that it is around. */
export const versioned = (store: EventStore): EventStore => new VersionedStore(store);

class VersionedStore implements EventStore {
	constructor(private readonly store: EventStore) {}

	append(stream: string, expected: string, events: readonly EventData[], appendId: string): Promise<Appended> {
		return this.store.append(
			stream,
			expected,
			events.map(event => stamped(stream, event)),
			appendId
		);
	}

	version(stream: string): Promise<string> {
		return this.store.version(stream);
	}

	async last(stream: string): Promise<readonly RecordedEvent[]> {
		return (await this.store.last(stream)).map(liftOne);
	}

	read(stream: string, after?: string): AsyncIterable<RecordedEvent> {
		return lift(this.store.read(stream, after));
	}

	readAll(after?: string): AsyncIterable<RecordedEvent> {
		return lift(this.store.readAll(after));
	}

	subscribe(after: string | undefined, signal: AbortSignal): AsyncIterable<RecordedEvent> {
		return lift(this.store.subscribe(after, signal));
	}

	streams(prefix: string): Promise<string[]> {
		return this.store.streams(prefix);
	}

	close(): Promise<void> {
		return this.store.close();
	}
}

async function* lift(recorded: AsyncIterable<RecordedEvent>): AsyncGenerator<RecordedEvent> {
	for await (const each of recorded) yield liftOne(each);
}

function liftOne(recorded: RecordedEvent): RecordedEvent {
	const event = lifted(recorded.stream, recorded.event);
	return event === recorded.event ? recorded : { ...recorded, event };
}
