import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { clientOf, personOf } from "../../cluster/person";
import { settingsFor } from "../../cluster/settings";
import type { JsonValue } from "../../contracts/json";
import type { Factor } from "../../contracts/people";
import { auth } from "../../contracts/platform/auth";
import type { LoggedIn } from "../../contracts/platform/auth-forms";
import { gateway } from "../../contracts/platform/gateway";
import { mfa } from "../../contracts/platform/mfa";
import { type Noted, type Passkey, type PasskeyBegun, passkeys } from "../../contracts/platform/passkeys";
import type { RawAnswer } from "../../contracts/raw";
import { canonicalEmail } from "../../domain/platform/accounts/email";
import { type RelyingParty, relyingParty } from "../../domain/platform/factors/relying-party";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { toldIn } from "./auth/entering";
import { type Telling, tellOwner } from "./factor-letters";
import type { Opened } from "./passkeys/flows";
import { idOf, type Kept, type KeptPasskey, KeptPasskeys, shown } from "./passkeys/kept-passkeys";
import { pageAt } from "./passkeys/page";
import { over, refused, Using } from "./passkeys/using";

const { count, prove, registerOptions, register, list, rename, remove, page, personal, sweep } = passkeys.actions;
const { loginOptions, login, secondOptions, second, stepUpOptions } = passkeys.actions;

/** Of one account. */
const MOST = 25;

const LETTERS: Readonly<Record<Noted, Telling | null>> = {
	"passkey-added": { template: "factor-added", what: "a passkey" },
	"passkey-removed": { template: "factor-removed", what: "a passkey" },
	// A sign, and no proof: whoever looks after accounts hears of it.
	"counter-back": null
};

type Wire = Pick<CallOf<typeof list>, "call">;

@Service(passkeys)
export default class PasskeysService
	extends service(secrets(), collection<"passkeys", Kept>("passkeys", "id", { indexes: ["account", "until"] }))
	implements Answers<typeof passkeys>
{
	private kept!: KeptPasskeys;
	private using!: Using;

	async started(): Promise<void> {
		this.kept = new KeptPasskeys(this.passkeys);
		this.using = new Using({
			kept: this.kept,
			derive: text => this.secrets.derive(text),
			party: () => this.party()
		});
	}

	@Action(count)
	count({ params }: CallOf<typeof count>): Promise<number> {
		return this.kept.count(params.account);
	}

	@Action(prove)
	async prove({ params: { account, flow, response } }: CallOf<typeof prove>): Promise<boolean> {
		await this.using.proved(this.using.begun("step-up", flow, account), response, account);
		return true;
	}

	@Action(registerOptions)
	async registerOptions(ctx: CallOf<typeof registerOptions>): Promise<PasskeyBegun> {
		const { account, session } = personOf(ctx.meta);
		await this.unlessMany(account);
		const found = await ctx.call("auth.account", { id: account });
		return this.using.asksForOne(account, session, settingsFor(this.broker, mfa).issuer, found?.email ?? account);
	}

	@Action(register)
	async register(ctx: CallOf<typeof register>): Promise<Passkey> {
		const { account, session } = personOf(ctx.meta);
		const { flow, response, name } = ctx.params;
		const begun = this.using.begun("register", flow, account, session);
		await this.unlessMany(account);
		const made = await this.using.made(begun, response);
		const passkey = { ...made, id: idOf(made.credential), name, createdAt: new Date().toISOString(), lastUsedAt: null };
		const there = await this.kept.add(account, passkey, begun.flow);
		if (there === "flow") throw over();
		if (there) throw failure("PASSKEY_TAKEN", "This passkey is registered already: use another one.");
		await endOthers(ctx, ctx.params);
		return shown(passkey);
	}

	@Action(list)
	async list(ctx: CallOf<typeof list>): Promise<Passkey[]> {
		return (await this.kept.of(personOf(ctx.meta).account)).map(shown);
	}

	@Action(rename)
	async rename(ctx: CallOf<typeof rename>): Promise<Passkey> {
		const { id, name } = ctx.params;
		return found(id, await this.kept.rename(personOf(ctx.meta).account, id, name));
	}

	@Action(remove)
	async remove(ctx: CallOf<typeof remove>): Promise<Passkey> {
		const { account } = personOf(ctx.meta);
		const { id, last } = ctx.params;
		const own = await this.kept.of(account);
		if (!last && own.length === 1 && own[0]?.id === id)
			throw failure(
				"PASSKEY_LAST",
				"It is your last passkey: see that there is another way in, then send `last=true`."
			);
		const removed = found(id, await this.kept.remove(account, id));
		await endOthers(ctx, ctx.params);
		return removed;
	}

	/** Whatever the address is, the answer is made of nothing that is kept. */
	@Action(loginOptions)
	loginOptions({ params: { email } }: CallOf<typeof loginOptions>): Promise<PasskeyBegun> {
		return this.using.asks("login", { email: email === undefined ? null : this.markOf(email) });
	}

	@Action(login)
	async login(ctx: CallOf<typeof login>): Promise<LoggedIn> {
		const begun = this.using.begun("login", ctx.params.flow);
		const { account } = await this.using.proved(begun, ctx.params.response);
		await this.unlessOther(ctx, account, begun);
		return enter(ctx, account, ["passkey"]);
	}

	@Action(secondOptions)
	async secondOptions(ctx: CallOf<typeof secondOptions>): Promise<PasskeyBegun> {
		const { challenge } = ctx.params;
		const { account } = asked(await ctx.call("mfa.challenged", { challenge, client: clientOf(ctx.meta) }));
		return this.using.asks("second", { account, within: this.markOf(challenge) }, account);
	}

	@Action(second)
	async second(ctx: CallOf<typeof second>): Promise<LoggedIn> {
		const { challenge, flow, response } = ctx.params;
		const given = { challenge, client: clientOf(ctx.meta) };
		const { account } = asked(await ctx.call("mfa.challenged", given));
		await this.using.proved(this.using.begun("second", flow, account, this.markOf(challenge)), response, account);
		const { factors } = asked(await ctx.call("mfa.redeem", given));
		return enter(ctx, account, [...factors, "passkey"]);
	}

	@Action(stepUpOptions)
	stepUpOptions(ctx: CallOf<typeof stepUpOptions>): Promise<PasskeyBegun> {
		const { account } = personOf(ctx.meta);
		return this.using.asks("step-up", { account }, account);
	}

	@Action(page)
	async page({ params }: CallOf<typeof page>): Promise<RawAnswer> {
		return pageAt(params);
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const own = await this.kept.of(params.account);
		return own.length === 0 ? null : { passkeys: own.map(shown) };
	}

	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		const forgotten = await this.kept.forget(account);
		await ctx.call("users.forgot", { request, service: passkeys.name, count: forgotten, kept: [] });
	}

	@Event(passkeys.events.noted)
	async noted(ctx: EventOf<typeof passkeys.events.noted>): Promise<void> {
		await tellOwner(ctx, passkeys.name, LETTERS[ctx.params.what]);
	}

	/** @throws LIMIT_REACHED */
	private async unlessMany(account: string): Promise<void> {
		if ((await this.kept.count(account)) < MOST) return;
		throw failure("LIMIT_REACHED", `You have ${MOST} passkeys: remove one that you no longer use.`);
	}

	/** @throws PASSKEY_REFUSED where an address was given, and it is somebody else's */
	private async unlessOther(ctx: Wire, account: string, { flow }: Opened): Promise<void> {
		if (flow.email === null) return;
		const owner = await ctx.call("auth.account", { id: account });
		if (!owner || this.markOf(owner.email) !== flow.email) throw refused("it is of another account");
	}

	/** The same of the same text, which it does not say. */
	private markOf(text: string): string {
		return this.secrets.derive(`passkey mark ${canonicalEmail(text) ?? text}`);
	}

	/** @throws PASSKEYS_UNFIT */
	private party(): RelyingParty {
		try {
			return relyingParty(settingsFor(this.broker, passkeys), settingsFor(this.broker, gateway).publicUrl);
		} catch (error) {
			throw failure("PASSKEYS_UNFIT", messageOf(error));
		}
	}

	@Action(sweep)
	sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		return this.kept.sweep(Date.now());
	}
}

async function enter(ctx: CallOf<typeof login>, account: string, factors: Factor[]): Promise<LoggedIn> {
	const entered = await ctx.call("auth.enter", { account, factors, client: clientOf(ctx.meta) });
	return toldIn(ctx.meta, entered, ctx.params.cookie);
}

async function endOthers(
	ctx: Pick<CallOf<typeof list>, "call" | "meta">,
	params: { readonly endOthers: boolean }
): Promise<void> {
	const { account, session } = personOf(ctx.meta);
	if (params.endOthers) await ctx.call("sessions.closeAll", { account, except: session });
}

/** @throws PASSKEY_NOT_FOUND */
function found(id: string, passkey: KeptPasskey | undefined): Passkey {
	if (!passkey) throw failure("PASSKEY_NOT_FOUND", `You have no passkey '${id}'.`);
	return shown(passkey);
}

/** @throws CHALLENGE_INVALID */
function asked<T>(challenged: T | null): T {
	if (challenged) return challenged;
	throw failure(
		"CHALLENGE_INVALID",
		"It is over, was used, or is of another browser: sign in anew with the first factor."
	);
}
