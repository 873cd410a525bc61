/** Whoever is not known here is asked for at the old system, and is here from then on (M10). */

import { failure } from "../../../cluster/errors";
import type { StoredAccount } from "../../../domain/platform/accounts/account";
import { textOf } from "../../../domain/unknown";
import type { Accounts, Calls } from "./accounts";
import type { Adopting } from "./adopting";
import type { Hashing } from "./hashing";

const AWAY = "OLD_SYSTEM_AWAY" as const;

export class Lazily {
	constructor(
		private readonly accounts: Accounts,
		private readonly adopting: Adopting,
		private readonly hashing: Hashing
	) {}

	/**
	 * Whose the login is; undefined: wrong. Whoever has a password here is not asked for there, and waits as long (A2); where others
	 * would hear that it is away, so do they, and their guess counts.
	 * @throws OLD_SYSTEM_AWAY of somebody whom nobody here can judge: no guess
	 */
	async login(
		by: Calls,
		given: { readonly email: string; readonly password: string },
		account: StoredAccount | undefined
	): Promise<StoredAccount | "away" | undefined> {
		const known = account !== undefined && !mayComeYet(account);
		const person = await by.call("legacy.login", { ...given, known }).catch((error: unknown) => {
			if (known && textOf(error, "type") === AWAY) return AWAY;
			throw error;
		});
		if (typeof person === "string") return "away";
		if (person === null) return undefined;
		const { migration, source, ...found } = person;
		const password = await this.hashing.hash(given.password);
		const { account: id } = await this.adopting.adopt(
			by,
			{ migration, source },
			{ ...found, password },
			{ how: "lazy" }
		);
		return id === null ? undefined : this.accounts.get(id);
	}
}

/** Brought without a password: the old system knows it still. */
const mayComeYet = ({ password, origin }: StoredAccount): boolean => password === null && origin !== undefined;

export const away = () => failure(AWAY, "Whether this login is right cannot be said at the moment: try again.");
