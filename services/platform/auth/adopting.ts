/** Accounts of other systems, taken over: the same for those that come in bulk and those that come at their first login (M10). */

import { Conflict, Duplicate, type Versioned } from "../../../adapters/collection";
import { type Unusable, unusable } from "../../../adapters/passwords/passwords";
import type { Announced } from "../../../cluster";
import type { Adopted, Foreign, Reason } from "../../../contracts/platform/auth-forms";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import { type Adoption, adoption, type Weighed } from "../../../domain/platform/accounts/adoption";
import { canonicalEmail } from "../../../domain/platform/accounts/email";
import type { Accounts, Calls } from "./accounts";
import { type Derive, newId } from "./asking";
import { changedEvent } from "./proving";

interface Origin {
	readonly migration: string;
	readonly source: string;
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
	async adopt(by: Calls, origin: Origin, foreign: Foreign): Promise<Adopted> {
		const { adopted, endsSessions } = await this.brought(origin, foreign);
		if (endsSessions && adopted.account !== null)
			await by.call("sessions.closeAll", { account: adopted.account, except: null });
		return adopted;
	}

	/** One after the other: one that stands there twice is found the second time. */
	async adoptAll(by: Calls, origin: Origin, all: readonly Foreign[]): Promise<Adopted[]> {
		const adopted: Adopted[] = [];
		for (const foreign of all) adopted.push(await this.adopt(by, origin, foreign));
		return adopted;
	}

	/** Decided anew where somebody was quicker: whoever comes first made it, the others find it as it shall be. */
	private async brought(origin: Origin, foreign: Foreign): Promise<Brought> {
		for (let tries = 1; ; tries++) {
			const { standing, decided } = await this.decide(origin, foreign);
			if (decided.outcome === "refused") return { adopted: answer(foreign, decided), endsSessions: false };
			const before = standing.mine ?? standing.holder;
			if (decided.outcome === "unchanged" || (await this.kept(decided.account, before)))
				return { adopted: answer(foreign, decided), endsSessions: endsSessions(before?.record, decided.account) };
			if (tries === MOST_TRIES) throw new Conflict("accounts", decided.account.id);
		}
	}

	private async decide(
		{ migration, source }: Origin,
		foreign: Foreign
	): Promise<{ readonly standing: Versions; readonly decided: Adoption }> {
		const origin = JSON.stringify([migration, source, foreign.id]);
		const email = canonicalEmail(foreign.email);
		const mine = await this.versioned(await this.accounts.byOrigin(origin));
		const holder = await this.versioned(email === undefined ? undefined : await this.accounts.byEmail(email));
		const weighed = { origin, ...this.weighed(foreign) };
		const records = { ...(mine && { mine: mine.record }), ...(holder && { holder: holder.record }) };
		return { standing: { mine, holder }, decided: adoption(foreign, weighed, records, newId(), Date.now()) };
	}

	private async versioned(found: StoredAccount | undefined): Promise<Versioned<StoredAccount> | undefined> {
		return found && this.accounts.read(found.id);
	}

	/** Its hash is remembered under a key of ours: a weak one is nowhere once it is hashed anew. */
	private weighed({ password }: Foreign): Omit<Weighed, "origin"> {
		if (password == null) return {};
		const why = unusable(password, this.unsalted);
		return why ? { refused: REASONS[why] } : { brought: this.derive(`brought hash ${password}`) };
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

const answer = ({ id }: Foreign, decided: Adoption): Adopted =>
	decided.outcome === "refused"
		? { id, outcome: "refused", account: null, reason: decided.reason }
		: { id, outcome: decided.outcome, account: decided.account.id, reason: null };

const endsSessions = (before: StoredAccount | undefined, after: StoredAccount): boolean =>
	before !== undefined &&
	(before.passwordAt !== after.passwordAt || (before.state !== after.state && after.state === "disabled"));
