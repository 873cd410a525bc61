/** Passwords as people use them: tried at a login, set, and changed by the current one. */

import type { Breached } from "../../../adapters/passwords/breached";
import { isCommon } from "../../../adapters/passwords/common";
import { failure } from "../../../cluster/errors";
import { guessed } from "../../../cluster/guessed";
import type { Client, Person } from "../../../contracts/people";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import type { Accounts, Calls } from "./accounts";
import type { Checked, Hashing } from "./hashing";
import { away, type Lazily } from "./lazily";
import { refuseWeak, setPassword } from "./people";

export interface Tried extends Checked {
	readonly account: StoredAccount;
	/** When, in ms since 1970. */
	readonly since: number;
}

interface Change {
	readonly person: Person;
	readonly client: Client;
	readonly current: string | null;
	/** The new one. */
	readonly password: string;
}

/** Who has no password proved who they are within this time, in ms. */
const FRESH_MS = 600_000;

export class Passwords {
	constructor(
		private readonly accounts: Accounts,
		private readonly hashing: Hashing,
		private readonly isBreached: Breached,
		/** Undefined: there is no old system. */
		private readonly lazily?: Lazily
	) {}

	/** Undefined: wrong. Whoever is not known here costs the same (A2). @throws THROTTLED · OVERLOADED · OLD_SYSTEM_AWAY */
	async login(by: Calls, email: string, password: string, client: Client): Promise<Tried | undefined> {
		const attempt = async (): Promise<Tried | "away" | undefined> => {
			const since = Date.now();
			const found = await this.accounts.byEmail(email);
			const account = found?.kind === "account" ? found : undefined;
			const checked = await this.hashing.check(password, account?.password ?? null);
			if (account && checked.isRight) return { account, since, ...checked };
			const moved = await this.lazily?.login(by, { email, password }, account);
			return typeof moved === "object" ? { account: moved, since: Date.now(), isRight: true } : moved;
		};
		const isWrong = (tried: Tried | "away" | undefined): boolean => typeof tried !== "object";
		const tried = await guessed(by, { kind: "password", subject: email, client }, attempt, isWrong);
		if (tried === "away") throw away();
		return tried;
	}

	/** Its hash. @throws PASSWORD_WEAK · OVERLOADED */
	async taken(password: string, owner: Pick<StoredAccount, "email" | "name">): Promise<string> {
		await this.refuse(password, owner);
		return this.hashing.hash(password);
	}

	/**
	 * @param before once all is as it must be
	 * @throws PASSWORD_WRONG · PASSWORD_WEAK · THROTTLED · OVERLOADED
	 */
	async change(by: Calls, asked: Change, before: () => Promise<unknown>): Promise<void> {
		const account = await this.accounts.there(asked.person.account);
		await this.refuse(asked.password, account);
		await this.refuseUnlessTheirs(by, account, asked);
		const hash = await this.hashing.hash(asked.password);
		await before();
		await setPassword(this.accounts, account, hash);
	}

	/** @throws PASSWORD_WRONG · THROTTLED · OVERLOADED */
	async prove(by: Calls, id: string, password: string, client: Client): Promise<true> {
		await this.refuseUnlessRight(by, await this.accounts.there(id), password, client);
		return true;
	}

	private async refuse(password: string, owner: Pick<StoredAccount, "email" | "name">): Promise<void> {
		refuseWeak(password, owner, isCommon);
		if (await this.isBreached(password))
			throw failure("PASSWORD_WEAK", "This password was found in a breach, so others try it: choose another one.");
	}

	private async refuseUnlessTheirs(
		by: Calls,
		account: StoredAccount,
		{ person, current, client }: Change
	): Promise<void> {
		if (account.password === null && person.provedAt > Date.now() - FRESH_MS) return;
		await this.refuseUnlessRight(by, account, current, client);
	}

	private async refuseUnlessRight(
		by: Calls,
		{ email, password }: StoredAccount,
		current: string | null,
		client: Client
	): Promise<void> {
		const attempt = async (): Promise<boolean> => (await this.hashing.check(current ?? "", password)).isRight;
		const isRight = await guessed(by, { kind: "password", subject: email, client }, attempt, right => !right);
		if (!isRight) throw failure("PASSWORD_WRONG", "The current password is not right.");
	}
}
