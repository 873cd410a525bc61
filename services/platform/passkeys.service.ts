import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { clientOf, personOf } from "../../cluster/person";
import { settingsFor } from "../../cluster/settings";
import type { Entered, Factor } from "../../contracts/people";
import { gateway } from "../../contracts/platform/gateway";
import { mfa } from "../../contracts/platform/mfa";
import type { Asserted } from "../../contracts/platform/passkey-forms";
import { type Passkey, type PasskeyBegun, passkeys } from "../../contracts/platform/passkeys";
import { goesBack } from "../../domain/platform/factors/client-data";
import { type RelyingParty, relyingParty } from "../../domain/platform/factors/relying-party";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { begin, goOn, type Opened, type Purpose } from "./passkeys/flows";
import { idOf, type Kept, type KeptPasskey, KeptPasskeys, type Owned } from "./passkeys/kept-passkeys";
import { assertedBy, attestedBy, creationOptions, Refused, requestOptions } from "./passkeys/webauthn";

const { count, prove, registerOptions, register, list, rename, remove } = passkeys.actions;
const { loginOptions, login, secondOptions, second, stepUpOptions } = passkeys.actions;

/** Of one account. */
const MOST = 25;
/** How often flows that are over are removed, in ms. */
const CLEAN_MS = 600_000;

const shown = ({ id, name, synced, createdAt, lastUsedAt }: KeptPasskey): Passkey => ({
	id,
	name,
	synced,
	createdAt,
	lastUsedAt
});
type Wire = Pick<CallOf<typeof list>, "call">;

@Service(passkeys)
export default class PasskeysService
	extends service(secrets(), collection<"passkeys", Kept>("passkeys", "id", { indexes: ["account", "until"] }))
	implements Answers<typeof passkeys>
{
	private kept!: KeptPasskeys;
	private cleaning: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		this.kept = new KeptPasskeys(this.passkeys);
		this.cleaning = setInterval(() => void this.clean(), CLEAN_MS).unref();
	}

	async stopped(): Promise<void> {
		clearInterval(this.cleaning);
	}

	@Action(count)
	count({ params }: CallOf<typeof count>): Promise<number> {
		return this.kept.count(params.account);
	}

	@Action(prove)
	async prove(ctx: CallOf<typeof prove>): Promise<boolean> {
		const { account, flow, response } = ctx.params;
		await this.proved(this.begun("step-up", flow, account), response, account);
		return true;
	}

	@Action(registerOptions)
	async registerOptions(ctx: CallOf<typeof registerOptions>): Promise<PasskeyBegun> {
		const { account, session } = personOf(ctx.meta);
		const known = await this.kept.of(account);
		unlessMany(known.length);
		const found = await ctx.call("auth.account", { id: account });
		const { token, challenge } = begin(this.derive, "register", { account, within: session });
		const owner = { handle: this.handleOf(account), label: found?.email ?? account };
		const options = await creationOptions(this.party, settingsFor(this.broker, mfa).issuer, challenge, owner, known);
		return begunAs(token, options);
	}

	@Action(register)
	async register(ctx: CallOf<typeof register>): Promise<Passkey> {
		const { account, session } = personOf(ctx.meta);
		const { flow, response, name, endOthers } = ctx.params;
		const { flow: begun, challenge } = this.begun("register", flow, account, session);
		unlessMany(await this.kept.count(account));
		const made = await refusing(attestedBy(this.party, challenge, response));
		const id = idOf(made.credential);
		const passkey = { ...made, id, name, createdAt: new Date().toISOString(), lastUsedAt: null };
		const there = await this.kept.add(account, passkey, begun);
		if (there === "flow") throw over();
		if (there) throw failure("PASSKEY_TAKEN", "This passkey is registered already: use another one.");
		if (endOthers) await ctx.call("sessions.closeAll", { account, except: session });
		return shown(passkey);
	}

	@Action(list)
	async list(ctx: CallOf<typeof list>): Promise<Passkey[]> {
		return (await this.kept.of(personOf(ctx.meta).account)).map(shown);
	}

	@Action(rename)
	async rename(ctx: CallOf<typeof rename>): Promise<Passkey> {
		const { id, name } = ctx.params;
		return this.changed(personOf(ctx.meta).account, id, passkey => ({ ...passkey, name }));
	}

	@Action(remove)
	async remove(ctx: CallOf<typeof remove>): Promise<Passkey> {
		const { account, session } = personOf(ctx.meta);
		const { id, last, endOthers } = ctx.params;
		const own = await this.kept.of(account);
		if (!last && own.length === 1 && own[0]?.id === id)
			throw failure(
				"PASSKEY_LAST",
				"It is your last passkey: see that there is another way in, then send `last=true`."
			);
		const removed = await this.changed(account, id, () => null);
		if (endOthers) await ctx.call("sessions.closeAll", { account, except: session });
		return removed;
	}

	@Action(loginOptions)
	async loginOptions(ctx: CallOf<typeof loginOptions>): Promise<PasskeyBegun> {
		const { email } = ctx.params;
		return this.asks("login", { email: email === undefined ? null : this.markOf(email) });
	}

	@Action(login)
	async login(ctx: CallOf<typeof login>): Promise<Entered> {
		const begun = this.begun("login", ctx.params.flow);
		const { account } = await this.proved(begun, ctx.params.response);
		await this.unlessOther(ctx, account, begun);
		return this.enter(ctx, account, ["passkey"]);
	}

	@Action(secondOptions)
	async secondOptions(ctx: CallOf<typeof secondOptions>): Promise<PasskeyBegun> {
		const { challenge } = ctx.params;
		const asked = await ctx.call("mfa.challenged", { challenge, client: clientOf(ctx.meta) });
		if (!asked) throw challengeOver();
		return this.asks("second", { account: asked.account, within: this.markOf(challenge) }, asked.account);
	}

	@Action(second)
	async second(ctx: CallOf<typeof second>): Promise<Entered> {
		const { challenge, flow, response } = ctx.params;
		const client = clientOf(ctx.meta);
		const asked = await ctx.call("mfa.challenged", { challenge, client });
		if (!asked) throw challengeOver();
		const { account } = asked;
		await this.proved(this.begun("second", flow, account, this.markOf(challenge)), response, account);
		if (!(await ctx.call("mfa.redeem", { challenge, client }))) throw challengeOver();
		return this.enter(ctx, account, [...asked.factors, "passkey"]);
	}

	@Action(stepUpOptions)
	async stepUpOptions(ctx: CallOf<typeof stepUpOptions>): Promise<PasskeyBegun> {
		const { account } = personOf(ctx.meta);
		return this.asks("step-up", { account }, account);
	}

	/** @param of whose passkeys are asked for; else of whoever has one */
	private async asks(purpose: Purpose, about: Parameters<typeof begin>[2], of?: string): Promise<PasskeyBegun> {
		const { token, challenge } = begin(this.derive, purpose, about);
		return begunAs(token, await requestOptions(this.party, challenge, of === undefined ? [] : await this.kept.of(of)));
	}

	private enter(ctx: CallOf<typeof login>, account: string, factors: Factor[]): Promise<Entered> {
		return ctx.call("auth.enter", { account, factors, client: clientOf(ctx.meta) });
	}

	/** @throws PASSKEY_FLOW_INVALID where it is none, or somebody else's */
	private begun(purpose: Purpose, token: string, account: string | null = null, within: string | null = null): Opened {
		const begun = goOn(this.derive, purpose, token);
		if (begun?.flow.account !== account || begun.flow.within !== within) throw over();
		return begun;
	}

	/** Whose passkey it is, once it was used. @param account whose it must be @throws PASSKEY_REFUSED · PASSKEY_FLOW_INVALID */
	private async proved({ flow, challenge }: Opened, response: Asserted, account?: string): Promise<Owned> {
		const found = await this.kept.named(idOf(response.id));
		if (!found || (account ?? found.account) !== found.account || !this.isHandleOf(found.account, response))
			throw refused("it is not known here");
		const { counter, synced } = await refusing(assertedBy(this.party, challenge, response, found.passkey));
		let wentBack = false;
		const isUsed = await this.kept.use(found.passkey.id, flow, passkey => {
			wentBack = goesBack(passkey.counter, counter);
			const highest = Math.max(passkey.counter, counter);
			return { ...passkey, counter: highest, synced, lastUsedAt: new Date().toISOString() };
		});
		if (!isUsed) throw over();
		if (wentBack) this.logger.warn(`The counter of passkey ${found.passkey.id} went back: there may be a copy of it.`);
		return found;
	}

	/** @throws PASSKEY_REFUSED where an address was given, and it is somebody else's */
	private async unlessOther(ctx: Wire, account: string, { flow }: Opened): Promise<void> {
		if (flow.email === null) return;
		const found = await ctx.call("auth.account", { id: account });
		if (!found || this.markOf(found.email) !== flow.email) throw refused("it is of another account");
	}

	private async changed(
		account: string,
		id: string,
		to: (passkey: KeptPasskey) => KeptPasskey | null
	): Promise<Passkey> {
		const changed = await this.kept.change(account, id, to);
		if (!changed) throw failure("PASSKEY_NOT_FOUND", `You have no passkey '${id}'.`);
		return shown(changed);
	}

	private readonly derive = (text: string): string => this.secrets.derive(text);

	/** What an authenticator keeps of an account: told to others, it says nothing (WebAuthn §14.6.1). */
	private handleOf(account: string): string {
		return this.derive(`passkey owner ${account}`);
	}

	private isHandleOf(account: string, { response }: Asserted): boolean {
		return [undefined, null, "", this.handleOf(account)].includes(response.userHandle);
	}

	/** The same of the same text, which it does not say. */
	private markOf(text: string): string {
		return this.derive(`passkey mark ${text.normalize("NFC").trim().toLowerCase()}`);
	}

	/** @throws PASSKEYS_UNFIT */
	private get party(): RelyingParty {
		try {
			return relyingParty(settingsFor(this.broker, passkeys), settingsFor(this.broker, gateway).publicUrl);
		} catch (error) {
			throw failure("PASSKEYS_UNFIT", messageOf(error));
		}
	}

	private async clean(): Promise<void> {
		try {
			await this.kept.clean(Date.now());
		} catch (error) {
			this.logger.warn(`Passkeys' flows that are over could not be removed: ${messageOf(error)}`);
		}
	}
}

const begunAs = (flow: string, options: object): PasskeyBegun => ({
	flow,
	options: options as PasskeyBegun["options"]
});

/** @throws LIMIT_REACHED */
function unlessMany(there: number): void {
	if (there >= MOST) throw failure("LIMIT_REACHED", `You have ${MOST} passkeys: remove one that you no longer use.`);
}

const refused = (why: string): Error => failure("PASSKEY_REFUSED", `The passkey was not accepted: ${why}.`);
const over = (): Error =>
	failure("PASSKEY_FLOW_INVALID", "It is over, was used, or is somebody else's: ask for options anew.");
const challengeOver = (): Error =>
	failure("CHALLENGE_INVALID", "It is over, was used, or is of another browser: sign in anew with the first factor.");

/** @throws PASSKEY_REFUSED */
async function refusing<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw error instanceof Refused ? refused(error.message) : error;
	}
}
