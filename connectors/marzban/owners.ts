/** The admins of the panel's own table, as they are spelt there: who may be given a user. */

import { beyondCaller } from "../caller";
import { ConnectorError } from "../connector";
import type { Session } from "../http/session";
import { listAdmins } from "./api";

interface Listed {
	readonly names: Promise<ReadonlySet<string>>;
	readonly at: number;
}

/** An admin who is not listed may have been made since; not even a thousand of their users ask for it more often. */
const MISS_HOLDS = 2_000;

export class Owners {
	readonly #session: Session;
	#listed: Listed | undefined;

	constructor(session: Session) {
		this.#session = session;
	}

	/** The list is asked for once, and anew for a name that is not in it. */
	async has(name: string): Promise<boolean> {
		const listed = this.#listed;
		if (listed && ((await listed.names).has(name) || Date.now() - listed.at < MISS_HOLDS)) {
			return (await listed.names).has(name);
		}
		// Whoever came first has asked by now.
		const known = this.#listed === listed || !this.#listed ? this.#ask() : this.#listed;
		this.#listed = known;
		return (await known.names).has(name);
	}

	/** It is not as it was any more. */
	forget(): void {
		this.#listed = undefined;
	}

	/** Throws before anything is sent: where names fold, set-owner would give the user to another one. */
	async require(owner: string, user: string): Promise<void> {
		if (await this.has(owner)) return;
		throw new ConnectorError("refused", noSuch(user, owner), { untouched: true });
	}

	#ask(): Listed {
		// Others wait for it too.
		const names = beyondCaller(() => listAdmins(this.#session)).then(admins => new Set(admins.map(({ name }) => name)));
		names.catch(() => this.forget());
		return { names, at: Date.now() };
	}
}

export const noSuch = (user: string, owner: string): string =>
	`${user} cannot be given to ${owner}: Marzban has no such admin in its database; create it first.`;
