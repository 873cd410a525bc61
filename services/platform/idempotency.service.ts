import { createHash } from "node:crypto";
import type { Delivery } from "../../adapters/announcements";
import { Conflict, insertedOnce, type Versioned } from "../../adapters/collection";
import {
	Action,
	type Announced,
	type Answers,
	type CallOf,
	Event,
	type EventOf,
	Service,
	service
} from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import type { ResultOf } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import { access } from "../../contracts/platform/access";
import { auth } from "../../contracts/platform/auth";
import { type Begun, idempotency, type KeptAnswer } from "../../contracts/platform/idempotency";
import { InTurn } from "../../domain/in-turn";
import { KEY_KEPT_MS, stateOf } from "../../domain/platform/idempotency";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";
import { resealed, secrets } from "../../mixins/secrets.mixin";
import { Accounts, type Kept } from "./idempotency/accounts";

const { begin, finish, personal, reseal, sweep } = idempotency.actions;

type Fresh = Kept & { readonly client: string };

/** How often it is read what other nodes keep, in ms. */
const OTHERS_MS = 5_000;

const isNew = ({ begunAt }: Kept): Begun => ({ state: "new", since: begunAt });
/** As the gateway calls somebody who is signed in. */
const clientOf = (account: string): string => `person:${account}`;
/** The name of no gateway. */
const NOBODY = "";
/** Nobody knows what became of it: what may be done twice is done by the next who asks. */
const givenUp = ({ repeatable }: Kept): Partial<Kept> =>
	repeatable === true ? { gateway: NOBODY } : { unknown: true };

const idOf = ({ client, key }: { client: string; key: string }): string =>
	createHash("sha256")
		.update(JSON.stringify([client, key]))
		.digest("hex");

/** A request that was cut off before its answer was kept stays `running`: nobody can tell whether it had its effect. */
@Service(idempotency)
export default class IdempotencyService
	extends service(secrets(), collection<"requests", Kept>("requests", "id", { indexes: ["begunAt", "changedAt"] }))
	implements Answers<typeof idempotency>
{
	private accounts!: Accounts;
	/** Of many at once each counts those before it. */
	private readonly beginning = new InTurn();

	private upkeep: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		const isShared = settingsOf(this.broker).store === "cluster";
		this.accounts = new Accounts(this.requests, settingsFor(this.broker, idempotency), isShared);
		await this.accounts.read();
		if (isShared) this.upkeep = setInterval(() => void this.readOnOrTell(), OTHERS_MS);
	}

	async stopped(): Promise<void> {
		clearInterval(this.upkeep);
	}

	@Action(begin)
	async begin(ctx: CallOf<typeof begin>): Promise<Begun> {
		const { key: _, ...given } = ctx.params;
		const now = Date.now();
		const fresh: Fresh = { id: idOf(ctx.params), ...given, begunAt: now, changedAt: now, answer: null };
		const known = await this.requests.read(fresh.id);
		if (known && known.record.begunAt < now - KEY_KEPT_MS) await this.forget(fresh.id);
		else if (known) return this.again(known, fresh);
		return this.beginning.next(() => this.begun(fresh));
	}

	private async begun(fresh: Fresh): Promise<Begun> {
		await this.makeRoom(fresh.client);
		const known = await insertedOnce<Kept, Announced>(this.requests, fresh);
		if (known) return this.again(known, fresh);
		this.accounts.put(fresh);
		return isNew(fresh);
	}

	/** One that is under way goes on by whoever began it; once that gateway is gone, what may be done twice is done again. */
	private async again({ record, version }: Versioned<Kept>, fresh: Fresh): Promise<Begun> {
		const said = this.said(record, fresh.digest);
		if (said.state !== "running") return said;
		if (fresh.token !== undefined && record.token === fresh.token) return isNew(record);
		if (!this.isGone(record)) return said;
		if (!record.repeatable) return { state: "unknown" };
		try {
			await this.requests.put({ ...fresh, begunAt: record.begunAt }, { expected: version });
			return isNew(record);
		} catch (error) {
			if (!(error instanceof Conflict)) throw error;
			return said;
		}
	}

	/** Whoever began it can end it no more. */
	private isGone({ gateway }: Kept): boolean {
		return gateway !== undefined && !this.broker.registry.nodes.get(gateway)?.available;
	}

	@Action(finish)
	async finish(ctx: CallOf<typeof finish>): Promise<null> {
		const id = idOf(ctx.params);
		const { answer, unknown } = ctx.params;
		const known = await this.requests.get(id);
		if (answer === null && !unknown) await this.forget(id);
		else if (known && answer === null) await this.requests.put({ ...known, changedAt: Date.now(), ...givenUp(known) });
		else if (known) {
			const sealed = this.secrets.seal(JSON.stringify(answer), id);
			const kept = { ...known, changedAt: Date.now(), answer: sealed };
			await this.requests.put(kept);
			for (const old of this.accounts.put(kept)) await this.forget(old);
		}
		return null;
	}

	@Action(reseal)
	reseal(ctx: CallOf<typeof reseal>): Promise<ResultOf<typeof reseal>> {
		return resealed(this, ctx.params, async () => {
			const count = { left: 0, resealed: 0 };
			for await (const { id, answer } of this.requests.each())
				if (answer !== null && this.secrets.isStale(answer)) count[await this.resealedOne(id)]++;
			return count;
		});
	}

	private async resealedOne(id: string): Promise<"left" | "resealed"> {
		const found = await this.requests.read(id);
		if (!found?.record.answer) return "resealed";
		const answer = this.secrets.seal(this.secrets.open(found.record.answer, id), id);
		try {
			await this.requests.put({ ...found.record, answer }, { expected: found.version });
			return "resealed";
		} catch (error) {
			if (error instanceof Conflict) return "left";
			throw error;
		}
	}

	/** What was answered to a key that is revoked, new keys among it, is nobody's any more. */
	@Event(access.events.revoked)
	async revoked({ params, delivery }: EventOf<typeof access.events.revoked>): Promise<void> {
		await this.forgetAll(params.id, delivery);
	}

	@Action(personal)
	async personal({ params }: CallOf<typeof personal>): Promise<JsonValue> {
		const { length } = await this.idsOf(clientOf(params.account));
		// The same was answered to them already.
		return length === 0 ? null : { keptAnswers: length };
	}

	@Event(auth.events.erased)
	async erased({ params: { account, request } }: EventOf<typeof auth.events.erased>): Promise<void> {
		const count = await this.forgetAll(clientOf(account));
		await this.broker.call("users.forgot", { request, service: idempotency.name, count, kept: [] });
	}

	private async idsOf(owner: string): Promise<string[]> {
		const kept: string[] = [];
		for await (const { id, client } of this.requests.each()) if (client === owner) kept.push(id);
		return kept;
	}

	/** @throws Repeated */
	private async forgetAll(owner: string, once?: Delivery): Promise<number> {
		const kept = await this.idsOf(owner);
		const changes = kept.map(remove => ({ remove }));
		if (once || changes.length > 0) await this.requests.write(changes, { ...(once && { once }) });
		for (const id of kept) this.accounts.remove(id);
		return kept.length;
	}

	/** @throws LIMIT_REACHED · OVERLOADED where nothing is old enough that nobody sends it again */
	private async makeRoom(client: string): Promise<void> {
		const { full, oldest } = await this.accounts.roomFor(client);
		if (full === undefined) return;
		if (oldest !== undefined) await this.forget(oldest);
		else if (full === "answers")
			throw failure(
				"OVERLOADED",
				`${idempotency.settings.answers.variable} is reached: ask without an Idempotency-Key, or later.`
			);
		else
			throw failure(
				"LIMIT_REACHED",
				`${idempotency.settings.answersEach.variable} is reached: answers are kept for an hour at least. Ask without an Idempotency-Key, or later.`
			);
	}

	private async forget(id: string): Promise<void> {
		await this.requests.remove(id);
		this.accounts.remove(id);
	}

	@Action(sweep)
	async sweep(_ctx: CallOf<typeof sweep>): Promise<number> {
		const before = Date.now() - KEY_KEPT_MS;
		let count = 0;
		for await (const { id } of this.requests.each({ begunAt: { $lt: before } }, { sort: "begunAt" })) {
			await this.forget(id);
			count++;
		}
		return count;
	}

	private async readOnOrTell(): Promise<void> {
		try {
			await this.accounts.readOn();
		} catch (error) {
			this.logger.warn(`The kept answers could not be looked through: ${messageOf(error)}`);
		}
	}

	private said({ id, digest, answer, unknown }: Kept, asked: string): Begun {
		const state = stateOf({ digest, answered: answer !== null, unknown }, asked);
		if (state !== "done" || answer === null) return { state };
		return { state, answer: JSON.parse(this.secrets.open(answer, id)) as KeptAnswer };
	}
}
