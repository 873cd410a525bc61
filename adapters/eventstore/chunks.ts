/** Bulk in pieces that fit one append. */

import { MAX_APPEND_BYTES } from "./eventstore";

/** Room for an event's type, its other fields and the brackets around the chunk. */
const ENVELOPE_BYTES = 10_000;

/**
 * The same items in the same order, in chunks whose JSON array has at most `maxBytes`; none for no items.
 * @throws RangeError when one item alone is larger
 */
export function chunks<T>(items: readonly T[], maxBytes = MAX_APPEND_BYTES - ENVELOPE_BYTES): T[][] {
	const made: T[][] = [];
	let chunk: T[] = [];
	let size = 2;
	for (const item of items) {
		// In an array, what JSON has no word for becomes null.
		const bytes = Buffer.byteLength(JSON.stringify(item) ?? "null");
		if (bytes + 2 > maxBytes)
			throw new RangeError(`One item has ${bytes} bytes of JSON, over the ${maxBytes} of a chunk.`);
		const comma = chunk.length > 0 ? 1 : 0;
		if (size + comma + bytes > maxBytes) {
			made.push(chunk);
			chunk = [];
			size = 2;
		}
		size += (chunk.length > 0 ? 1 : 0) + bytes;
		chunk.push(item);
	}
	if (chunk.length > 0) made.push(chunk);
	return made;
}
