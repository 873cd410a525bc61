/** The credentials that a panel derives from a user's key, instead of storing them. */

import { createXXHash128 } from "hash-wasm";
import { withoutEnds } from "../../trim";

export const AUTH_ALGORITHMS = ["xxh128", "plain"] as const;
export type AuthAlgorithm = (typeof AUTH_ALGORITHMS)[number];

export interface Credentials {
	/** Of vless, vmess and tuic; null where the key is no UUID and the algorithm needs one. Any version and variant. */
	readonly uuid: string | null;
	/** Of trojan, shadowsocks and hysteria2. */
	readonly password: string;
}

export type Derive = (key: string) => Credentials;

const plain: Derive = key => ({ uuid: uuid(key), password: key });

/** Prepared once (the hash is loaded), then pure and synchronous. */
export async function createDerivations(): Promise<Readonly<Record<AuthAlgorithm, Derive>>> {
	const hasher = await createXXHash128();
	const xxh128: Derive = key => {
		const password = hasher.init().update(key).digest("hex");
		return { uuid: uuid(password), password };
	};
	return { xxh128, plain };
}

/** As the panel's own UUID type reads it: a URN, braces and dashes fall away, 32 hex digits must be left. */
function uuid(text: string): string | null {
	const digits = withoutEnds(text.replace("urn:", "").replace("uuid:", ""), "{}").replaceAll("-", "");
	const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits);
	return parts !== null && /^[0-9a-f]+$/i.test(digits) ? parts.slice(1).join("-").toLowerCase() : null;
}
