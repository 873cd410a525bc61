import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { guessed } from "../../cluster/guessed";
import { clientOf, personOf } from "../../cluster/person";
import { settingsFor } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import type { Challenge } from "../../contracts/people";
import { auth } from "../../contracts/platform/auth";
import type { LoggedIn } from "../../contracts/platform/auth-forms";
import { type CodesLeft, mfa, type Noted, type SecondFactors } from "../../contracts/platform/mfa";
import { FLOW_MS } from "../../domain/platform/factors/flow";
import {
	type Asked,
	type Factors,
	isUsed,
	methodsOf,
	provesTwo,
	shownOf,
	type Used,
	withUsed
} from "../../domain/platform/factors/second-factors";
import { qrOf, uriOf } from "../../domain/platform/factors/totp";
import { collection } from "../../mixins/collection.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import { toldIn } from "./auth/entering";
import { type Telling, tellOwner } from "./factor-letters";
import { askedIn, challengeOf } from "./mfa/challenges";
import { Codes, placeOf } from "./mfa/codes";
import { KeptFactors } from "./mfa/kept-factors";

const { begin, challenged, redeem, status, enrol, confirm, removeTotp, recoveryCodes } = mfa.actions;
const { stepUp, verify, reseal, personal } = mfa.actions;

type Of = ResultOf<typeof redeem>;
type Wire = Pick<CallOf<typeof status>, "call">;
type Guessing = Pick<CallOf<typeof verify>, "call" | "meta">;

const LETTERS: Readonly<Record<Noted, Telling>> = {
	"totp-added": { template: "factor-added", what: "codes of an app" },
	"totp-removed": { template: "factor-removed", what: "codes of an app" },
	"recovery-codes-made": { template: "factor-added", what: "recovery codes; those before count no more" },
	"recovery-code-used": { template: "recovery-used", what: "a recovery code" }
};

@Service(mfa)
export default class MfaService
	extends service(secrets(), collection<"factors", Factors>("factors", "account"))
	implements Answers<typeof mfa>
{
	private kept!: KeptFactors;
	private codes!: Codes;

	async started(): Promise<void> {
		this.kept = new KeptFactors(this.factors);
		this.codes = new Codes(this.kept, this.secrets);
	}

	@Action(begin)
	async begin(ctx: CallOf<typeof begin>): Promise<Challenge | null> {
		const { account, factors } = ctx.params;
		if (provesTwo(factors)) return null;
		const methods = methodsOf(await this.kept.of(account), await passkeysOf(ctx, account));
		return methods.length === 0 ? null : { challenge: challengeOf(this.derive, ctx.params), methods };
	}

	@Action(challenged)
	async challenged({ params }: CallOf<typeof challenged>): Promise<Of> {
		const asked = askedIn(this.derive, params.challenge, params.client);
		return asked && !isUsed(await this.kept.of(asked.account), asked) ? whose(asked) : null;
	}

	@Action(redeem)
	async redeem({ params }: CallOf<typeof redeem>): Promise<Of> {
		const asked = askedIn(this.derive, params.challenge, params.client);
		const done = asked && (await this.kept.change(asked.account, each => answered(each, asked)));
		return done ? whose(asked) : null;
	}

	@Action(status)
	status(ctx: CallOf<typeof status>): Promise<SecondFactors> {
		return this.shown(ctx, personOf(ctx.meta).account);
	}

	@Action(enrol)
	async enrol(ctx: CallOf<typeof enrol>): Promise<ResultOf<typeof enrol>> {
		const { account } = personOf(ctx.meta);
		const found = await ctx.call("auth.account", { id: account });
		const secret = await this.codes.begin(account);
		const uri = uriOf(secret, settingsFor(this.broker, mfa).issuer, found?.email ?? account);
		return { secret, uri, qr: qrOf(uri) };
	}

	@Action(confirm)
	async confirm(ctx: CallOf<typeof confirm>): Promise<CodesLeft> {
		const { account } = personOf(ctx.meta);
		const { codes } = await this.guessed(ctx, account, () => this.codes.confirm(account, ctx.params.code));
		await endOthers(ctx, ctx.params);
		return { ...(await this.shown(ctx, account)), codes };
	}

	/** Without a passkey there is nothing left that recovery codes stand in for: they go, too. */
	@Action(removeTotp)
	async removeTotp(ctx: CallOf<typeof removeTotp>): Promise<SecondFactors> {
		const { account } = personOf(ctx.meta);
		const isAlone = (await passkeysOf(ctx, account)) === 0;
		await this.kept.change(account, factors =>
			factors.totp || factors.pending
				? {
						factors: { ...factors, totp: null, pending: null, codes: isAlone ? null : factors.codes },
						...(factors.totp && { note: "totp-removed" as const })
					}
				: undefined
		);
		await endOthers(ctx, ctx.params);
		return this.shown(ctx, account);
	}

	@Action(recoveryCodes)
	async recoveryCodes(ctx: CallOf<typeof recoveryCodes>): Promise<CodesLeft> {
		const { account } = personOf(ctx.meta);
		const codes = await this.codes.anew(account, (await passkeysOf(ctx, account)) > 0);
		return { ...(await this.shown(ctx, account)), codes };
	}

	@Action(verify)
	async verify(ctx: CallOf<typeof verify>): Promise<LoggedIn> {
		const { challenge, code, cookie } = ctx.params;
		const client = clientOf(ctx.meta);
		const asked = askedIn(this.derive, challenge, client);
		if (!asked || isUsed(await this.kept.of(asked.account), asked)) throw over();
		const { account, factors } = asked;
		const { factor } = await this.proved(ctx, account, code, each => {
			const left = answered(each, asked);
			if (!left) throw over();
			return left.factors;
		});
		const proven = { account, factors: [...factors, factor], client, since: asked.until - FLOW_MS };
		return toldIn(ctx.meta, await ctx.call("auth.enter", proven), cookie);
	}

	@Action(stepUp)
	async stepUp(ctx: CallOf<typeof stepUp>): Promise<ResultOf<typeof stepUp>> {
		const { session } = personOf(ctx.meta);
		const factor = await this.once(ctx);
		await ctx.call("sessions.raise", { session, factor });
		return { factor };
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const found = await this.factors.get(params.account);
		if (!found) return null;
		const { totp, totpSince, recoveryCodes: left } = shownOf(found, 0);
		return { totp, totpSince, recoveryCodes: left };
	}

	@Action(reseal)
	reseal(ctx: CallOf<typeof reseal>): Promise<ResultOf<typeof reseal>> {
		return resealed(this, ctx.params, () => this.kept.resealed(this.secrets, placeOf));
	}

	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		const count = await this.kept.forget(account);
		await ctx.call("users.forgot", { request, service: mfa.name, count, kept: [] });
	}

	/** Whoever has an account hears of each change of who may sign in as them (ASVS 6.3.7). */
	@Event(mfa.events.noted)
	async noted(ctx: EventOf<typeof mfa.events.noted>): Promise<void> {
		await tellOwner(ctx, mfa.name, LETTERS[ctx.params.what]);
	}

	/** How they proved it. @throws CODE_WRONG · PASSWORD_WRONG · PASSKEY_REFUSED · SECOND_FACTOR_NEEDED · THROTTLED */
	private async once(ctx: CallOf<typeof stepUp>): Promise<ResultOf<typeof stepUp>["factor"]> {
		const { account } = personOf(ctx.meta);
		const { password, code, passkey } = ctx.params;
		if ([password, code, passkey].filter(each => each !== undefined).length !== 1)
			throw failure("REQUEST_INVALID", "Send one of `password`, `code` and `passkey`.");
		if (code !== undefined) return (await this.proved(ctx, account, code, each => each)).factor;
		if (passkey) await ctx.call("passkeys.prove", { account, ...passkey });
		else await this.byPassword(ctx, account, password ?? "");
		return passkey ? "passkey" : "password";
	}

	/** Whoever has a second factor proves that: a session and a password are what a thief of both has. */
	private async byPassword(ctx: CallOf<typeof stepUp>, account: string, password: string): Promise<void> {
		if ((await this.shown(ctx, account)).on)
			throw failure("SECOND_FACTOR_NEEDED", "You have a second factor: send `code`, or a passkey's answer.");
		await ctx.call("auth.prove", { account, password, client: clientOf(ctx.meta) });
	}

	/** A code that is right, used up with whatever else changes. @throws CODE_WRONG · THROTTLED */
	private proved(by: Guessing, account: string, code: string, also: (factors: Factors) => Factors): Promise<Used> {
		return this.guessed(by, account, () => this.codes.use(account, code, also));
	}

	private async guessed<T>(by: Guessing, account: string, attempt: () => Promise<T | undefined>): Promise<T> {
		const guess = { kind: "totp", subject: account, client: clientOf(by.meta) };
		const right = await guessed(by, guess, attempt, answer => answer === undefined);
		if (right === undefined) throw failure("CODE_WRONG", "The code is not right, or was used: each works once.");
		return right;
	}

	private readonly derive = (text: string): string => this.secrets.derive(text);

	private async shown(by: Wire, account: string): Promise<SecondFactors> {
		return shownOf(await this.kept.of(account), await passkeysOf(by, account));
	}
}

const passkeysOf = (by: Wire, account: string): Promise<number> => by.call("passkeys.count", { account });

async function endOthers(by: Pick<Guessing, "call" | "meta">, params: { readonly endOthers: boolean }): Promise<void> {
	const { account, session } = personOf(by.meta);
	if (params.endOthers) await by.call("sessions.closeAll", { account, except: session });
}

const whose = ({ account, factors }: Asked): Of => ({ account, factors });
/** Undefined where it was answered before. */
const answered = (factors: Factors, asked: Asked): { readonly factors: Factors } | undefined =>
	isUsed(factors, asked) ? undefined : { factors: withUsed(factors, asked, Date.now()) };

const over = (): Error =>
	failure("CHALLENGE_INVALID", "It is over, was used, or is of another browser: sign in anew with the first factor.");
