/** What is announced and kept: each event is in the store once, in the order in which it was announced. */

import { type Appended, chunks, type EventData, type EventStore, VersionConflict } from "../eventstore";
import { type Entry, stored, streamOfKey, streamOfOutbox } from "./entry";

/** Behind whatever is there. The same id as that of the stream's last append is stored once. */
export async function appended(
	store: EventStore,
	stream: string,
	events: readonly EventData[],
	id: string
): Promise<Appended> {
	for (;;) {
		try {
			return await store.append(stream, await store.version(stream), events, id);
		} catch (error) {
			if (!(error instanceof VersionConflict)) throw error;
		}
	}
}

/**
 * Announces what has no outbox: whoever has a state of which it follows says it again until it was heard, under one id.
 * Of each event and key the last one is known again; so the next is announced once the one before it was.
 */
export async function announced(store: EventStore, entry: Entry): Promise<void> {
	await appended(store, streamOfKey(entry.event, entry.key), [stored(entry)], entry.id);
}

interface Tail {
	readonly version: string;
	readonly ids: ReadonlySet<string>;
}

/**
 * What an outbox's relay appends, to a stream of its own. An append is acknowledged to the outbox before the next one: so
 * what is still in the outbox and was appended is in the stream's last append, and nothing is appended twice, by whichever
 * relay of however many nodes.
 */
export class OutboxStream {
	private readonly stream: string;
	private tail: Tail | undefined;

	constructor(
		private readonly store: EventStore,
		collection: string
	) {
		this.stream = streamOfOutbox(collection);
	}

	/** How many of the first ones are in the stream now; 0: the outbox is to be read again, since others were at it. */
	async append(entries: readonly Entry[]): Promise<number> {
		// Read after the outbox, it would not tell what was appended and acknowledged before its last append.
		if (!this.tail) return this.look();
		const { version, ids } = this.tail;
		const known = entries.findIndex(({ id }) => !ids.has(id));
		if (known !== 0) return known < 0 ? entries.length : known;
		const [events = []] = chunks(entries.map(stored));
		const now = entries.slice(0, events.length);
		try {
			const done = await this.store.append(this.stream, version, events, `${now[0]?.id}+${now.length}`);
			this.tail = { version: done.version, ids: new Set(now.map(({ id }) => id)) };
			return now.length;
		} catch (error) {
			// Whether it was stored or not, only the stream knows.
			this.tail = undefined;
			if (error instanceof VersionConflict) return 0;
			throw error;
		}
	}

	private async look(): Promise<0> {
		const last = await this.store.last(this.stream);
		const ids = last.map(({ event }) => String((event.data as Pick<Entry, "id">).id));
		this.tail = { version: last[0]?.version ?? (await this.store.version(this.stream)), ids: new Set(ids) };
		return 0;
	}
}
