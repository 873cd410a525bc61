/** What was announced, as it is kept: names of streams, and entries of them. Pure, but for new ids. */

import { randomUUID } from "node:crypto";
import type { Behalf } from "../../contracts/people";
import { partitionOf } from "../../domain/delivery";
import { fieldsOf, isFields } from "../../domain/unknown";
import type { EventData, RecordedEvent } from "../eventstore";

/** A durable event that was announced. */
export interface Entry {
	/** The same however often it is announced or delivered. */
	readonly id: string;
	readonly event: string;
	/** The version of its payload. */
	readonly v: number;
	/** What orders it. */
	readonly key: string;
	/** When it was announced: ISO 8601, UTC. */
	readonly at: string;
	readonly payload: object;
	readonly correlationId?: string;
	/** Where in a trace it was announced (W3C Trace Context). */
	readonly traceparent?: string;
	/** On whose behalf it was announced, as far as somebody asked from outside. */
	readonly behalf?: Behalf;
	/** Of one that is delivered anew: the service it is for, and no other. */
	readonly to?: string;
}

/** An entry at its place among all. */
export interface Placed extends Entry {
	readonly position: number;
	readonly partition: number;
}

/** All that was announced together. */
export interface Announced {
	readonly position: number;
	readonly entries: readonly Placed[];
}

export type Fresh = Pick<Entry, "event" | "v" | "key" | "payload"> &
	Partial<Pick<Entry, "id" | "correlationId" | "traceparent" | "behalf">>;

export const entryOf = (fresh: Fresh, at = new Date()): Entry => ({
	id: randomUUID(),
	...fresh,
	at: at.toISOString()
});

/** As it waits in an outbox. */
export const isEntry = (payload: object): payload is Entry => {
	const { id, event, v, key, at, payload: own } = fieldsOf(payload);
	return [id, event, key, at].every(each => typeof each === "string") && typeof v === "number" && isFields(own);
};

/** What others announced, one stream each. */
const ANNOUNCED = "announced/";
/** What became of events that a service could not deal with, one stream a service. */
export const LETTERS = "letters/";
/** Which services listen, and how far those came that keep nothing themselves. */
export const PROGRESS = "progress/";
/** The type of what is delivered anew, in a stream of `LETTERS`. */
export const REPLAYED = "replayed";

export const streamOfOutbox = (collection: string): string => `${ANNOUNCED}outbox/${collection}`;
export const streamOfKey = (event: string, key: string): string => `${ANNOUNCED}${event}/${key}`;

/** As it is stored. */
export const stored = (entry: Entry): EventData => {
	const { event, v, ...data } = entry;
	return { type: event, v, data };
};

/** The entries among what is read, append by append; others count by their place alone. */
export async function* announcedIn(recorded: AsyncIterable<RecordedEvent>): AsyncGenerator<Announced> {
	let entries: Placed[] = [];
	for await (const each of recorded) {
		const entry = entryIn(each);
		if (entry) entries.push({ ...entry, position: Number(each.position), partition: partitionOf(entry.key) });
		if (!each.last) continue;
		yield { position: Number(each.position), entries };
		entries = [];
	}
}

function entryIn({ stream, event: { type, v = 1, data } }: RecordedEvent): Entry | undefined {
	if (stream.startsWith(ANNOUNCED)) return { ...(data as Omit<Entry, "event" | "v">), event: type, v };
	return stream.startsWith(LETTERS) && type === REPLAYED ? (data as Entry) : undefined;
}
