/** Passkeys as they are kept, and the flows that were used: both change in one transaction, so that a flow counts once. */

import { createHash } from "node:crypto";
import { type Change, type Collection, Conflict, Duplicate } from "../../../adapters/collection";
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

type Store = Pick<Collection<Kept>, "read" | "put" | "write" | "each" | "count" | "remove">;
export interface Owned {
	readonly account: string;
	readonly passkey: KeptPasskey;
}

const ownedIn = ({ account, passkey }: Kept): Owned | undefined =>
	account !== null && passkey ? { account, passkey } : undefined;

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
		const found = await this.kept.read(id);
		return found && ownedIn(found.record);
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
		for (;;) {
			const found = await this.kept.read(id);
			const owned = found && ownedIn(found.record);
			if (!owned) return false;
			const used = keptOf(owned.account, change(owned.passkey));
			const kept = await this.isKept([{ insert: usedUp(flow) }, { put: used, expected: found.version }]);
			if (kept !== "meanwhile") return kept === "yes";
		}
	}

	/** Of a flow that was used before nothing is kept; what changed meanwhile is to be looked at anew. */
	private async isKept(changes: readonly Change<Kept>[]): Promise<"yes" | "used" | "meanwhile"> {
		try {
			await this.kept.write(changes);
			return "yes";
		} catch (error) {
			if (error instanceof Duplicate) return "used";
			if (error instanceof Conflict) return "meanwhile";
			throw error;
		}
	}

	/** Undefined where they have none of that name. */
	async change(
		account: string,
		id: string,
		to: (passkey: KeptPasskey) => KeptPasskey | null
	): Promise<KeptPasskey | undefined> {
		for (;;) {
			const found = await this.kept.read(id);
			const owned = found && ownedIn(found.record);
			if (owned?.account !== account || !found) return undefined;
			const changed = to(owned.passkey);
			const { version: expected } = found;
			const change = changed ? { put: keptOf(account, changed), expected } : { remove: id, expected };
			if ((await this.isKept([change])) === "yes") return changed ?? owned.passkey;
		}
	}

	/** Of flows that are over. */
	async clean(now: number): Promise<void> {
		for await (const { id } of this.kept.each({ until: { $lt: now } }, { sort: "until" })) await this.kept.remove(id);
	}
}
