/** The bucket that a key falls into: what is given to a share of all keys is given to the same ones everywhere. Pure. */

import { v3 } from "murmurhash";

export const BUCKETS = 100;

/**
 * From 1 to 100, by murmur3 of the UTF-8 of `salt:key`. Whoever is in bucket 25 or lower has what 25 % have, and keeps it when
 * the share grows.
 */
export const bucketOf = (salt: string, key: string): number => (v3(utf8(`${salt}:${key}`), 0) % BUCKETS) + 1;

/** The same bytes as the library makes of a text, in a third of the time: it makes an encoder for each. */
function utf8(text: string): Uint8Array {
	const { read, written } = ENCODER.encodeInto(text, BYTES);
	return read === text.length ? BYTES.subarray(0, written) : ENCODER.encode(text);
}
const ENCODER = new TextEncoder();
const BYTES = new Uint8Array(1_024);
