import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { codeOf, failure } from "../../cluster/errors";
import { personOf } from "../../cluster/person";
import { publicUrlOf } from "../../cluster/public-url";
import { settingsFor, settingsOf } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import { auth } from "../../contracts/platform/auth";
import { oidc } from "../../contracts/platform/oidc";
import type { OidcLink, OidcProviderShown } from "../../contracts/platform/oidc-forms";
import type { Identity } from "../../domain/platform/oidc/identity";
import type { Provider } from "../../domain/platform/oidc/providers";
import { LOGIN_MS, type LoginState } from "../../domain/platform/oidc/state";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { clientOf, toldIn } from "./auth/entering";
import { tellOwner } from "./factor-letters";
import { type Answer, addressOf, type Outcome, returnAddress } from "./oidc/answers";
import { Begun, stateFailure } from "./oidc/begun";
import { Comings } from "./oidc/comings";
import { providersIn } from "./oidc/file";
import { Issuers, type Proofs } from "./oidc/issuers";
import { INDEXES, type Login, Logins, shownLink } from "./oidc/logins";

const { begin, callback, finish, link, linked, links, open, personal, providers, unlink } = oidc.actions;

/** The cookie of a login that is under way lasts as long. */
const UNDER_WAY_S = LOGIN_MS / 1000;

type Asked = Pick<CallOf<typeof begin>, "params" | "meta">;
type Finished = ResultOf<typeof finish>;
type Begins = ResultOf<typeof begin>;
/** A call that ends a login, by whichever way it came. */
type Coming = Pick<CallOf<typeof finish>, "call" | "meta">;
type Named = Answer & { readonly provider: string };

@Service(oidc)
export default class OidcService
	extends service(secrets(), collection<"kept", Login>("kept", "id", { indexes: INDEXES }))
	implements Answers<typeof oidc>
{
	private known: ReadonlyMap<string, Provider> = new Map();
	private readonly issuers = new Issuers(sentence => this.logger.warn(sentence));
	private readonly begun = new Begun(() => this.secrets);
	private readonly logins = new Logins(() => this.kept);

	async started(): Promise<void> {
		const { providers: file } = settingsFor(this.broker, oidc);
		const { environment } = settingsOf(this.broker);
		this.known = providersIn(file, name => environment.value(name));
	}

	@Action(providers)
	async providers(_ctx: CallOf<typeof providers>): Promise<OidcProviderShown[]> {
		return [...this.known.values()].map(({ name, title, issuer }) => ({ name, title, issuer }));
	}

	@Action(begin)
	begin(ctx: CallOf<typeof begin>): Promise<Begins> {
		return this.beginning(ctx, null);
	}

	@Action(open)
	open(ctx: CallOf<typeof open>): Promise<Begins> {
		return this.beginning(ctx, null);
	}

	@Action(link)
	async link(ctx: CallOf<typeof link>): Promise<Begins> {
		return this.beginning(ctx, personOf(ctx.meta).account);
	}

	private async beginning({ params, meta }: Asked, account: string | null): Promise<Begins> {
		const provider = this.named(params.provider);
		const { flow, proofs } = this.begun.begin(provider.name, account, meta.cookies?.oidc);
		const url = await this.issuers.address(provider, this.redirectUri(provider), proofs);
		meta.setCookies = { oidc: { value: flow, maxAgeS: UNDER_WAY_S } };
		return { url, flow };
	}

	@Action(finish)
	async finish(ctx: CallOf<typeof finish>): Promise<Finished> {
		const { flow = ctx.meta.cookies?.oidc, cookie, ...answer } = ctx.params;
		const ended = await this.ended(ctx, answer, flow);
		return { ...toldIn(ctx.meta, ended, cookie), linked: ended.linked };
	}

	@Action(callback)
	async callback(ctx: CallOf<typeof callback>): Promise<{ to: string }> {
		const ended = await this.ended(ctx, ctx.params, ctx.meta.cookies?.oidc);
		toldIn(ctx.meta, ended, true);
		return { to: returnAddress(this.broker, ctx.params.provider, ended) };
	}

	/** @throws OIDC_PROVIDER_UNKNOWN, OIDC_STATE_INVALID, OIDC_DENIED, OIDC_ANSWER_INVALID, UNAVAILABLE, and what becomes of them */
	private async ended(ctx: Coming, { provider: name, ...answer }: Named, flow: string | undefined): Promise<Outcome> {
		const provider = this.named(name);
		const { state, proofs } = this.begun.opened(answer.state ?? "", name, flow);
		if (!(await this.logins.end(state, Date.now()))) throw stateFailure("This login was ended before.");
		const identity = await this.identity(provider, answer, proofs, state);
		const coming = new Comings(ctx.call.bind(ctx), this.logins, provider, identity);
		if (state.account !== null)
			return { session: null, second: null, linked: shownLink(await coming.link(state.account)) };
		const account = await coming.account();
		const entered = await ctx.call("auth.enter", { account, factors: ["oidc"], client: clientOf(ctx) });
		return { linked: null, ...entered };
	}

	/** Where the issuer is away nothing was done: the same may be asked again. */
	private async identity(provider: Provider, answer: Answer, proofs: Proofs, state: LoginState): Promise<Identity> {
		try {
			return await this.issuers.identity(provider, addressOf(this.redirectUri(provider), answer), proofs);
		} catch (error) {
			if (codeOf(error) === "UNAVAILABLE") await this.logins.reopen(state);
			throw error;
		}
	}

	@Action(links)
	async links({ meta }: CallOf<typeof links>): Promise<OidcLink[]> {
		return (await this.logins.of(personOf(meta).account)).map(shownLink);
	}

	@Action(unlink)
	async unlink(ctx: CallOf<typeof unlink>): Promise<OidcLink> {
		const { account } = personOf(ctx.meta);
		for (;;) {
			const all = await this.logins.of(account);
			const found = all.find(({ id }) => id === ctx.params.id);
			if (!found)
				throw failure("OIDC_LINK_NOT_FOUND", "Your account has no link of this id: GET /api/v1/auth/oidc/links.");
			const others = all.filter(each => each !== found);
			if (others.length === 0) await this.unlessLast(ctx, account);
			if (await this.logins.unlink(found, others)) return shownLink(found);
		}
	}

	@Action(linked)
	async linked({ params }: CallOf<typeof linked>): Promise<string[]> {
		return (await this.logins.of(params.account)).map(({ issuer }) => issuer);
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const found = await this.logins.of(params.account);
		return found.length === 0 ? null : { links: found.map(each => ({ ...shownLink(each), subject: each.subject })) };
	}

	@Event(oidc.events.noted)
	async noted(ctx: EventOf<typeof oidc.events.noted>): Promise<void> {
		const [done = "", name = ""] = ctx.params.what.split(" ");
		const template = done === "linked" ? "factor-added" : "factor-removed";
		await tellOwner(ctx, oidc.name, { template, what: `a login by ${this.known.get(name)?.title ?? name}` });
	}

	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		await ctx.call("users.forgot", { request, service: oidc.name, count: await this.logins.forget(account), kept: [] });
	}

	/** @throws LAST_WAY_IN */
	private async unlessLast(ctx: Pick<Coming, "call">, account: string): Promise<void> {
		if (await ctx.call("auth.hasPassword", { account })) return;
		if ((await ctx.call("passkeys.count", { account })) > 0) return;
		throw failure(
			"LAST_WAY_IN",
			"It is the last way into your account: set a password, add a passkey or link another issuer first."
		);
	}

	/** @throws OIDC_PROVIDER_UNKNOWN */
	private named(name: string): Provider {
		const provider = this.known.get(name);
		if (provider) return provider;
		throw failure(
			"OIDC_PROVIDER_UNKNOWN",
			"There is no provider of this name: GET /api/v1/auth/oidc lists those that there are."
		);
	}

	/** Exactly what is registered at the issuer (RFC 9700 §2.1), and one for each: a second defence against a mix-up (§4.4.2). */
	private redirectUri({ name }: Provider): string {
		return `${publicUrlOf(this.broker)}/api/v1/auth/oidc/${name}/callback`;
	}
}
