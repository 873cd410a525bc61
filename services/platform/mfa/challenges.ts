/** Challenges: a login by one factor, signed, until the second one is given. */

import { createHash, randomBytes } from "node:crypto";
import type { Client, Factor } from "../../../contracts/people";
import { type Derive, opened, signed } from "../../../domain/platform/factors/flow";
import { type Asked, asked } from "../../../domain/platform/factors/second-factors";

const KIND = "second factor";

/** A challenge is of the browser that began: whoever sees it elsewhere can do nothing with it (ASVS 6.6.2). */
const digestOf = ({ agent }: Client): string => createHash("sha256").update(agent).digest("base64url");

export const challengeOf = (
	derive: Derive,
	{
		account,
		factors,
		client
	}: { readonly account: string; readonly factors: readonly Factor[]; readonly client: Client }
): string => {
	const id = randomBytes(16).toString("base64url");
	return signed(derive, KIND, asked(id, account, factors, digestOf(client), Date.now()));
};

/** Undefined where it is none, is over, or is of another browser. */
export function askedIn(derive: Derive, challenge: string, client: Client): Asked | undefined {
	const said = opened<Asked>(derive, KIND, challenge, Date.now());
	return said?.agent === digestOf(client) ? said : undefined;
}
