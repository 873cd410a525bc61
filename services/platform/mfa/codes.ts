/** Codes of an app and recovery codes: begun, confirmed, made, and used, each once. */

import { randomBytes } from "node:crypto";
import type { Sealer } from "../../../adapters/secrets/sealer";
import { failure } from "../../../cluster/errors";
import { codesOf, RANDOM_BYTES } from "../../../domain/platform/factors/recovery-codes";
import {
	confirmed,
	type Factors,
	type Keys,
	pendingAt,
	type Used,
	useCode
} from "../../../domain/platform/factors/second-factors";
import { SECRET_BYTES, secretOf } from "../../../domain/platform/factors/totp";
import type { Decided, KeptFactors } from "./kept-factors";

/** Where the secret of an app is sealed for. */
export const placeOf = (account: string): string => `TOTP of ${account}`;

export class Codes {
	constructor(
		private readonly kept: KeptFactors,
		private readonly secrets: Sealer
	) {}

	/** The secret of an app that counts from its first code on. @throws TOTP_EXISTS */
	async begin(account: string): Promise<string> {
		const secret = secretOf(randomBytes(SECRET_BYTES));
		const pending = { secret: this.secrets.seal(secret, placeOf(account)), at: Date.now() };
		await this.kept.change(account, factors => {
			if (factors.totp) throw failure("TOTP_EXISTS", "An app is a second factor of yours already: remove it first.");
			return { factors: { ...factors, pending } };
		});
		return secret;
	}

	/** Recovery codes where they were made with it; undefined: the code was wrong. @throws TOTP_NOT_BEGUN */
	async confirm(account: string, code: string): Promise<{ readonly codes: readonly string[] | null } | undefined> {
		const codes = codesOf(randomBytes(RANDOM_BYTES));
		const done = await this.kept.change(account, factors => {
			if (!pendingAt(factors, Date.now()))
				throw failure("TOTP_NOT_BEGUN", "No app waits for its first code, or it was begun too long ago: begin anew.");
			const now = confirmed(factors, code, Date.now(), this.keysOf(account));
			return now && { ...this.with(now, now.codes ? null : codes), note: "totp-added" };
		});
		return done && { codes: done.codes };
	}

	/** Ten that count; those before count no more. @param hasPasskey they stand in for that, too @throws SECOND_FACTOR_MISSING */
	async anew(account: string, hasPasskey: boolean): Promise<readonly string[]> {
		const codes = codesOf(randomBytes(RANDOM_BYTES));
		await this.kept.change(account, factors => {
			if (!factors.totp && !hasPasskey)
				throw failure(
					"SECOND_FACTOR_MISSING",
					"Recovery codes stand in for an app or a passkey: add one of them first."
				);
			return { ...this.with(factors, codes), note: "recovery-codes-made" };
		});
		return codes;
	}

	/** Uses up a code together with whatever else changes; undefined where it is wrong, or was used. */
	use(account: string, code: string, also: (factors: Factors) => Factors): Promise<(Used & Decided) | undefined> {
		return this.kept.change(account, factors => {
			const used = useCode(factors, code, Date.now(), this.keysOf(account));
			if (!used) return undefined;
			const note = used.factor === "recovery" ? { note: "recovery-code-used" as const } : {};
			return { ...used, factors: also(used.factors), ...note };
		});
	}

	/** @param codes null: as they were */
	private with(factors: Factors, codes: readonly string[] | null) {
		const { account } = factors;
		const digests = codes?.map(each => this.keysOf(account).digest(each.replaceAll("-", "")));
		return { factors: digests ? { ...factors, codes: digests } : factors, codes };
	}

	/** Under 112 bits a code is guessed from its bare digest: so it is one with a key (ASVS 6.5.2). */
	private keysOf(account: string): Keys {
		return {
			open: sealed => this.secrets.open(sealed, placeOf(account)),
			digest: code => this.secrets.derive(`recovery code of ${account} ${code}`)
		};
	}
}
