/** What a session is proved with. All of it follows from the record of the session, so that asked for twice it is the same. */

import type { Broker } from "../../../cluster";
import { settingsFor } from "../../../cluster/settings";
import { signing } from "../../../contracts/platform/signing";
import type { Claims } from "../../../domain/platform/sessions/access-token";
import { type Mac, refreshToken, sessionToken } from "../../../domain/platform/sessions/tokens";
import type { StoredSession } from "./record";

interface Access {
	readonly accessToken: string;
	readonly expiresAt: number;
}
export interface Pair extends Access {
	readonly refreshToken: string;
}

export class Issuer {
	constructor(
		private readonly broker: Pick<Broker, "call"> & object,
		private readonly mac: Mac
	) {}

	/** Of its live generation. */
	async pair(session: StoredSession): Promise<Pair> {
		const { id, generation, rotatedAt } = session;
		return {
			...(await this.access(session, String(generation), rotatedAt)),
			refreshToken: refreshToken(this.mac, { session: id, generation })
		};
	}

	/** As a cookie carries it. */
	sessionToken({ id }: Pick<StoredSession, "id">): string {
		return sessionToken(this.mac, id);
	}

	/** @param serial tells it from each other one of the session */
	async access(session: StoredSession, serial: string, at: number): Promise<Access> {
		const claims = this.claims(session, serial, Math.floor(at / 1000));
		return {
			accessToken: await this.broker.call("signing.sign", { claims: { ...claims } }),
			expiresAt: claims.exp * 1000
		};
	}

	private claims({ id, account, scopes }: StoredSession, serial: string, iat: number): Claims {
		const { tokenSeconds, issuer, audience } = settingsFor(this.broker, signing);
		return {
			iss: issuer,
			aud: audience,
			sub: account,
			client_id: audience,
			sid: id,
			jti: `${id}.${serial}`,
			iat,
			nbf: iat,
			exp: iat + tokenSeconds,
			scope: scopes.join(" ")
		};
	}
}
