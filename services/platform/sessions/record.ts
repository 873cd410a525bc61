/** A session as it is kept, and as its person may see it. */

import { randomBytes } from "node:crypto";
import type { Client, Factor, Person } from "../../../contracts/people";
import type { Session } from "../../../contracts/platform/sessions";
import { networkOf } from "../../../domain/client-address";
import { deviceOf } from "../../../domain/platform/sessions/devices";
import { type Ends, endOf, type Rotating } from "../../../domain/platform/sessions/rotation";

export interface StoredSession extends Rotating {
	readonly id: string;
	readonly account: string;
	readonly scopes: readonly string[];
	readonly factors: readonly Factor[];
	readonly provedAt: number;
	/** An address or a /64: where it was opened or refreshed from last. */
	readonly network: string;
}

export interface Opening {
	readonly account: string;
	readonly scopes: readonly string[];
	readonly factors: readonly Factor[];
	readonly client: Client;
}

export function newSession({ account, scopes, factors, client }: Opening, now: number, ends: Ends): StoredSession {
	const times = { openedAt: now, usedAt: now };
	return {
		id: randomBytes(16).toString("base64url"),
		account,
		scopes: [...new Set(scopes)],
		factors: [...new Set(factors)],
		provedAt: now,
		...times,
		endsAt: endOf(times, ends),
		generation: 0,
		rotatedAt: now,
		agent: client.agent,
		network: networkOf(client.address)
	};
}

export const personIn = ({ account, id, scopes, factors, provedAt }: StoredSession): Person => ({
	account,
	session: id,
	scopes,
	factors,
	provedAt
});

const moment = (ms: number): string => new Date(ms).toISOString();

/** @param asking the session that asks */
export const shown = (session: StoredSession, asking: string | undefined): Session => ({
	id: session.id,
	device: deviceOf(session.agent),
	agent: session.agent,
	network: session.network,
	openedAt: moment(session.openedAt),
	usedAt: moment(session.usedAt),
	endsAt: moment(session.endsAt),
	factors: session.factors,
	current: session.id === asking
});
