/** Who this process is to others, and what proves it: its identity may be another one tomorrow, its session is this one. */

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { introduction } from "../../domain/platform/identity/session";
import type { Identity } from "./identity";

/** Others learn of another identity with what they hear next: until then they know the one before, for so long at most, in ms. */
const KNOWN_AS_BEFORE_MS = 120_000;

export class Self {
	/** X25519, of this process alone: whoever gets it later opens nothing of before. */
	readonly exchange: KeyObject;
	private readonly publicExchange: string;
	private readonly beganMs: number;
	private identity: Identity;
	private before: { readonly key: KeyObject; readonly untilMs: number } | undefined;
	private said = "";

	constructor(
		identity: Identity,
		private readonly place: { readonly session: Buffer; readonly namespace: string; readonly nodeID: string },
		private readonly now: () => number
	) {
		const { privateKey, publicKey } = generateKeyPairSync("x25519");
		this.exchange = privateKey;
		this.publicExchange = String(publicKey.export({ format: "jwk" }).x);
		this.beganMs = now();
		this.identity = identity;
		this.become(identity);
	}

	/** What introduces it. */
	get words(): string {
		return this.said;
	}

	become(identity: Identity): void {
		const { session, namespace, nodeID } = this.place;
		const said = {
			id: session.toString("base64url"),
			namespace,
			nodeID,
			exchange: this.publicExchange,
			beganMs: this.beganMs
		};
		this.said = introduction(identity.token, said, identity.key);
		if (identity !== this.identity) this.before = { key: this.identity.key, untilMs: this.now() + KNOWN_AS_BEFORE_MS };
		this.identity = identity;
	}

	sign(place: Buffer, data: Buffer): string {
		return this.signed(Buffer.concat([place, data]));
	}

	signed(data: Buffer): string {
		return sign(null, data, this.identity.key).toString("base64url");
	}

	/** For whoever knows its identity, or still the one before: a signature of each, joined by a dot. */
	signedForAll(data: Buffer): string {
		if (!this.before || this.now() > this.before.untilMs) return this.signed(data);
		return `${this.signed(data)}.${sign(null, data, this.before.key).toString("base64url")}`;
	}

	/** What was granted to it, with the public half of its key. */
	get token(): Identity["said"] {
		return this.identity.said;
	}
}
