/** Seals secrets where they are kept, with the newest key of a ring, and opens what any of its keys sealed. */

import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { decrypt, encrypt } from "./cipher";
import { cipherKeyOf, isFirst, type Ring, type RingKey, sealingKeyOf } from "./ring";

/** What the first key sealed says no id: a release that knew of one key alone opens it. */
const [SEALED_FIRST, SEALED] = ["sealed:v1:", "sealed:v2:"];

export interface Sealer {
	/** What is sealed for one place opens for no other. */
	seal(text: string, place: string): string;
	/** A text that was never sealed is answered as it is. @throws when it was sealed under another secret, or for another place */
	open(text: string, place: string): string;
	/** Is it sealed with another key than the newest? */
	isStale(text: string): boolean;
	/** The same of the same text, and to be had by nobody without the secret; base64url. */
	derive(text: string): string;
}

/** @param ring as it is now @param foreign says of a place that what stands there was sealed under another secret */
export const sealerWith = (ring: () => Ring, foreign: (place: string) => string): Sealer => ({
	seal(text, place) {
		const key = sealingKeyOf(ring(), Date.now());
		return prefixOf(key) + encrypt(cipherKeyOf(key), Buffer.from(text), place).toString("base64url");
	},
	open(text, place) {
		if (!isSealed(text)) return text;
		const key = ring().keys.find(each => text.startsWith(prefixOf(each)));
		const bytes = key && Buffer.from(text.slice(prefixOf(key).length), "base64url");
		const opened = bytes && decrypt(cipherKeyOf(key), bytes, place);
		if (opened === undefined) throw new Error(foreign(place));
		return opened.toString();
	},
	isStale: text => isSealed(text) && !text.startsWith(prefixOf(ring().keys[0])),
	derive: text => createHmac("sha256", keyOf(ring().root)).update(text).digest("base64url")
});

const KEYS = new WeakMap<Buffer, KeyObject>();

/** Made once: each time it takes longer than what is done with it. */
function keyOf(root: Buffer): KeyObject {
	const known = KEYS.get(root) ?? createSecretKey(root);
	KEYS.set(root, known);
	return known;
}

const isSealed = (text: string): boolean => text.startsWith(SEALED_FIRST) || text.startsWith(SEALED);

const prefixOf = (key: RingKey): string => (isFirst(key) ? SEALED_FIRST : `${SEALED}${key.id}:`);
