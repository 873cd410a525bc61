/**
 * A collection is read before what was announced: so of what waited in its outbox then some may have been announced by the
 * time that is read. It is taken out of the outbox again, for it is announced once.
 */

import { fieldsOf, textOf } from "../../domain/unknown";
import { streamOfOutbox } from "../announcements/entry";
import type { StoredAppend } from "../eventstore/envelope";
import type { CollectionLine } from "./format";

export class Outboxes {
	/** By the stream of a collection's announcements: by id of an entry, its place in the outbox. */
	private readonly waiting = new Map<string, { readonly name: string; readonly places: Map<string, string> }>();
	private readonly announced = new Map<string, string[]>();

	/** A line of a collection. */
	met(name: string, line: CollectionLine): void {
		if (line[0] !== "outbox") return;
		const [, place, , payload] = line;
		const id = textOf(payload, "id");
		if (id === undefined) return;
		const stream = streamOfOutbox(name);
		const known = this.waiting.get(stream) ?? { name, places: new Map<string, string>() };
		this.waiting.set(stream, known);
		known.places.set(id, place);
	}

	/** What was announced. */
	heard({ stream, body }: StoredAppend): void {
		const known = this.waiting.get(stream);
		if (!known) return;
		for (const event of JSON.parse(body) as readonly unknown[]) {
			const place = known.places.get(textOf(fieldsOf(event).data, "id") ?? "");
			if (place === undefined) continue;
			this.announced.set(known.name, [...(this.announced.get(known.name) ?? []), place]);
		}
	}

	/** By collection, the places in its outbox of what was announced. */
	get doubles(): ReadonlyMap<string, readonly string[]> {
		return this.announced;
	}
}
