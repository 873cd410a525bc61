/** Appends of a store whose streams count their own versions, for one where a version is a place among all. */

import { type Renumber, renumbered } from "../../domain/migration/renumbering";
import type { EventData } from "../eventstore";
import type { StoredAppend } from "../eventstore/envelope";

/** In its order, for each append its version and its place. */
interface Places {
	readonly versions: number[];
	readonly positions: number[];
}

/** In their order: what an event names is before it. Each takes 16 bytes. */
export async function* byPlace(appends: AsyncIterable<StoredAppend>): AsyncGenerator<StoredAppend> {
	const streams = new Map<string, Places>();
	const to: Renumber = (stream, version) => String(placeOf(streams.get(stream), Number(version)) ?? version);
	for await (const append of appends) {
		const { stream, version, position } = append;
		const places = streams.get(stream) ?? { versions: [], positions: [] };
		streams.set(stream, places);
		places.versions.push(version);
		places.positions.push(position);
		yield { ...append, version: position, body: bodyOf(append, to) };
	}
}

function bodyOf({ stream, body }: StoredAppend, to: Renumber): string {
	if (!stream.startsWith("migration/")) return body;
	const events = JSON.parse(body) as EventData[];
	const changed = events.map(event => renumbered(stream, event, to));
	return changed.every((event, at) => event === events[at]) ? body : JSON.stringify(changed);
}

/** By halves: a long run has many. */
function placeOf(places: Places | undefined, version: number): number | undefined {
	if (!places) return undefined;
	let [low, high] = [0, places.versions.length - 1];
	while (low <= high) {
		const middle = (low + high) >> 1;
		const found = places.versions[middle] ?? 0;
		if (found === version) return places.positions[middle];
		if (found < version) low = middle + 1;
		else high = middle - 1;
	}
	return undefined;
}
