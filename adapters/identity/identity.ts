/** A node's identity as a file holds it: the token, and the key that goes with it. */

import type { KeyObject } from "node:crypto";
import { type PrivateJwk, privateKeyIn } from "../../domain/platform/identity/jws";
import { readToken, type Token } from "../../domain/platform/identity/token";
import { propertyOf, textOf } from "../../domain/unknown";

export interface Identity {
	/** As it is sent. */
	readonly token: string;
	readonly key: KeyObject;
	/** What stands in it, whether it counts or not. */
	readonly said: Token;
}

export const identityText = (token: string, key: PrivateJwk): string =>
	`${JSON.stringify({ token, key }, null, "\t")}\n`;

/** Undefined where it is none, or where its key is not the one that its token names. */
export function readIdentity(text: string): Identity | undefined {
	const file = jsonIn(text);
	const [token, key] = [textOf(file, "token"), privateKeyIn(propertyOf(file, "key"))];
	const said = token === undefined ? undefined : readToken(token)?.token;
	if (token === undefined || !key || !said) return undefined;
	return said.key.export({ format: "jwk" }).x === key.export({ format: "jwk" }).x ? { token, key, said } : undefined;
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
