/**
 * Envelopes: a text is sealed with a key of its own, and that key with the ring. What was sealed stays byte for byte what it is,
 * while the ring gets other keys: the small keys alone are sealed anew.
 */

import { randomBytes } from "node:crypto";
import { decrypt, encrypt, KEY_BYTES } from "./cipher";
import type { Sealer } from "./sealer";

export interface Envelope {
	/** Which key opens it. */
	readonly key: string;
	readonly text: string;
}
/** A key as it is kept. */
export interface SealedKey {
	readonly id: string;
	readonly text: string;
}

/** @param keyPlace where the key is kept, by its id @param place what is sealed for one opens for no other */
export function enveloped(
	sealer: Pick<Sealer, "seal">,
	text: string,
	place: string
): { readonly envelope: Envelope; readonly key: SealedKey } {
	const [id, secret] = [randomBytes(12).toString("base64url"), randomBytes(KEY_BYTES)];
	return {
		envelope: { key: id, text: encrypt(secret, Buffer.from(text), place).toString("base64url") },
		key: { id, text: sealer.seal(secret.toString("base64url"), placeOf(id)) }
	};
}

/** @throws where it was sealed for another place, or the key is another one */
export function opened(sealer: Pick<Sealer, "open">, { key, text }: Envelope, kept: string, place: string): string {
	const secret = Buffer.from(sealer.open(kept, placeOf(key)), "base64url");
	const found = decrypt(secret, Buffer.from(text, "base64url"), place);
	if (found === undefined)
		throw new Error(`What is kept for ${place} cannot be opened: it was sealed for another place.`);
	return found.toString();
}

/** The key under the newest of the ring; undefined where it is. */
export const keyAnew = (sealer: Sealer, { id, text }: SealedKey): string | undefined =>
	sealer.isStale(text) ? sealer.seal(sealer.open(text, placeOf(id)), placeOf(id)) : undefined;

const placeOf = (id: string): string => `envelope ${id}`;
