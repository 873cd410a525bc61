/** The second factors of accounts, as they are kept: a change is decided anew where another one came first. */

import { type Collection, Conflict, Duplicate } from "../../../adapters/collection";
import type { Sealer } from "../../../adapters/secrets/sealer";
import type { Announced } from "../../../cluster";
import type { Noted } from "../../../contracts/platform/mfa";
import { type App, type Factors, none } from "../../../domain/platform/factors/second-factors";

/** What is kept once something was decided. */
export interface Decided {
	readonly factors: Factors;
	/** What their owner hears of it. */
	readonly note?: Noted;
}

export class KeptFactors {
	constructor(private readonly kept: Collection<Factors, Announced>) {}

	async of(account: string): Promise<Factors> {
		return (await this.kept.get(account)) ?? none(account);
	}

	/** @param decide undefined: nothing is changed · @returns what was decided, once it is kept */
	async change<D extends Decided>(
		account: string,
		decide: (factors: Factors) => D | undefined
	): Promise<D | undefined> {
		for (;;) {
			const found = await this.kept.read(account);
			const decided = decide(found?.record ?? none(account));
			if (!decided || (await this.isKept(decided, found?.version))) return decided;
		}
	}

	/** False where somebody was quicker. */
	private async isKept({ factors, note }: Decided, expected: string | undefined): Promise<boolean> {
		const events = note === undefined ? [] : [noted(factors.account, note)];
		try {
			await (expected === undefined
				? this.kept.insert(factors, { events })
				: this.kept.put(factors, { expected, events }));
			return true;
		} catch (error) {
			if (error instanceof Conflict || error instanceof Duplicate) return false;
			throw error;
		}
	}

	/** How many there were. */
	async forget(account: string): Promise<number> {
		return (await this.kept.remove(account)) ? 1 : 0;
	}

	/** Each secret with the newest key. @param placeOf where it is sealed for */
	async resealed(
		secrets: Sealer,
		placeOf: (account: string) => string
	): Promise<{ readonly left: number; readonly resealed: number }> {
		let resealed = 0;
		for await (const { account } of this.kept.each())
			if (await this.change(account, factors => sealedAnew(factors, secrets, placeOf(account)))) resealed++;
		return { left: 0, resealed };
	}
}

const noted = (account: string, what: Noted): Announced => ({
	event: "mfa.noted",
	payload: { account, what, at: new Date().toISOString() }
});

function sealedAnew(factors: Factors, secrets: Sealer, place: string): Decided | undefined {
	const { totp, pending } = factors;
	const isStale = (app: App | null): boolean => app !== null && secrets.isStale(app.secret);
	const anew = <A extends App>(app: A | null): A | null =>
		app && { ...app, secret: secrets.seal(secrets.open(app.secret, place), place) };
	if (!isStale(totp) && !isStale(pending)) return undefined;
	return { factors: { ...factors, totp: anew(totp), pending: anew(pending) } };
}
