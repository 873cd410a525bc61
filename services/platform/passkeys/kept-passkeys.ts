/** Passkeys as they are kept, and the flows that were used: both change in one transaction, so that a flow counts once. */

import { createHash } from "node:crypto";
import { type Change, type Collection, Conflict, Duplicate } from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import type { Noted, Passkey } from "../../../contracts/platform/passkeys";
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

/** Without what proves it. */
export const shown = ({ id, name, synced, createdAt, lastUsedAt }: KeptPasskey): Passkey => ({
	id,
	name,
	synced,
	createdAt,
	lastUsedAt
});

/** Authenticators choose long names, which do not go in an address. */
export const idOf = (credential: string): string =>
	createHash("sha256").update(credential).digest("base64url").slice(0, 22);

const usedUp = ({ id, until }: Flow): Kept => ({ id: `flow:${id}`, account: null, until, passkey: null });
const keptOf = (account: string, passkey: KeptPasskey): Kept => ({ id: passkey.id, account, until: null, passkey });

/** What its owner hears of. */
const noted = (account: string, what: Noted | undefined): Announced[] =>
	what === undefined ? [] : [{ event: "passkeys.noted", payload: { account, what, at: new Date().toISOString() } }];

/** With what its owner hears of it. */
export interface Changed {
	readonly passkey: KeptPasskey;
	readonly note?: Noted;
}
export interface Owned {
	readonly account: string;
	readonly passkey: KeptPasskey;
}

const ownedIn = ({ account, passkey }: Kept): Owned | undefined =>
	account !== null && passkey ? { account, passkey } : undefined;

export class KeptPasskeys {
	constructor(private readonly kept: Collection<Kept, Announced>) {}

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
		const changes = [{ insert: usedUp(flow) }, { insert: keptOf(account, passkey) }];
		if ((await this.isKept(changes, noted(account, "passkey-added"))) === "yes") return undefined;
		return (await this.named(passkey.id)) ? "passkey" : "flow";
	}

	/** Notes a use; false where the flow was used before, or the passkey is gone. */
	async use(id: string, flow: Flow, change: (passkey: KeptPasskey) => Changed): Promise<boolean> {
		for (;;) {
			const found = await this.kept.read(id);
			const owned = found && ownedIn(found.record);
			if (!owned) return false;
			const { passkey, note } = change(owned.passkey);
			const used = { put: keptOf(owned.account, passkey), expected: found.version };
			const kept = await this.isKept([{ insert: usedUp(flow) }, used], noted(owned.account, note));
			if (kept !== "meanwhile") return kept === "yes";
		}
	}

	/** As it is then; undefined where they have none of that name. */
	rename(account: string, id: string, name: string): Promise<KeptPasskey | undefined> {
		return this.change(account, id, ({ passkey, version: expected }) => {
			const renamed = { ...passkey, name };
			return { shown: renamed, change: { put: keptOf(account, renamed), expected }, events: [] };
		});
	}

	/** As it was; undefined where they have none of that name. */
	remove(account: string, id: string): Promise<KeptPasskey | undefined> {
		return this.change(account, id, ({ passkey, version: expected }) => ({
			shown: passkey,
			change: { remove: id, expected },
			events: noted(account, "passkey-removed")
		}));
	}

	private async change(
		account: string,
		id: string,
		to: (found: { passkey: KeptPasskey; version: string }) => {
			readonly shown: KeptPasskey;
			readonly change: Change<Kept>;
			readonly events: readonly Announced[];
		}
	): Promise<KeptPasskey | undefined> {
		for (;;) {
			const found = await this.kept.read(id);
			const owned = found && ownedIn(found.record);
			if (owned?.account !== account || !found) return undefined;
			const { shown, change, events } = to({ passkey: owned.passkey, version: found.version });
			if ((await this.isKept([change], events)) === "yes") return shown;
		}
	}

	/** Of a flow that was used before nothing is kept; what changed meanwhile is to be looked at anew. */
	private async isKept(
		changes: readonly Change<Kept>[],
		events: readonly Announced[]
	): Promise<"yes" | "used" | "meanwhile"> {
		try {
			await this.kept.write(changes, { events });
			return "yes";
		} catch (error) {
			if (error instanceof Duplicate) return "used";
			if (error instanceof Conflict) return "meanwhile";
			throw error;
		}
	}

	/** How many there were. */
	async forget(account: string): Promise<number> {
		let count = 0;
		for await (const { id } of this.kept.each({ account })) if (await this.kept.remove(id)) count++;
		return count;
	}

	/** Of flows that are over. @returns how many there were */
	async sweep(now: number): Promise<number> {
		let count = 0;
		for await (const { id } of this.kept.each({ until: { $lt: now } }, { sort: "until" }))
			if (await this.kept.remove(id)) count++;
		return count;
	}
}
