/** The one place where a session begins: whoever proved a factor comes in here, or is asked for another one. */

import type { Meta } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Client, Entered, Factor } from "../../../contracts/people";
import type { LoggedIn } from "../../../contracts/platform/auth-forms";
import { isEnough, type StoredAccount } from "../../../domain/platform/accounts/account";
import { messageOf } from "../../../domain/unknown";
import type { Accounts, Calls } from "./accounts";

export interface Proven {
	readonly factors: readonly Factor[];
	readonly client: Client;
	/** When the first of them was proved, in ms since 1970. */
	readonly since?: number | undefined;
	/** In the form that is kept now. */
	readonly rehashed?: string | undefined;
}

export type LoginOutcome = "in" | "second" | "refused";

/** Of whom nobody says where they ask from. */
const NOWHERE: Client = { address: "", agent: "", device: null };
export const clientOf = ({ meta }: { readonly meta: Meta }): Client => meta.client ?? NOWHERE;

export class Entering {
	constructor(
		private readonly accounts: Accounts,
		private readonly warn: (sentence: string) => void,
		private readonly count: (by: Factor, outcome: LoginOutcome) => void
	) {}

	/** @param account undefined: whoever asked is nobody here, or proved nothing @throws CREDENTIALS_WRONG · ACCOUNT_DISABLED */
	async enter(by: Calls, account: StoredAccount | undefined, proven: Proven): Promise<Entered> {
		const last = proven.factors.at(-1) ?? "password";
		try {
			const entered = await this.entered(by, account, proven);
			this.count(last, entered.session ? "in" : "second");
			return entered;
		} catch (error) {
			this.count(last, "refused");
			throw error;
		}
	}

	private async entered(by: Calls, account: StoredAccount | undefined, proven: Proven): Promise<Entered> {
		if (account?.kind !== "account" || (proven.since ?? Number.POSITIVE_INFINITY) < account.passwordAt) throw wrong();
		if (account.state !== "active")
			throw failure("ACCOUNT_DISABLED", "This account is disabled: ask whoever runs this server.");
		const second = isEnough(proven.factors) ? null : await this.second(by, account, proven);
		return second ? { session: null, second } : this.opened(by, account, proven);
	}

	/** What somebody set meanwhile holds: a session that a password before opened is over before its token is told. */
	private async opened(by: Calls, account: StoredAccount, proven: Proven): Promise<Entered> {
		const { id, email, scopes } = account;
		const { client } = proven;
		const { device } = await by.call("guesses.device", { subjects: [email, id], given: client.device });
		const session = await by.call("sessions.open", {
			account: id,
			scopes: [...scopes],
			factors: [...proven.factors],
			client,
			device
		});
		if (await this.stands(account, proven.rehashed)) return { session, second: null };
		await by.call("sessions.close", { session: session.session });
		throw wrong();
	}

	private second(by: Calls, { id }: StoredAccount, { factors, client }: Proven) {
		return by.call("mfa.begin", { account: id, factors: [...factors], client });
	}

	/** Noted with it: when they came, and the hash of another form anew. Where that cannot be written they come in all the same. */
	private async stands(account: StoredAccount, rehashed: string | undefined): Promise<boolean> {
		const isSame = (now: StoredAccount): boolean =>
			now.kind === "account" && now.state === "active" && now.passwordAt === account.passwordAt;
		const lastLoginAt = new Date().toISOString();
		try {
			const noted = await this.accounts.change(account.id, now => {
				const password = rehashed !== undefined && now.password === account.password ? rehashed : now.password;
				return isSame(now) ? { ...now, lastLoginAt, password } : undefined;
			});
			return noted !== undefined;
		} catch (error) {
			this.warn(`A login could not be noted: ${messageOf(error)}`);
			const now = await this.accounts.get(account.id);
			return now !== undefined && isSame(now);
		}
	}
}

/** One sentence for all that may be wrong: none of it tells who is known here. */
export const wrong = () =>
	failure("CREDENTIALS_WRONG", "The address or the password is not right, or the address is not confirmed yet.");

/** Until the server ends it: a cookie that is over says nothing. 400 days are the most that browsers keep. */
const COOKIE_S = 400 * 24 * 3600;
const cookie = (value: string) => ({ value, maxAgeS: COOKIE_S });

/** As the caller wants it: tokens in the answer, or in cookies that no script of a page reads, and then nowhere else. */
export function toldIn(meta: Meta, { session, second }: Entered, asCookie: boolean): LoggedIn {
	const tokens = asCookie ? null : session;
	if (asCookie && session) {
		const { sessionToken, device } = session;
		meta.setCookies = { session: cookie(sessionToken), ...(device !== null && { device: cookie(device) }) };
	}
	return {
		account: session?.account ?? null,
		session: session?.session ?? null,
		accessToken: tokens?.accessToken ?? null,
		expiresAt: tokens?.expiresAt ?? null,
		refreshToken: tokens?.refreshToken ?? null,
		device: tokens?.device ?? null,
		second,
		access_token: tokens?.accessToken ?? null,
		token_type: "bearer"
	};
}
