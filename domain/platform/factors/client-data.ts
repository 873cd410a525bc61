/** What a browser says of how a passkey was used, before anything of it is verified. Pure. */

import { parseJson } from "../../../contracts/json";
import { textOf } from "../../unknown";
import { isOwnOrigin, type RelyingParty } from "./relying-party";

export interface ClientData {
	readonly type: string | undefined;
	readonly challenge: string | undefined;
	readonly origin: string;
}

/** Nothing of it where it is no JSON. */
export function clientDataIn(base64url: string): ClientData {
	const said = jsonIn(Buffer.from(base64url, "base64url").toString());
	return { type: textOf(said, "type"), challenge: textOf(said, "challenge"), origin: textOf(said, "origin") ?? "" };
}

function jsonIn(text: string): unknown {
	try {
		return parseJson(text);
	} catch {
		return undefined;
	}
}

/** What speaks against it: the end of a sentence; undefined: nothing yet. */
export function faultIn(
	{ type, challenge, origin }: ClientData,
	expected: { readonly type: "webauthn.create" | "webauthn.get"; readonly challenge: string },
	party: RelyingParty
): string | undefined {
	if (type !== expected.type) return "it was made for something else";
	if (challenge !== expected.challenge)
		return "it answers another question: send it with the `flow` that its options came with";
	return isOwnOrigin(party, origin)
		? undefined
		: `it was used at another address than ${party.origins.join(", ") || `http://${party.id}`}`;
}

/** What a library says of it, in our words. */
const SAID: readonly (readonly [RegExp, string])[] = [
	[/RP ID/i, "it was made for another domain"],
	[/user (verification|not present|presence)|not be verified/i, "it did not ask its owner who they are"],
	[/cross-origin|top origin/i, "it was used within a page of another origin"],
	[/alg/i, "its key is of a kind that is not taken"]
];

export const inOurWords = (message: string): string =>
	SAID.find(([pattern]) => pattern.test(message))?.[1] ?? "its answer does not hold";

/**
 * A counter that does not grow is a sign that there is a copy, and no proof: passkeys that a provider keeps count nothing, and
 * say 0 for ever (WebAuthn §6.1.1).
 */
export const goesBack = (kept: number, given: number): boolean => (kept > 0 || given > 0) && given <= kept;
