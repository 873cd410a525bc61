/** Whom a token stands for: what proves it is looked at first, and costs no read; then the record of its session. */

import type { Broker } from "../../../cluster";
import { settingsFor } from "../../../cluster/settings";
import type { Person } from "../../../contracts/people";
import { signing } from "../../../contracts/platform/signing";
import { type Claims, holds, kidIn, readAccessToken } from "../../../domain/platform/sessions/access-token";
import { type Mac, readSessionToken } from "../../../domain/platform/sessions/tokens";
import { PublicKeys } from "./public-keys";
import { personIn, type StoredSession } from "./record";

/** With what a gateway remembers: less than a second after its end a session is refused, though nobody heard of it. */
const REMEMBERED_MS = 150;
const MOST_REMEMBERED = 10_000;

interface Remembered {
	readonly session: StoredSession | undefined;
	readonly until: number;
}

export class Checker {
	private readonly known = new Map<string, Remembered>();
	/** Tokens whose signature was looked at; they are bearers' own words, and kept in memory alone. */
	private readonly read = new Map<string, Claims>();
	private readonly keys: PublicKeys;
	/** How often something was forgotten: what was read before that is not remembered. */
	private forgotten = 0;

	/** @param live a session that is not over */
	constructor(
		private readonly broker: Broker,
		private readonly mac: Mac,
		private readonly live: (id: string) => Promise<StoredSession | undefined>
	) {
		this.keys = new PublicKeys(broker);
	}

	async person(token: string): Promise<Person | null> {
		const kid = kidIn(token);
		return kid === undefined ? this.bySession(token) : this.byAccess(token, kid);
	}

	forget(session: string | null): void {
		this.forgotten += 1;
		if (session === null) this.known.clear();
		else this.known.delete(session);
	}

	private async bySession(token: string): Promise<Person | null> {
		const id = readSessionToken(this.mac, token);
		const session = id === undefined ? undefined : await this.session(id);
		return session ? personIn(session) : null;
	}

	private async byAccess(token: string, kid: string): Promise<Person | null> {
		const claims = await this.claims(token, kid);
		const session = claims && (await this.session(claims.sid));
		return session && session.account === claims.sub ? personIn(session) : null;
	}

	private async claims(token: string, kid: string): Promise<Claims | undefined> {
		const { issuer, audience } = settingsFor(this.broker, signing);
		const key = await this.keys.find(kid);
		const expected = { issuer, audience, now: Date.now() / 1000, keyOf: () => key };
		const before = key && this.read.get(token);
		if (before) return holds(before, expected) ? before : undefined;
		const claims = readAccessToken(token, expected);
		if (claims) remember(this.read, token, claims);
		return claims;
	}

	private async session(id: string): Promise<StoredSession | undefined> {
		const known = this.known.get(id);
		if (known && known.until > performance.now()) return known.session;
		const before = this.forgotten;
		const session = await this.live(id);
		if (session && before === this.forgotten)
			remember(this.known, id, { session, until: performance.now() + REMEMBERED_MS });
		return session;
	}
}

/** The oldest goes where there are too many. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
	const [oldest] = map.size >= MOST_REMEMBERED ? map.keys() : [];
	if (oldest !== undefined) map.delete(oldest);
	map.set(key, value);
}
