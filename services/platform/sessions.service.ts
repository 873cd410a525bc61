import { randomBytes } from "node:crypto";
import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { personOf } from "../../cluster/person";
import { settingsFor } from "../../cluster/settings";
import type { ResultOf, SettingsOf } from "../../contracts/contract";
import type { Client, Person, SignedIn } from "../../contracts/people";
import { auth } from "../../contracts/platform/auth";
import { type Refreshed, type Session, sessions } from "../../contracts/platform/sessions";
import type { Rules } from "../../domain/platform/sessions/rotation";
import { readSessionToken } from "../../domain/platform/sessions/tokens";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { Checker } from "./sessions/checker";
import { Issuer } from "./sessions/issuer";
import { Kept } from "./sessions/kept";
import { tellOwner } from "./sessions/letter";
import { newSession, type StoredSession, shown } from "./sessions/record";
import { type Outcome, Refreshing } from "./sessions/refreshing";

const { open, check, raise, close, closeAll, refresh, list, revoke, revokeOthers } = sessions.actions;
const { listOf, revokeOf, revokeAll, personal, sweep } = sessions.actions;

type Ended = ResultOf<typeof revoke>;
type Mac = (text: string) => string;

/** Of a caller of whom nothing is known. */
const NOBODY: Client = { address: "", agent: "", device: null };

/** As they are when they are looked at. */
const rulesOf = (settings: SettingsOf<typeof sessions>): Rules => ({
	get slidingMs() {
		return settings.slidingSeconds * 1000;
	},
	get absoluteMs() {
		return settings.absoluteSeconds * 1000;
	},
	get graceMs() {
		return settings.graceSeconds * 1000;
	}
});

@Service(sessions)
export default class SessionsService
	extends service(
		secrets(),
		collection<"sessions", StoredSession>("sessions", "id", {
			indexes: [["account", "usedAt"], "endsAt", "openedAt"]
		})
	)
	implements Answers<typeof sessions>
{
	private kept!: Kept;
	private issuer!: Issuer;
	private checker!: Checker;
	private refreshing!: Refreshing;
	private readonly rules = rulesOf(settingsFor(this.broker, sessions));
	private readonly mac: Mac = text => this.secrets.derive(text);

	async started(): Promise<void> {
		const forget = (id: string | null): void => this.checker.forget(id);
		const { touchSeconds } = settingsFor(this.broker, sessions);
		const failed = (error: unknown): void => this.tell("The use of a session was not noted", error);
		this.kept = new Kept(this.sessions, this.rules, { afterMs: touchSeconds * 1000, failed }, forget);
		this.issuer = new Issuer(this.broker, this.mac);
		this.checker = new Checker(this.broker, this.mac, id => this.kept.live(id));
		const hears = { reused: (session: StoredSession) => this.tellReused(session), ended: forget };
		this.refreshing = new Refreshing(this.sessions, this.rules, this.mac, hears);
	}

	@Action(open)
	async open({ params }: CallOf<typeof open>): Promise<SignedIn> {
		const session = newSession(params, Date.now(), this.rules);
		const { account, id } = session;
		await this.sessions.insert(session);
		await this.kept.makeRoom(account, settingsFor(this.broker, sessions).sessionsEach);
		const pair = await this.issuer.pair(session);
		return { account, session: id, ...pair, sessionToken: this.issuer.sessionToken(session), device: params.device };
	}

	@Action(check)
	check({ params }: CallOf<typeof check>): Promise<Person | null> {
		return this.checker.person(params.token);
	}

	@Action(raise)
	async raise({ params: { session, factor } }: CallOf<typeof raise>): Promise<boolean> {
		const raised = (found: StoredSession): StoredSession => ({
			...found,
			factors: [...new Set([...found.factors, factor])],
			provedAt: Date.now()
		});
		return (await this.kept.change(session, raised)) !== undefined;
	}

	@Action(close)
	close({ params }: CallOf<typeof close>): Promise<boolean> {
		return this.kept.end(params.session);
	}

	@Action(closeAll)
	closeAll({ params: { account, except } }: CallOf<typeof closeAll>): Promise<number> {
		return this.kept.endAllOf(account, except);
	}

	/** A token before the cookie: whoever sends one means it. */
	@Action(refresh)
	async refresh({ params, meta }: CallOf<typeof refresh>): Promise<Refreshed> {
		const { refreshToken } = params;
		if (refreshToken === undefined) return this.byCookie(meta);
		const outcome = await this.refreshing.refresh(refreshToken, meta.client ?? NOBODY);
		this.broker.metrics.increment(sessions.metrics.refreshes.name, { outcome: outcome.is });
		const session = sessionIn(outcome);
		const pair = await this.issuer.pair(session);
		return { ...tokensOf(session, pair), refreshToken: pair.refreshToken };
	}

	/** It goes on being the same one: there is no other tab that would have to be told. */
	private async byCookie(meta: CallOf<typeof refresh>["meta"]): Promise<Refreshed> {
		const token = meta.cookies?.session ?? "";
		const id = readSessionToken(this.mac, token);
		const session = id === undefined ? undefined : await this.kept.live(id);
		if (!session) throw isOverNow();
		const now = Date.now();
		meta.setCookies = { session: { value: token, maxAgeS: Math.ceil((session.endsAt - now) / 1000) } };
		const serial = `c${randomBytes(9).toString("base64url")}`;
		return { ...tokensOf(session, await this.issuer.access(session, serial, now)), refreshToken: null };
	}

	@Action(list)
	async list({ meta }: CallOf<typeof list>): Promise<Session[]> {
		const { account, session } = personOf(meta);
		return this.shown(account, session);
	}

	@Action(revoke)
	async revoke({ params: { id }, meta }: CallOf<typeof revoke>): Promise<Ended> {
		if (await this.kept.end(id, personOf(meta).account)) return { ended: 1 };
		throw failure("SESSION_NOT_FOUND", "You have no such session: it ended, or was never yours.");
	}

	@Action(revokeOthers)
	async revokeOthers({ meta }: CallOf<typeof revokeOthers>): Promise<Ended> {
		const { account, session } = personOf(meta);
		return { ended: await this.kept.endAllOf(account, session) };
	}

	@Action(listOf)
	listOf({ params, meta }: CallOf<typeof listOf>): Promise<Session[]> {
		return this.shown(params.account, meta.caller?.person?.session);
	}

	@Action(revokeOf)
	async revokeOf({ params: { account, session } }: CallOf<typeof revokeOf>): Promise<Ended> {
		if (session === undefined) return { ended: await this.kept.endAllOf(account) };
		if (await this.kept.end(session, account)) return { ended: 1 };
		throw failure("SESSION_NOT_FOUND", "This account has no such session: it ended, or was never theirs.");
	}

	@Action(revokeAll)
	async revokeAll(_ctx: CallOf<typeof revokeAll>): Promise<Ended> {
		return { ended: await this.kept.endAll(Date.now()) };
	}

	@Action(sweep)
	sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		return this.kept.sweep(Date.now());
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<ResultOf<typeof personal>> {
		const kept = await this.shown(params.account, undefined);
		return kept.length === 0
			? null
			: kept.map(({ current: _, factors, ...session }) => ({ ...session, factors: [...factors] }));
	}

	@Event(sessions.events.changed)
	async changed({ params }: EventOf<typeof sessions.events.changed>): Promise<void> {
		this.checker?.forget(params.session);
	}

	@Event(sessions.events.reused)
	async reused(ctx: EventOf<typeof sessions.events.reused>): Promise<void> {
		await tellOwner(ctx);
	}

	/** What somebody may do has changed, or whether they may do anything: also of whoever signed in just then. */
	@Event(auth.events.changed)
	async accountChanged(ctx: EventOf<typeof auth.events.changed>): Promise<void> {
		const { account: id } = ctx.params;
		const account = await ctx.call("auth.account", { id });
		if (account?.state === "active") await this.kept.endOthersThan(id, account.scopes);
		else await this.kept.endAllOf(id);
	}

	@Event(auth.events.erased)
	async erased(ctx: EventOf<typeof auth.events.erased>): Promise<void> {
		const { account, request } = ctx.params;
		const count = await this.kept.endAllOf(account);
		await ctx.call("users.forgot", { request, service: sessions.name, count, kept: [] });
	}

	private async shown(account: string, asking: string | undefined): Promise<Session[]> {
		const all = await this.kept.of(account, Date.now());
		return all.map(session => shown(session, asking));
	}

	private tellReused({ id, account }: StoredSession): void {
		this.logger.warn(
			`A refresh token of session ${id} of account ${account} was used again: somebody else has it, so the session was ended.`
		);
	}

	private tell(what: string, error: unknown): void {
		this.logger.warn(`${what}: ${messageOf(error)}`);
	}
}

/** One answer, whatever it is: nobody learns what a token was. */
const isOverNow = () =>
	failure("SESSION_OVER", "This proves no session that goes on: sign in again, and send what you are given then.");

/** @throws SESSION_OVER */
function sessionIn(outcome: Outcome): StoredSession {
	if (outcome.is === "rotated" || outcome.is === "again") return outcome.session;
	throw isOverNow();
}

const tokensOf = (
	{ account, id }: StoredSession,
	{ accessToken, expiresAt }: Pick<Refreshed, "accessToken" | "expiresAt">
): Omit<Refreshed, "refreshToken"> => ({ account, session: id, accessToken, expiresAt });
