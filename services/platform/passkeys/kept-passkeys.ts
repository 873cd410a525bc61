/** Passkeys as they are kept, and the flows that were used: both change in one transaction, so that a flow counts once. */

import { createHash } from "node:crypto";
import { type Collection, Conflict, Duplicate } from "../../../adapters/collection";
import type { Passkey } from "../../../contracts/platform/passkeys";
import type { Flow } from "../../../domain/platform/factors/flow";
import type { Credential } from "./webauthn";

export interface KeptPasskey extends Passkey, Credential {}

export interface Kept {
	readonly id: string;
	/** Whose passkey it is; null of a flow. */
	readonly account: string | null;
	/** Of a flow that was used, when it would be over by itself. */
	readonly until: number | null;
	readonly passkey: KeptPasskey | null;
}

/** Authenticators choose long names, which do not go in an address. */
export const idOf = (credential: string): string =>
	createHash("sha256").update(credential).digest("base64url").slice(0, 22);

const usedUp = ({ id, until }: Flow): Kept => ({ id: `flow:${id}`, account: null, until, passkey: null });
const keptOf = (account: string, passkey: KeptPasskey): Kept => ({ id: passkey.id, account, until: null, passkey });

/** As many times it is tried to note the use of a passkey that is used elsewhere, too. */
const MOST_TRIES = 20;

type Store = Pick<Collection<Kept>, "read" | "put" | "write" | "each" | "count" | "remove">;
export interface Owned {
	readonly account: string;
	readonly passkey: KeptPasskey;
}

export class KeptPasskeys {
	constructor(private readonly kept: Store) {}

	count(account: string): Promise<number> {
		return this.kept.count({ account });
	}

	/** In the order in which they were made. */
	async of(account: string): Promise<KeptPasskey[]> {
		const found: KeptPasskey[] = [];
		for await (const { passkey } of this.kept.each({ account })) if (passkey) found.push(passkey);
		return found.sort((one, other) => one.createdAt.localeCompare(other.createdAt));
	}

	async named(id: string): Promise<Owned | undefined> {
		const { account = null, passkey = null } = (await this.kept.read(id))?.record ?? {};
		return account !== null && passkey ? { account, passkey } : undefined;
	}

	/** Which of the two was there already; undefined: both are kept now. */
	async add(account: string, passkey: KeptPasskey, flow: Flow): Promise<"flow" | "passkey" | undefined> {
		try {
			await this.kept.write([{ insert: usedUp(flow) }, { insert: keptOf(account, passkey) }]);
			return undefined;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			return (await this.kept.read(passkey.id)) ? "passkey" : "flow";
		}
	}

	/** Notes a use; false where the flow was used before, or the passkey is gone. */
	async use(id: string, flow: Flow, change: (passkey: KeptPasskey) => KeptPasskey): Promise<boolean> {
		for (let tries = 0; tries < MOST_TRIES; tries++) {
			const found = await this.kept.read(id);
			const { account, passkey } = found?.record ?? {};
			if (!found || !account || !passkey) return false;
			try {
				await this.kept.write([
					{ insert: usedUp(flow) },
					{ put: keptOf(account, change(passkey)), expected: found.version }
				]);
				return true;
			} catch (error) {
				if (error instanceof Duplicate) return false;
				if (!(error instanceof Conflict)) throw error;
			}
		}
		return false;
	}

	/** Undefined where they have none of that name. */
	async change(
		account: string,
		id: string,
		to: (passkey: KeptPasskey) => KeptPasskey | null
	): Promise<KeptPasskey | undefined> {
		for (;;) {
			const found = await this.kept.read(id);
			const passkey = found?.record.passkey;
			if (!found || !passkey || found.record.account !== account) return undefined;
			const changed = to(passkey);
			const { version: expected } = found;
			try {
				await this.kept.write([changed ? { put: keptOf(account, changed), expected } : { remove: id, expected }]);
				return changed ?? passkey;
			} catch (error) {
				if (!(error instanceof Conflict)) throw error;
			}
		}
	}

	/** Of flows that are over. */
	async clean(now: number): Promise<void> {
		for await (const { id } of this.kept.each({ until: { $lt: now } }, { sort: "until" })) await this.kept.remove(id);
	}
}
