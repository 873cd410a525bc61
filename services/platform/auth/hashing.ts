/**
 * Hashing of passwords, so many at once: each takes 19 MiB, a core and a thread of the pool that files and names of hosts wait
 * for, too. Who comes when all slots are taken waits, and one more is told to come again: a flood of logins stalls nobody else (A5).
 */

import { hashed, isCurrent, NOBODYS, verified } from "../../../adapters/passwords/passwords";
import { failure } from "../../../cluster/errors";
import { Turns } from "../../../domain/platform/calls/turns";

interface Limits {
	readonly hashes: number;
	readonly hashesWaiting: number;
	readonly unsalted: boolean;
}
export interface Checked {
	readonly isRight: boolean;
	/** In the form that is kept now, where what was kept is of another. */
	readonly rehashed?: string;
}
const WRONG: Checked = { isRight: false };
const AGAIN_S = 1;

export class Hashing {
	/** How much was spent until now, in hashes of our own form: known and unknown people cost the same (A2). */
	spent = 0;
	private readonly turns: Turns;
	private readonly unsalted: boolean;

	constructor({ hashes, hashesWaiting, unsalted }: Limits) {
		this.turns = new Turns(hashes, hashesWaiting);
		this.unsalted = unsalted;
	}

	/** @throws OVERLOADED */
	hash(password: string): Promise<string> {
		return this.inSlot(() => this.ours(() => hashed(password)));
	}

	/** @param stored null: nobody's, which costs the same @throws OVERLOADED */
	check(password: string, stored: string | null): Promise<Checked> {
		return this.inSlot(() => this.checked(password, stored ?? NOBODYS));
	}

	/** Right or wrong, a hash of another form costs one of ours beside its own: what it was is not told by the time alone. */
	private async checked(password: string, stored: string): Promise<Checked> {
		if (isCurrent(stored)) return { isRight: (await this.ours(() => verified(password, stored))) === "ok" };
		const verdict = await verified(password, stored, this.unsalted);
		if (verdict === "re-hash") return { isRight: true, rehashed: await this.ours(() => hashed(password)) };
		await this.ours(() => verified(password, NOBODYS));
		return WRONG;
	}

	private ours<T>(work: () => Promise<T>): Promise<T> {
		this.spent++;
		return work();
	}

	private async inSlot<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.turns.take(performance.now());
		if (turn === undefined)
			throw failure("OVERLOADED", "As many people sign in as this server takes at once: try again in a moment.", {
				retryAfter: AGAIN_S
			});
		if (turn !== 0) await turn;
		try {
			return await work();
		} finally {
			this.turns.end(performance.now());
		}
	}
}
