/**
 * What goes in a message in place of what is too large for it (claim check): where it is kept, and what opens it. Claims are
 * only ever sent in packets that are sealed with the cluster's key, so whoever has one is a node of the cluster.
 */

import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { isFields } from "../../domain/unknown";

export interface Claim {
	/** Of the node that keeps it. */
	readonly host: string;
	readonly port: number;
	/** It is asked by TLS. */
	readonly tls?: true;
	/** 16 bytes in hex. */
	readonly id: string;
	/** 32 bytes in base64url, of this claim alone. */
	readonly key: string;
}

const KEY_BYTES = 32;

/** Where a node keeps what it gives claims on. */
export type ClaimPlace = Pick<Claim, "host" | "port" | "tls">;

export const newClaim = ({ host, port, tls }: ClaimPlace): Claim => ({
	host,
	port,
	...(tls && { tls }),
	id: randomBytes(16).toString("hex"),
	key: randomBytes(KEY_BYTES).toString("base64url")
});

export const isClaim = (value: unknown): value is Claim =>
	isFields(value) &&
	typeof value.host === "string" &&
	typeof value.port === "number" &&
	typeof value.id === "string" &&
	typeof value.key === "string";

/** What whoever fetches it shows: it says nothing of the key, and is good for this method and place alone. */
export const proofOf = ({ id, key }: Pick<Claim, "id" | "key">): string =>
	createHmac("sha256", Buffer.from(key, "base64url")).update(`GET /${id}`).digest("base64url");

export function isProof(claim: Pick<Claim, "id" | "key">, shown: string): boolean {
	const [own, given] = [Buffer.from(proofOf(claim)), Buffer.from(shown)];
	return own.length === given.length && timingSafeEqual(own, given);
}

/** What its frames are sealed with. */
export const frameKeyOf = ({ key }: Pick<Claim, "key">): Buffer =>
	Buffer.from(hkdfSync("sha256", Buffer.from(key, "base64url"), "", "banyan frames", KEY_BYTES));
