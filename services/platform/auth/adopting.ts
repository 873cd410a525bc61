/** Accounts of other systems, taken over: the same for those that come in bulk and those that come at their first login (M10). */

import { createHmac } from "node:crypto";
import { Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import { type Unusable, unusable } from "../../../adapters/passwords/passwords";
import type { Announced } from "../../../cluster";
import type { Adopted, Foreign, Reason } from "../../../contracts/platform/auth-forms";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import { type Adoption, adoption, type How, type Weighed } from "../../../domain/platform/accounts/adoption";
import { canonicalEmail } from "../../../domain/text/email";
import type { Accounts, Calls } from "./accounts";
import { type Derive, newId } from "./asking";
import { changedEvent } from "./proving";

export interface Origin {
	readonly migration: string;
	readonly source: string;
}

/** As one text: what begins with it comes from there. */
export const fromOf = ({ migration, source }: Origin): string => JSON.stringify([migration, source]);
export const originOf = ({ migration, source }: Origin, id: string): string => JSON.stringify([migration, source, id]);

export interface Way {
	readonly how: How;
	/** Of whoever brings them, for digests of hashes. */
	readonly digestKey?: string | undefined;
}

interface Versions {
	readonly mine: Versioned<StoredAccount> | undefined;
	readonly holder: Versioned<StoredAccount> | undefined;
}
interface Brought {
	readonly adopted: Adopted;
	readonly endsSessions: boolean;
}

const REASONS: Readonly<Record<Unusable, Reason>> = {
	unknown: "hash-unknown",
	unsalted: "hash-unsalted",
	"too-dear": "hash-too-dear"
};
/** Of those who bring one account at once. */
const MOST_TRIES = 20;

export class Adopting {
	constructor(
		private readonly accounts: Accounts,
		private readonly derive: Derive,
		private readonly unsalted: boolean
	) {}

	/** Whoever is signed in by what counts no more is so no more. */
	async adopt(by: Calls, origin: Origin, foreign: Foreign, way: Way): Promise<Adopted> {
		const { adopted, endsSessions } = await this.brought(origin, foreign, way);
		if (endsSessions && adopted.account !== null)
			await by.call("sessions.closeAll", { account: adopted.account, except: null });
		return adopted;
	}

	/** One after the other: one that stands there twice is found the second time. */
	async adoptAll(by: Calls, origin: Origin, all: readonly Foreign[], digestKey: string): Promise<Adopted[]> {
		const adopted: Adopted[] = [];
		for (const foreign of all) adopted.push(await this.adopt(by, origin, foreign, { how: "bulk", digestKey }));
		return adopted;
	}

	/** Decided anew where somebody was quicker: whoever comes first made it, the others find it as it shall be. */
	private async brought(origin: Origin, foreign: Foreign, way: Way): Promise<Brought> {
		for (let tries = 1; ; tries++) {
			const { standing, decided } = await this.decide(origin, foreign, way);
			if (decided.outcome === "refused") return { adopted: answer(foreign, decided), endsSessions: false };
			const before = standing.mine ?? standing.holder;
			if (decided.outcome === "unchanged" || (await this.kept(decided.account, before)))
				return { adopted: answer(foreign, decided), endsSessions: endsSessions(before?.record, decided.account) };
			if (tries === MOST_TRIES) throw new Conflict("accounts", decided.account.id);
		}
	}

	private async decide(
		given: Origin,
		foreign: Foreign,
		way: Way
	): Promise<{ readonly standing: Versions; readonly decided: Adoption }> {
		const origin = originOf(given, foreign.id);
		const email = canonicalEmail(foreign.email);
		const mine = await this.versioned(await this.accounts.byOrigin(origin));
		const holder = await this.versioned(email === undefined ? undefined : await this.accounts.byEmail(email));
		const weighed = { origin, from: fromOf(given), how: way.how, ...this.weighed(foreign, way) };
		const records = { ...(mine && { mine: mine.record }), ...(holder && { holder: holder.record }) };
		return { standing: { mine, holder }, decided: adoption(foreign, weighed, records, newId(), Date.now()) };
	}

	private async versioned(found: StoredAccount | undefined): Promise<Versioned<StoredAccount> | undefined> {
		return found && this.accounts.read(found.id);
	}

	/** Its hash is remembered under a key of ours: a weak one is nowhere once it is hashed anew. */
	private weighed({ password }: Foreign, { digestKey }: Way): Pick<Weighed, "brought" | "refused" | "digest"> {
		if (password == null) return {};
		const why = unusable(password, this.unsalted);
		if (why) return { refused: REASONS[why] };
		const digest = digestKey ? { digest: keyed(digestKey, password) } : {};
		return { brought: this.derive(`brought hash ${password}`), ...digest };
	}

	/** False where somebody was quicker. */
	private async kept(account: StoredAccount, before: Versioned<StoredAccount> | undefined): Promise<boolean> {
		const { id } = account;
		const isNew = before?.record.kind !== "account";
		const begun: Announced[] = isNew ? [{ event: "auth.registered", payload: { account: id, adopted: true } }] : [];
		const change = before ? { put: account, expected: before.version } : { insert: account };
		try {
			await this.accounts.rows.write([change], { events: [...begun, changedEvent(id)] });
			return true;
		} catch (error) {
			if (error instanceof Conflict || error instanceof Duplicate) return false;
			throw error;
		}
	}
}

const keyed = (key: string, hash: string): string => createHmac("sha256", key).update(hash).digest("hex");

const answer = ({ id }: Foreign, decided: Adoption): Adopted =>
	decided.outcome === "refused"
		? { id, outcome: "refused", account: null, reason: decided.reason }
		: { id, outcome: decided.outcome, account: decided.account.id, reason: null };

const endsSessions = (before: StoredAccount | undefined, after: StoredAccount): boolean =>
	before !== undefined &&
	(before.passwordAt !== after.passwordAt || (before.state !== after.state && after.state === "disabled"));
