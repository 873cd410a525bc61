/** Key pairs of Ed25519 that follow from a secret and a name: nobody keeps them. */

import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { textOf } from "../../../domain/unknown";

export interface KeyPair {
	readonly key: KeyObject;
	/** The public half (RFC 8037), base64url. */
	readonly x: string;
}

/** Before the 32 bytes of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

const pairOf = (seed: Buffer): KeyPair => {
	const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
	return { key, x: textOf(createPublicKey(key).export({ format: "jwk" }), "x") ?? "" };
};

export class KeyPairs {
	private readonly pairs = new Map<string, KeyPair>();

	/** @param derive 32 bytes in base64url */
	constructor(private readonly derive: (text: string) => string) {}

	of(kid: string): KeyPair {
		const known = this.pairs.get(kid);
		if (known) return known;
		const pair = pairOf(Buffer.from(this.derive(`signing key ${kid}`), "base64url"));
		this.pairs.set(kid, pair);
		return pair;
	}

	/** Forgets all but these. */
	keep(kids: ReadonlySet<string>): void {
		for (const kid of this.pairs.keys()) if (!kids.has(kid)) this.pairs.delete(kid);
	}
}
