/** The public keys of access tokens, asked of their service seldom: again after a while, and for a key that is not known. */

import type { KeyObject } from "node:crypto";
import type { Broker } from "../../../cluster";
import { publicKeyIn } from "../../../domain/platform/identity/jws";

/** After this the list is read again: a key that is gone is refused from then on, in ms. */
const READ_MS = 60_000;
/** Whoever makes up keys has the list read once in so many ms. */
const AGAIN_MS = 1_000;

export class PublicKeys {
	private keys: ReadonlyMap<string, KeyObject> = new Map();
	private readAt = Number.NEGATIVE_INFINITY;
	private reading: Promise<void> | undefined;

	constructor(private readonly broker: Pick<Broker, "call">) {}

	async find(kid: string): Promise<KeyObject | undefined> {
		const age = performance.now() - this.readAt;
		if (age > READ_MS || (age > AGAIN_MS && !this.keys.has(kid))) await this.read();
		return this.keys.get(kid);
	}

	private read(): Promise<void> {
		this.reading ??= this.readNow().finally(() => {
			this.reading = undefined;
		});
		return this.reading;
	}

	private async readNow(): Promise<void> {
		const read = await this.broker.call("signing.keys");
		const pairs = read.map(({ kid, x }) => [kid, publicKeyIn(x)] as const);
		this.keys = new Map(pairs.flatMap(([kid, key]) => (key ? [[kid, key] as const] : [])));
		this.readAt = performance.now();
	}
}
