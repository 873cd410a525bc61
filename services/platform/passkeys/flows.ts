/** What was begun with a passkey: signed, with a challenge that follows from it. */

import { randomBytes } from "node:crypto";
import { type Derive, FLOW_MS, type Flow, opened, signed } from "../../../domain/platform/factors/flow";

/** What for: what was begun for one is no answer to another. */
export type Purpose = "register" | "login" | "second" | "step-up";

export interface Begun extends Flow {
	/** Whose; null: whoever has a passkey. */
	readonly account: string | null;
	/** The session, or the challenge, that it is for. */
	readonly within: string | null;
	/** The address that was given with a login, in its canonical form. */
	readonly email: string | null;
}

export type About = Partial<Pick<Begun, "account" | "within" | "email">>;

export interface Opened {
	readonly flow: Begun;
	readonly challenge: string;
}

const kindOf = (purpose: Purpose): string => `passkey ${purpose}`;

/** As the authenticator is asked to sign it: 256 bits. */
const challengeOf = (derive: Derive, token: string): string => derive(`passkey challenge ${token}`);

export function begin(derive: Derive, purpose: Purpose, about: About = {}): { token: string; challenge: string } {
	const id = randomBytes(16).toString("base64url");
	const { account = null, within = null, email = null } = about;
	const token = signed<Begun>(derive, kindOf(purpose), { id, until: Date.now() + FLOW_MS, account, within, email });
	return { token, challenge: challengeOf(derive, token) };
}

/** Undefined where it is none, is over, or is for something else. */
export function goOn(derive: Derive, purpose: Purpose, token: string): Opened | undefined {
	const flow = opened<Begun>(derive, kindOf(purpose), token, Date.now());
	return flow && { flow, challenge: challengeOf(derive, token) };
}
