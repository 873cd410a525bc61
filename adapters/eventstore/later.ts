/** A store that is given before it is open: what is asked of it waits until it is, and fails as its opening did. */

import type { Appended, EventData, EventStore, RecordedEvent } from "./eventstore";

export interface LaterStore extends EventStore {
	/** Resolves once it is open. @throws what kept it from that */
	readonly opened: Promise<void>;
}

export function openLater(open: () => Promise<EventStore>): LaterStore {
	return new Later(open());
}

class Later implements LaterStore {
	readonly opened: Promise<void>;

	constructor(private readonly store: Promise<EventStore>) {
		this.opened = store.then(() => undefined);
		// Whoever asks is told.
		this.opened.catch(() => undefined);
	}

	async append(stream: string, expected: string, events: readonly EventData[], appendId: string): Promise<Appended> {
		return (await this.store).append(stream, expected, events, appendId);
	}

	async version(stream: string): Promise<string> {
		return (await this.store).version(stream);
	}

	async last(stream: string): Promise<readonly RecordedEvent[]> {
		return (await this.store).last(stream);
	}

	async *read(stream: string, after?: string): AsyncGenerator<RecordedEvent> {
		yield* (await this.store).read(stream, after);
	}

	async *readAll(after?: string): AsyncGenerator<RecordedEvent> {
		yield* (await this.store).readAll(after);
	}

	async *subscribe(after: string | undefined, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
		yield* (await this.store).subscribe(after, signal);
	}

	async streams(prefix: string): Promise<string[]> {
		return (await this.store).streams(prefix);
	}

	async close(): Promise<void> {
		const store = await this.store.catch(() => undefined);
		await store?.close();
	}
}
