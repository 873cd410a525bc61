/** People as a load knows them: accounts and sessions that must be there, and how often somebody was guessed at. */

import { Ledger } from "./ledger";

export interface Session {
	readonly id: string;
	readonly account: string;
	accessToken: string;
	refreshToken: string;
	/** One request at a time refreshes it, as a client does. */
	busy: boolean;
	/** Reads under way, which its end would refuse. */
	reads: number;
}

export class People {
	readonly accounts = new Ledger();
	readonly sessions = new Ledger();
	/** Whose address and password are known to be right, oldest first. */
	readonly known: string[] = [];
	/** Oldest first. */
	readonly open: Session[] = [];
	/** How many guesses at each were looked at. */
	readonly looked = new Map<string, number>();

	/** One that nobody refreshes now; the next one each time. */
	free(nth: number): Session | undefined {
		const free = this.open.filter(({ busy }) => !busy);
		return free[nth % free.length];
	}

	find(id: string): Session | undefined {
		return this.open.find(each => each.id === id);
	}

	read(id: string): void {
		const session = this.find(id);
		if (session) session.reads--;
	}

	/** The oldest, where there are many and nobody uses it now. */
	leaving(): Session | undefined {
		const oldest = this.open[0];
		return this.open.length > STAY && oldest && !oldest.busy && oldest.reads === 0 ? this.open.shift() : undefined;
	}

	/** Those at which more was guessed than anybody may. */
	get over(): string[] {
		return [...this.looked].flatMap(([subject, count]) => (count > MOST_GUESSES ? [`guesses at ${subject}`] : []));
	}
}

/** As a node without settings has it (GUESSES). */
const MOST_GUESSES = 10;
/** So many sessions stay before the oldest is signed out of. */
const STAY = 30;
