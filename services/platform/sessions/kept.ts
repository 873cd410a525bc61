/** The sessions that are kept: found, changed and ended, whoever else does so meanwhile. */

import { type Change, type Collection, Conflict } from "../../../adapters/collection";
import type { Announced } from "../../../cluster";
import { type Ends, isOver, used } from "../../../domain/platform/sessions/rotation";
import type { StoredSession } from "./record";

type Stored = Collection<StoredSession, Announced>;
/** Of an account, or of all there are. */
const AT_ONCE = 500;

/** A session is over, or another one than it was; without one: each of the account; without either: each there is. */
export const changedEvent = (account: string | null, session: string | null) =>
	({ event: "sessions.changed", payload: { account, session } }) as const;

const removals = (records: readonly StoredSession[]): Change<StoredSession>[] =>
	records.map(({ id }) => ({ remove: id }));

export interface Touching {
	/** How old the last use may be before another one is noted, in ms. */
	readonly afterMs: number;
	/** Nobody waits for it. */
	failed(error: unknown): void;
}

export class Kept {
	/** @param forget what was remembered of a session here, or of all */
	constructor(
		private readonly stored: Stored,
		private readonly ends: Ends,
		private readonly touching: Touching,
		private readonly forget: (session: string | null) => void
	) {}

	/** As it is, where it is not over; its use is noted now and then. */
	async live(id: string): Promise<StoredSession | undefined> {
		const found = await this.stored.read(id);
		const now = Date.now();
		if (!found || isOver(found.record, now, this.ends)) return undefined;
		if (now - found.record.usedAt >= this.touching.afterMs) void this.touch(found.record, found.version, now);
		return found.record;
	}

	private async touch(session: StoredSession, expected: string, now: number): Promise<void> {
		try {
			await this.stored.put(used(session, now, this.ends), { expected });
		} catch (error) {
			// Another use of it was noted, or it ended.
			if (!(error instanceof Conflict)) this.touching.failed(error);
		}
	}

	/** As often as others change it meanwhile. @returns it as it is then, undefined where there is none */
	async change(id: string, next: (session: StoredSession) => StoredSession): Promise<StoredSession | undefined> {
		return settled(async () => {
			const found = await this.stored.read(id);
			if (!found || isOver(found.record, Date.now(), this.ends)) return undefined;
			const changed = next(found.record);
			await this.stored.put(changed, { expected: found.version, events: [changedEvent(changed.account, id)] });
			this.forget(id);
			return changed;
		});
	}

	/** Ends those that give an account what it may not do any more, or not what it may by now. */
	async endOthersThan(account: string, scopes: readonly string[]): Promise<void> {
		const wanted = String([...scopes].sort());
		for (const { id, scopes: given } of await this.of(account, Date.now()))
			if (String([...given].sort()) !== wanted) await this.end(id);
	}

	/** Those of an account that are not over, the one that was used last before the others. */
	async of(account: string, now: number): Promise<StoredSession[]> {
		const found: StoredSession[] = [];
		for await (const session of this.stored.each({ account }, { sort: "-usedAt" }))
			if (!isOver(session, now, this.ends)) found.push(session);
		return found;
	}

	/** @param account whose it must be, where that matters @returns false where there is none */
	async end(id: string, account?: string): Promise<boolean> {
		const found = await this.stored.get(id);
		if (!found || (account !== undefined && found.account !== account)) return false;
		const isEnded = await this.stored.remove(id, { events: [changedEvent(found.account, id)] });
		this.forget(id);
		return isEnded;
	}

	/** Also those that are opened while it is at it. @returns how many there were */
	async endAllOf(account: string, except: string | null = null): Promise<number> {
		const filter = { account, ...(except !== null && { id: { $ne: except } }) };
		for (let ended = 0; ; ) {
			const { records } = await this.stored.find(filter, { limit: AT_ONCE });
			if (records.length === 0) return ended;
			await this.stored.write(removals(records), { events: [changedEvent(account, null)] });
			this.forget(null);
			ended += records.length;
		}
	}

	/** Everyone's that were opened until then. @returns how many there were */
	async endAll(until: number): Promise<number> {
		for (let ended = 0; ; ) {
			const { records } = await this.stored.find({ openedAt: { $lte: until } }, { sort: "openedAt", limit: AT_ONCE });
			if (records.length === 0) return ended;
			await this.stored.write(removals(records), { events: [changedEvent(null, null)] });
			this.forget(null);
			ended += records.length;
		}
	}

	/** Makes room for the newest of an account: those that were used the longest ago end. */
	async makeRoom(account: string, most: number): Promise<void> {
		const over = (await this.stored.count({ account })) - most;
		if (over <= 0) return;
		const { records } = await this.stored.find({ account }, { sort: "usedAt", limit: over });
		await this.stored.write(removals(records), { events: records.map(({ id }) => changedEvent(account, id)) });
		for (const { id } of records) this.forget(id);
	}

	/** Takes away what is over. @returns how many there were */
	async sweep(now: number): Promise<number> {
		for (let swept = 0; ; ) {
			const { records } = await this.stored.find({ endsAt: { $lt: now } }, { sort: "endsAt", limit: AT_ONCE });
			if (records.length === 0) return swept;
			await this.stored.write(removals(records));
			swept += records.length;
		}
	}
}

/** Begins anew as often as somebody else was quicker. */
export async function settled<T>(work: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof Conflict)) throw error;
		}
	}
}
