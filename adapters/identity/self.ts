/** Who this process is to others, and what proves it: its identity may be another one tomorrow, its session is this one. */

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { introduction } from "../../domain/platform/identity/session";
import type { Identity } from "./identity";

export class Self {
	/** X25519, of this process alone: whoever gets it later opens nothing of before. */
	readonly exchange: KeyObject;
	private readonly publicExchange: string;
	private readonly beganMs: number;
	private identity: Identity;
	private said = "";

	constructor(
		identity: Identity,
		private readonly place: { readonly session: Buffer; readonly namespace: string; readonly nodeID: string },
		now: () => number
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
		this.identity = identity;
	}

	sign(place: Buffer, data: Buffer): string {
		return this.signed(Buffer.concat([place, data]));
	}

	signed(data: Buffer): string {
		return sign(null, data, this.identity.key).toString("base64url");
	}

	/** What was granted to it, with the public half of its key. */
	get token(): Identity["said"] {
		return this.identity.said;
	}
}
