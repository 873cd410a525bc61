/** Dead letters: events that a service could not deal with, laid aside with the reason until somebody decides. */

import { randomUUID } from "node:crypto";
import { chunks, type EventStore } from "../eventstore";
import { appended } from "./announcements";
import { type Entry, LETTERS, REPLAYED } from "./entry";

export interface Letter {
	readonly service: string;
	readonly entry: Entry;
	/** How often it was tried. */
	readonly tries: number;
	/** What its last try ended with. */
	readonly reason: string;
	/** When it was laid aside: ISO 8601, UTC. */
	readonly at: string;
}

type Kept =
	| { readonly type: "laid"; readonly data: Omit<Letter, "service" | "at"> }
	/** Delivered anew: of a letter, or of what was announced once. */
	| { readonly type: typeof REPLAYED; readonly data: Entry & { readonly of: string } }
	| { readonly type: "dropped"; readonly data: { readonly of: string } };

/** Of one service, the oldest first. */
interface Seen {
	version: string | undefined;
	readonly letters: Map<string, Letter>;
}

export class Letters {
	private readonly seen = new Map<string, Seen>();

	constructor(private readonly store: EventStore) {}

	/** Lays an event aside; once more is the same. */
	async lay(service: string, letter: Omit<Letter, "service" | "at">): Promise<void> {
		await this.append(service, [{ type: "laid", data: letter }], `laid-${letter.entry.id}`);
	}

	/** All of them, of all services: those that were laid aside first come first. */
	async all(): Promise<Letter[]> {
		const services = await this.store.streams(LETTERS);
		const found: Letter[] = [];
		for (const stream of services) found.push(...(await this.of(stream.slice(LETTERS.length))).values());
		return found.sort((a, b) => (a.at < b.at ? -1 : 1));
	}

	/** Of one service, by the ids of their events. */
	async of(service: string): Promise<ReadonlyMap<string, Letter>> {
		const seen: Seen = this.seen.get(service) ?? { version: undefined, letters: new Map() };
		this.seen.set(service, seen);
		for await (const { event, version, at } of this.store.read(LETTERS + service, seen.version)) {
			fold(seen.letters, service, event as Kept, at);
			seen.version = version;
		}
		return seen.letters;
	}

	/** Delivers these to their services once more: behind what was announced meanwhile, in the order given. */
	async replay(letters: readonly Letter[]): Promise<void> {
		for (const { service, entry } of letters) await this.again(service, [entry]);
	}

	/** Delivers to one service once more what was announced, in the order given. */
	async again(service: string, entries: readonly Entry[]): Promise<void> {
		const events = entries.map(entry => ({ type: REPLAYED, data: anew(entry, service) }) satisfies Kept);
		for (const together of chunks(events)) await this.append(service, together, randomUUID());
	}

	async drop(letters: readonly Letter[]): Promise<void> {
		for (const { service, entry } of letters)
			await this.append(service, [{ type: "dropped", data: { of: entry.id } }], randomUUID());
	}

	private async append(service: string, events: readonly Kept[], id: string): Promise<void> {
		await appended(this.store, LETTERS + service, events, id);
	}
}

/** It has an id of its own: what was dealt with before is dealt with again. */
const anew = (entry: Entry, to: string): Entry & { of: string } => ({ ...entry, id: randomUUID(), to, of: entry.id });

function fold(letters: Map<string, Letter>, service: string, { type, data }: Kept, at: string): void {
	if (type === "laid") letters.set(data.entry.id, { ...data, service, at });
	else letters.delete(data.of);
}
