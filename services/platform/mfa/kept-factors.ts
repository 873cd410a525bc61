/** The second factors of accounts, as they are kept: a change is decided anew where another one came first. */

import { type Collection, Conflict, Duplicate } from "../../../adapters/collection";
import type { Sealer } from "../../../adapters/secrets/sealer";
import { type Factors, none } from "../../../domain/platform/factors/second-factors";

export class KeptFactors {
	constructor(private readonly kept: Pick<Collection<Factors>, "get" | "read" | "insert" | "put" | "each">) {}

	async of(account: string): Promise<Factors> {
		return (await this.kept.get(account)) ?? none(account);
	}

	/** @param decide undefined: nothing is changed · @returns what was decided, once it is kept */
	async change<D extends { readonly factors: Factors }>(
		account: string,
		decide: (factors: Factors) => D | undefined
	): Promise<D | undefined> {
		for (;;) {
			const found = await this.kept.read(account);
			const decided = decide(found?.record ?? none(account));
			if (!decided || (await this.isKept(decided.factors, found?.version))) return decided;
		}
	}

	/** Each secret with the newest key. */
	async resealed(secrets: Sealer, placeOf: (account: string) => string): Promise<{ left: number; resealed: number }> {
		let count = 0;
		for await (const { account } of this.kept.each()) {
			const anew = <T extends { readonly secret: string }>(app: T | null): T | null =>
				app && { ...app, secret: secrets.seal(secrets.open(app.secret, placeOf(account)), placeOf(account)) };
			const isStale = (app: { readonly secret: string } | null): boolean => app !== null && secrets.isStale(app.secret);
			const done = await this.change(account, factors =>
				isStale(factors.totp) || isStale(factors.pending)
					? { factors: { ...factors, totp: anew(factors.totp), pending: anew(factors.pending) } }
					: undefined
			);
			if (done) count++;
		}
		return { left: 0, resealed: count };
	}

	/** False where somebody was quicker. */
	private async isKept(factors: Factors, expected: string | undefined): Promise<boolean> {
		try {
			await (expected === undefined ? this.kept.insert(factors) : this.kept.put(factors, { expected }));
			return true;
		} catch (error) {
			if (error instanceof Conflict || error instanceof Duplicate) return false;
			throw error;
		}
	}
}
