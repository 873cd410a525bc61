import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { personOf } from "../../cluster/person";
import { publicUrlOf } from "../../cluster/public-url";
import { settingsFor } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import type { Account, Entered } from "../../contracts/people";
import { auth } from "../../contracts/platform/auth";
import { type Adopted, type LetterLink, type LoggedIn, METRICS, type Taken } from "../../contracts/platform/auth-forms";
import { legacy } from "../../contracts/platform/legacy";
import { type StoredAccount, shown, withOwn } from "../../domain/platform/accounts/account";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { Accounts, type Calls, type Row, SHAPE } from "./auth/accounts";
import { Adopting } from "./auth/adopting";
import { Asking, newId } from "./auth/asking";
import { breachedBy } from "./auth/breaches";
import { arrivals, givenBack, lookedAt } from "./auth/bringing";
import { created, founded } from "./auth/creating";
import { clientOf, Entering, toldIn } from "./auth/entering";
import { Hashing } from "./auth/hashing";
import { Lazily } from "./auth/lazily";
import { erased, inState, listed, personalOf, swept, withScopes } from "./auth/managing";
import { Passwords } from "./auth/passwords";
import { addressIn, changedBy, refuseClosed } from "./auth/people";
import { linkFor, provenBy, withAddress, withReset } from "./auth/proving";

const actions = auth.actions;
const { account, adopt, adoptAll, changeEmail, changePassword, create, disable, enable, enter, erase, find, forgot } =
	actions;
const { grant, list, login, logout, me, personal, prove, register, remove, resend, reset, resetLink, setMe } = actions;
const { arrived, giveBack, hasPassword, look, startReset, sweep, verify, verifyLink } = actions;

@Service(auth)
export default class AuthService
	extends service(secrets(), collection<"accounts", Row>("accounts", "id", SHAPE))
	implements Answers<typeof auth>
{
	private people!: Accounts;
	private entering!: Entering;
	private asking!: Asking;
	private adopting!: Adopting;
	private passwords!: Passwords;

	async started(): Promise<void> {
		const [settings, derive] = [settingsFor(this.broker, auth), (text: string): string => this.secrets.derive(text)];
		this.people = new Accounts(this.accounts);
		const hashing = new Hashing(settings);
		this.entering = new Entering(
			this.people,
			sentence => this.logger.warn(sentence),
			(by, outcome) => this.broker.metrics.increment(METRICS.logins.name, { by, outcome })
		);
		this.asking = new Asking(this.people, derive, new URL(settings.page, publicUrlOf(this.broker)).href);
		this.adopting = new Adopting(this.people, derive, settings.unsalted);
		const isAsked = settingsFor(this.broker, legacy).file !== "";
		const lazily = isAsked ? new Lazily(this.people, this.adopting, hashing) : undefined;
		this.passwords = new Passwords(this.people, hashing, breachedBy(this.broker, settings.breached), lazily);
		await founded(this.people, settings.administrator);
	}

	@Action(register)
	async register({ params }: CallOf<typeof register>): Promise<Taken> {
		refuseClosed(settingsFor(this.broker, auth));
		const [to, name] = [addressIn(params.email), params.name ?? null];
		const password = await this.passwords.taken(params.password, { email: to, name });
		return this.asking.ask({ want: "register", to, password, name });
	}

	@Action(login)
	async login(ctx: CallOf<typeof login>): Promise<LoggedIn> {
		const { email, password, cookie } = ctx.params;
		const client = clientOf(ctx);
		const tried = await this.passwords.login(ctx, addressIn(email), password, client);
		const entered = await this.entering.enter(ctx, tried?.account, { ...tried, factors: ["password"], client });
		return toldIn(ctx.meta, entered, cookie);
	}

	@Action(logout)
	async logout(ctx: CallOf<typeof logout>): Promise<ResultOf<typeof logout>> {
		const ended = await ctx.call("sessions.close", { session: personOf(ctx.meta).session });
		ctx.meta.setCookies = { session: null };
		return { ended };
	}

	@Action(me)
	async me({ meta }: CallOf<typeof me>): Promise<Account> {
		return shown(await this.people.there(personOf(meta).account));
	}

	@Action(setMe)
	async setMe({ params, meta }: CallOf<typeof setMe>): Promise<Account> {
		const { name } = params;
		const next = (now: StoredAccount) => ({ ...now, name, own: withOwn(now.own, "name") });
		return shown(await changedBy(this.people, personOf(meta).account, next));
	}

	/** Sessions end before it, too: killed in between, none of them outlives what opened it. */
	@Action(changePassword)
	async changePassword(ctx: CallOf<typeof changePassword>): Promise<ResultOf<typeof reset>> {
		const person = personOf(ctx.meta);
		const { current = null, password, others } = ctx.params;
		const end = async () => (others ? this.ended(ctx, person.account, person.session) : 0);
		let sessionsEnded = 0;
		await this.passwords.change(ctx, { person, client: clientOf(ctx), current, password }, async () => {
			sessionsEnded = await end();
		});
		return { sessionsEnded: sessionsEnded + (await end()) };
	}

	@Action(changeEmail)
	async changeEmail({ params, meta }: CallOf<typeof changeEmail>): Promise<Taken> {
		return this.asking.ask({ want: "email", to: addressIn(params.email), account: personOf(meta).account });
	}

	@Action(forgot)
	forgot({ params }: CallOf<typeof forgot>): Promise<Taken> {
		return this.asking.ask({ want: "forgot", to: addressIn(params.email) });
	}

	@Action(resend)
	resend({ params }: CallOf<typeof resend>): Promise<Taken> {
		return this.asking.ask({ want: "resend", to: addressIn(params.email) });
	}

	@Action(resetLink)
	resetLink({ params }: CallOf<typeof resetLink>): Promise<LetterLink> {
		return linkFor(this.people, params.token, "reset-password");
	}

	@Action(reset)
	async reset(ctx: CallOf<typeof reset>): Promise<ResultOf<typeof reset>> {
		const { token, password, others } = ctx.params;
		const found = await provenBy(this.people, token, "reset");
		const hash = await this.passwords.taken(password, found.account);
		const end = async () => (others ? this.ended(ctx, found.account.id, null) : 0);
		const before = await end();
		await withReset(this.people, found, hash);
		return { sessionsEnded: before + (await end()) };
	}

	@Action(verifyLink)
	verifyLink({ params }: CallOf<typeof verifyLink>): Promise<LetterLink> {
		return linkFor(this.people, params.token, "verify-email");
	}

	@Action(verify)
	async verify({ params }: CallOf<typeof verify>): Promise<ResultOf<typeof verify>> {
		const found = await provenBy(this.people, params.token, "verify", "email");
		const { email, verified } = await withAddress(this.people, found);
		return { email, verified };
	}

	@Action(list)
	list({ params }: CallOf<typeof list>): Promise<ResultOf<typeof list>> {
		return listed(this.people, params);
	}

	@Action(find)
	async find({ params }: CallOf<typeof find>): Promise<Account> {
		return shown(await this.people.there(params.id));
	}

	@Action(create)
	create({ params, meta }: CallOf<typeof create>): Promise<Account> {
		return created(this.people, meta, params);
	}

	@Action(disable)
	async disable(ctx: CallOf<typeof disable>): Promise<Account> {
		const disabled = await inState(this.people, ctx.params.id, "disabled");
		await this.ended(ctx, disabled.id, null);
		return shown(disabled);
	}

	@Action(enable)
	async enable({ params }: CallOf<typeof enable>): Promise<Account> {
		return shown(await inState(this.people, params.id, "active"));
	}

	@Action(remove)
	async remove(ctx: CallOf<typeof remove>): Promise<Account> {
		const found = await this.people.there(ctx.params.id);
		await erased(this.people, ctx, found.id, `auth-${newId()}`);
		return shown(found);
	}

	@Action(grant)
	async grant(ctx: CallOf<typeof grant>): Promise<Account> {
		const granted = await withScopes(this.people, ctx.meta, ctx.params);
		await this.ended(ctx, granted.id, null);
		return shown(granted);
	}

	@Action(startReset)
	async startReset({ params }: CallOf<typeof startReset>): Promise<Taken> {
		const { id, email } = await this.people.there(params.id);
		return this.asking.ask({ want: "forgot", to: email, account: id });
	}

	@Action(adopt)
	adopt(ctx: CallOf<typeof adopt>): Promise<Adopted> {
		return this.adopting.adopt(ctx, ctx.params, ctx.params.account, { how: "lazy" });
	}

	@Action(adoptAll)
	async adoptAll(ctx: CallOf<typeof adoptAll>): Promise<ResultOf<typeof adoptAll>> {
		const { accounts, digestKey } = ctx.params;
		return { results: await this.adopting.adoptAll(ctx, ctx.params, accounts, digestKey) };
	}

	@Action(look)
	look({ params }: CallOf<typeof look>): Promise<ResultOf<typeof look>> {
		return lookedAt(this.people, params);
	}

	@Action(giveBack)
	giveBack(ctx: CallOf<typeof giveBack>): Promise<ResultOf<typeof giveBack>> {
		return givenBack(this.people, ctx, ctx.params, `auth-${newId()}`);
	}

	@Action(arrived)
	arrived({ params }: CallOf<typeof arrived>): Promise<ResultOf<typeof arrived>> {
		return arrivals(this.people, params);
	}

	@Action(hasPassword)
	async hasPassword({ params }: CallOf<typeof hasPassword>): Promise<boolean> {
		return typeof (await this.people.get(params.account))?.password === "string";
	}

	@Action(account)
	async account({ params }: CallOf<typeof account>): Promise<Account | null> {
		const found = await this.people.get(params.id);
		return found?.kind === "account" ? shown(found) : null;
	}

	@Action(enter)
	async enter(ctx: CallOf<typeof enter>): Promise<Entered> {
		const { account: id, ...proven } = ctx.params;
		return this.entering.enter(ctx, await this.people.get(id), proven);
	}

	@Action(prove)
	prove(ctx: CallOf<typeof prove>): Promise<boolean> {
		const { account: id, password, client } = ctx.params;
		return this.passwords.prove(ctx, id, password, client);
	}

	@Action(sweep)
	sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		return swept(this.people);
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		return personalOf(await this.people.get(params.account));
	}

	@Action(erase)
	async erase(ctx: CallOf<typeof erase>): Promise<boolean> {
		return erased(this.people, ctx, ctx.params.account, ctx.params.request);
	}

	/** It went when it was told. */
	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		await ctx.call("users.forgot", { request: ctx.params.request, service: auth.name, count: 1, kept: [] });
	}

	@Event(auth.events.asked)
	async done(ctx: EventOf<typeof auth.events.asked>): Promise<void> {
		await this.asking.done(ctx, ctx.params.id, ctx.delivery);
	}

	private ended(by: Calls, id: string, except: string | null): Promise<number> {
		return by.call("sessions.closeAll", { account: id, except });
	}
}
