import { Conflict } from "../../adapters/collection";
import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { settingsFor } from "../../cluster/settings";
import type { Person, SignedIn } from "../../contracts/people";
import { sessions } from "../../contracts/platform/sessions";
import { isOver, type Rules, used } from "../../domain/platform/sessions/rotation";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { secrets } from "../../mixins/secrets.mixin";
import { Checker } from "./sessions/checker";
import { Issuer } from "./sessions/issuer";
import { newSession, type StoredSession } from "./sessions/record";

const { open, check, raise, close, closeAll } = sessions.actions;

@Service(sessions)
export default class SessionsService
	extends service(
		secrets(),
		collection<"sessions", StoredSession>("sessions", "id", { indexes: [["account", "usedAt"], "endsAt"] })
	)
	implements Answers<typeof sessions>
{
	private issuer!: Issuer;
	private checker!: Checker;

	async started(): Promise<void> {
		const mac = (text: string): string => this.secrets.derive(text);
		this.issuer = new Issuer(this.broker, mac);
		this.checker = new Checker(this.broker, mac, id => this.live(id));
	}

	private get rules(): Rules {
		const { slidingSeconds, absoluteSeconds, graceSeconds } = settingsFor(this.broker, sessions);
		return { slidingMs: slidingSeconds * 1000, absoluteMs: absoluteSeconds * 1000, graceMs: graceSeconds * 1000 };
	}

	@Action(open)
	async open({ params }: CallOf<typeof open>): Promise<SignedIn> {
		const session = newSession(params, Date.now(), this.rules);
		await this.sessions.insert(session);
		const { account, id } = session;
		return { account, session: id, ...(await this.issuer.pair(session)), device: params.device };
	}

	@Action(check)
	check({ params }: CallOf<typeof check>): Promise<Person | null> {
		return this.checker.person(params.token);
	}

	/** Its use is noted now and then, and nobody waits for that. */
	private async live(id: string): Promise<StoredSession | undefined> {
		const found = await this.sessions.read(id);
		const now = Date.now();
		if (!found || isOver(found.record, now, this.rules)) return undefined;
		const { touchSeconds } = settingsFor(this.broker, sessions);
		if (now - found.record.usedAt >= touchSeconds * 1000) void this.touch(found.record, found.version, now);
		return found.record;
	}

	private async touch(session: StoredSession, expected: string, now: number): Promise<void> {
		try {
			await this.sessions.put(used(session, now, this.rules), { expected });
		} catch (error) {
			// Another use of it was noted, or it ended.
			if (!(error instanceof Conflict)) this.logger.warn(`The use of a session was not noted: ${messageOf(error)}`);
		}
	}

	@Action(raise)
	async raise({ params: { session, factor } }: CallOf<typeof raise>): Promise<boolean> {
		const changed = await this.change(session, found => ({
			...found,
			factors: [...new Set([...found.factors, factor])],
			provedAt: Date.now()
		}));
		return changed !== undefined;
	}

	/** As often as others change it meanwhile; undefined where there is none. */
	private async change(
		id: string,
		next: (session: StoredSession) => StoredSession
	): Promise<StoredSession | undefined> {
		for (;;) {
			const found = await this.sessions.read(id);
			if (!found || isOver(found.record, Date.now(), this.rules)) return undefined;
			const changed = next(found.record);
			try {
				await this.sessions.put(changed, { expected: found.version, events: [changedEvent(changed)] });
				this.checker.forget(id);
				return changed;
			} catch (error) {
				if (!(error instanceof Conflict)) throw error;
			}
		}
	}

	@Action(close)
	async close({ params: { session } }: CallOf<typeof close>): Promise<boolean> {
		const found = await this.sessions.get(session);
		if (!found || !(await this.sessions.remove(session, { events: [changedEvent(found)] }))) return false;
		this.checker.forget(session);
		return true;
	}

	@Action(closeAll)
	async closeAll({ params: { account, except } }: CallOf<typeof closeAll>): Promise<number> {
		const ids: string[] = [];
		for await (const { id } of this.sessions.each({ account })) if (id !== except) ids.push(id);
		if (ids.length === 0) return 0;
		const events = [{ event: "sessions.changed", payload: { account, session: null } }] as const;
		await this.sessions.write(
			ids.map(remove => ({ remove })),
			{ events }
		);
		this.checker.forget(null);
		return ids.length;
	}

	@Event(sessions.events.changed)
	async changed({ params }: EventOf<typeof sessions.events.changed>): Promise<void> {
		this.checker?.forget(params.session);
	}
}

const changedEvent = ({ account, id }: Pick<StoredSession, "account" | "id">) =>
	({ event: "sessions.changed", payload: { account, session: id } }) as const;
