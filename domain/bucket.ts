/** The bucket that a key falls into: what is given to a share of all keys is given to the same ones everywhere. Pure. */

import { v3 } from "murmurhash";

export const BUCKETS = 100;

/**
 * From 1 to 100, by murmur3 of the UTF-8 of `salt:key`. Whoever is in bucket 25 or lower has what 25 % have, and keeps it when
 * the share grows.
 */
export const bucketOf = (salt: string, key: string): number => (v3(`${salt}:${key}`, 0) % BUCKETS) + 1;
