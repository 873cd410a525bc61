import { randomBytes } from "node:crypto";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { guessed } from "../../cluster/guessed";
import { clientOf, personOf } from "../../cluster/person";
import { settingsFor } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { Challenge, Entered } from "../../contracts/people";
import { type CodesLeft, mfa, type SecondFactors } from "../../contracts/platform/mfa";
import { codesOf, RANDOM_BYTES } from "../../domain/platform/factors/recovery-codes";
import {
	type Asked,
	confirmed,
	type Factors,
	isUsed,
	type Keys,
	methodsOf,
	pendingAt,
	provesTwo,
	shownOf,
	type Used,
	useCode,
	withUsed
} from "../../domain/platform/factors/second-factors";
import { SECRET_BYTES, secretOf, uriOf } from "../../domain/platform/factors/totp";
import { collection } from "../../mixins/collection.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import { askedIn, challengeOf } from "./mfa/challenges";
import { KeptFactors } from "./mfa/kept-factors";

const { begin, challenged, redeem, status, enrol, confirm, removeTotp, recoveryCodes, reseal, stepUp, verify } =
	mfa.actions;

type ProvedBy = ResultOf<typeof stepUp>["factor"];
type Wire = Pick<CallOf<typeof status>, "call">;
const placeOf = (account: string): string => `TOTP of ${account}`;

@Service(mfa)
export default class MfaService
	extends service(secrets(), collection<"factors", Factors>("factors", "account"))
	implements Answers<typeof mfa>
{
	private kept!: KeptFactors;

	async started(): Promise<void> {
		this.kept = new KeptFactors(this.factors);
	}

	@Action(begin)
	async begin(ctx: CallOf<typeof begin>): Promise<Challenge | null> {
		const { account, factors } = ctx.params;
		if (provesTwo(factors)) return null;
		const methods = methodsOf(await this.kept.of(account), await this.passkeys(ctx, account));
		return methods.length === 0 ? null : { challenge: challengeOf(this.derive, ctx.params), methods };
	}

	@Action(challenged)
	async challenged({ params }: CallOf<typeof challenged>): Promise<ResultOf<typeof challenged>> {
		const asked = askedIn(this.derive, params.challenge, params.client);
		if (!asked || isUsed(await this.kept.of(asked.account), asked)) return null;
		return { account: asked.account, factors: asked.factors };
	}

	@Action(redeem)
	async redeem({ params }: CallOf<typeof redeem>): Promise<ResultOf<typeof redeem>> {
		const asked = askedIn(this.derive, params.challenge, params.client);
		const done = asked && (await this.kept.change(asked.account, each => this.answered(each, asked)));
		return done ? { account: asked.account, factors: asked.factors } : null;
	}

	@Action(status)
	status(ctx: CallOf<typeof status>): Promise<SecondFactors> {
		return this.shown(ctx, personOf(ctx.meta).account);
	}

	@Action(enrol)
	async enrol(ctx: CallOf<typeof enrol>): Promise<ResultOf<typeof enrol>> {
		const { account } = personOf(ctx.meta);
		const found = await ctx.call("auth.account", { id: account });
		const secret = secretOf(randomBytes(SECRET_BYTES));
		const pending = { secret: this.secrets.seal(secret, placeOf(account)), at: Date.now() };
		await this.kept.change(account, factors => {
			if (factors.totp) throw failure("TOTP_EXISTS", "An app is a second factor of yours already: remove it first.");
			return { factors: { ...factors, pending } };
		});
		return { secret, uri: uriOf(secret, settingsFor(this.broker, mfa).issuer, found?.email ?? account) };
	}

	@Action(confirm)
	async confirm(ctx: CallOf<typeof confirm>): Promise<CodesLeft> {
		const { account, session } = personOf(ctx.meta);
		const codes = codesOf(randomBytes(RANDOM_BYTES));
		const keys = this.keysOf(account);
		const done = await this.guessed(ctx, account, () =>
			this.kept.change(account, factors => {
				if (!pendingAt(factors, Date.now()))
					throw failure("TOTP_NOT_BEGUN", "No app waits for its first code, or it was begun too long ago: begin anew.");
				const now = confirmed(factors, ctx.params.code, Date.now(), keys);
				return now && { factors: { ...now, codes: now.codes ?? this.digests(account, codes) }, isFirst: !now.codes };
			})
		);
		if (ctx.params.endOthers) await ctx.call("sessions.closeAll", { account, except: session });
		return { ...(await this.shown(ctx, account)), codes: done.isFirst ? codes : null };
	}

	@Action(removeTotp)
	async removeTotp(ctx: CallOf<typeof removeTotp>): Promise<SecondFactors> {
		const { account, session } = personOf(ctx.meta);
		const isAlone = (await this.passkeys(ctx, account)) === 0;
		await this.kept.change(account, factors => ({
			factors: { ...factors, totp: null, pending: null, codes: isAlone ? null : factors.codes }
		}));
		if (ctx.params.endOthers) await ctx.call("sessions.closeAll", { account, except: session });
		return this.shown(ctx, account);
	}

	@Action(recoveryCodes)
	async recoveryCodes(ctx: CallOf<typeof recoveryCodes>): Promise<CodesLeft> {
		const { account } = personOf(ctx.meta);
		const passkeys = await this.passkeys(ctx, account);
		const codes = codesOf(randomBytes(RANDOM_BYTES));
		await this.kept.change(account, factors => {
			if (!factors.totp && passkeys === 0)
				throw failure(
					"SECOND_FACTOR_MISSING",
					"Recovery codes stand in for an app or a passkey: add one of them first."
				);
			return { factors: { ...factors, codes: this.digests(account, codes) } };
		});
		return { ...(await this.shown(ctx, account)), codes };
	}

	@Action(reseal)
	reseal(ctx: CallOf<typeof reseal>): Promise<ResultOf<typeof reseal>> {
		return resealed(this, ctx.params, () => this.kept.resealed(this.secrets, placeOf));
	}

	@Action(verify)
	async verify(ctx: CallOf<typeof verify>): Promise<Entered> {
		const client = clientOf(ctx.meta);
		const asked = askedIn(this.derive, ctx.params.challenge, client);
		if (!asked || isUsed(await this.kept.of(asked.account), asked)) throw over();
		const { account, factors } = asked;
		const { factor } = await this.proved(ctx, account, ctx.params.code, each => this.answered(each, asked)?.factors);
		return ctx.call("auth.enter", { account, factors: [...factors, factor], client });
	}

	@Action(stepUp)
	async stepUp(ctx: CallOf<typeof stepUp>): Promise<ResultOf<typeof stepUp>> {
		const { account, session } = personOf(ctx.meta);
		const factor = await this.once(ctx, account);
		await ctx.call("sessions.raise", { session, factor });
		return { factor };
	}

	/** How they proved it. @throws CODE_WRONG · PASSWORD_WRONG · SECOND_FACTOR_NEEDED */
	private async once(ctx: CallOf<typeof stepUp>, account: string): Promise<ProvedBy> {
		const { password, code, passkey } = ctx.params;
		if ([password, code, passkey].filter(each => each !== undefined).length !== 1)
			throw failure("REQUEST_INVALID", "Send one of `password`, `code` and `passkey`.");
		if (code !== undefined) return (await this.proved(ctx, account, code, each => each)).factor;
		if (passkey) await ctx.call("passkeys.prove", { account, ...passkey });
		else await this.byPassword(ctx, account);
		return passkey ? "passkey" : "password";
	}

	/** Whoever has a second factor proves that: a session and a password are what a thief of both has. */
	private async byPassword(ctx: CallOf<typeof stepUp>, account: string): Promise<void> {
		if ((await this.shown(ctx, account)).on)
			throw failure("SECOND_FACTOR_NEEDED", "You have a second factor: send `code`, or a passkey's answer.");
		throw failure("UNAVAILABLE", "'auth.prove' is not there yet.");
	}

	/** A code that is right, used up with whatever else changes. @throws CODE_WRONG · THROTTLED */
	private proved(
		ctx: CallOf<typeof stepUp | typeof verify>,
		account: string,
		code: string,
		also: (factors: Factors) => Factors | undefined
	): Promise<Used> {
		return this.guessed(ctx, account, () =>
			this.kept.change(account, factors => {
				const used = useCode(factors, code, Date.now(), this.keysOf(account));
				const left = used && also(used.factors);
				return left && { ...used, factors: left };
			})
		);
	}

	private async guessed<T>(
		ctx: CallOf<typeof stepUp | typeof verify | typeof confirm>,
		account: string,
		attempt: () => Promise<T | undefined>
	): Promise<T> {
		const guess = { kind: "totp", subject: account, client: clientOf(ctx.meta) };
		const right = await guessed(ctx, guess, attempt, answer => answer === undefined);
		if (right === undefined) throw failure("CODE_WRONG", "The code is not right, or was used: each works once.");
		return right;
	}

	/** @throws CHALLENGE_INVALID where it was answered before */
	private answered(factors: Factors, asked: Asked): { readonly factors: Factors } | undefined {
		return isUsed(factors, asked) ? undefined : { factors: withUsed(factors, asked, Date.now()) };
	}

	private readonly derive = (text: string): string => this.secrets.derive(text);

	private keysOf(account: string): Keys {
		return {
			open: sealed => this.secrets.open(sealed, placeOf(account)),
			digest: code => this.derive(`recovery code of ${account} ${code}`)
		};
	}

	private digests(account: string, codes: readonly string[]): string[] {
		return codes.map(code => this.keysOf(account).digest(code.replaceAll("-", "")));
	}

	private passkeys(ctx: Wire, account: string): Promise<number> {
		return ctx.call("passkeys.count", { account });
	}

	private async shown(ctx: Wire, account: string): Promise<SecondFactors> {
		return shownOf(await this.kept.of(account), await this.passkeys(ctx, account));
	}
}

const over = (): Error =>
	failure("CHALLENGE_INVALID", "It is over, was used, or is of another browser: sign in anew with the first factor.");
