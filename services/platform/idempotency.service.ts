import { createHash } from "node:crypto";
import { Duplicate } from "../../adapters/collection";
import { type Sealer, sealer } from "../../adapters/secrets";
import { Action, type Answers, type CallOf, Event, type EventOf, Service, service } from "../../cluster";
import { failure } from "../../cluster/errors";
import { settingsFor, settingsOf } from "../../cluster/settings";
import { access } from "../../contracts/platform/access";
import { type Begun, idempotency, type KeptAnswer } from "../../contracts/platform/idempotency";
import { InTurn } from "../../domain/in-turn";
import { Ledger } from "../../domain/platform/ledger";
import { messageOf } from "../../domain/unknown";
import { collection } from "../../mixins/collection.mixin";

const { begin, finish } = idempotency.actions;

interface Kept {
	readonly id: string;
	readonly digest: string;
	/** Whose it is; unknown of what was kept by an earlier version. */
	readonly client?: string;
	/** In ms since 1970. */
	readonly begunAt: number;
	/** Sealed: it may hold what is answered once, for example a new API key. */
	readonly answer: string | null;
	/** It failed, and may have had its effect. */
	readonly unknown?: true;
}

/** How long an answer is kept, in ms. */
const KEPT_MS = 24 * 3_600_000;
/** How often those that are over are removed, in ms. */
const CLEAN_MS = 3_600_000;

const idOf = ({ client, key }: { client: string; key: string }): string =>
	createHash("sha256")
		.update(JSON.stringify([client, key]))
		.digest("hex");

/** A request that was cut off before its answer was kept stays `running`: nobody can tell whether it had its effect. */
@Service(idempotency)
export default class IdempotencyService
	extends service(collection<"requests", Kept>("requests", "id", { indexes: ["begunAt"] }))
	implements Answers<typeof idempotency>
{
	private sealer!: Sealer;
	/** What is kept of whom. */
	private ledger!: Ledger;
	/** Of many at once each counts those before it. */
	private readonly beginning = new InTurn();

	private cleaning: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		this.sealer = sealer(settingsOf(this.broker).dataDir);
		this.ledger = new Ledger(settingsFor(this.broker, idempotency));
		for await (const kept of this.requests.each({}, { sort: "begunAt" })) this.ledger.put(kept);
		// On a full disk it can wait.
		await this.cleanOrTell();
		this.cleaning = setInterval(() => void this.cleanOrTell(), CLEAN_MS);
	}

	async stopped(): Promise<void> {
		clearInterval(this.cleaning);
	}

	@Action(begin)
	async begin(ctx: CallOf<typeof begin>): Promise<Begun> {
		const { digest } = ctx.params;
		const id = idOf(ctx.params);
		const known = await this.requests.get(id);
		if (known && known.begunAt < Date.now() - KEPT_MS) await this.forget(id);
		else if (known) return this.said(known, digest);
		const { client } = ctx.params;
		return this.beginning.next(() => this.begun({ id, client, digest, begunAt: Date.now(), answer: null }));
	}

	private async begun(fresh: Kept & { readonly client: string }): Promise<Begun> {
		await this.makeRoom(fresh.client);
		try {
			await this.requests.insert(fresh);
			this.ledger.put(fresh);
			return { state: "new" };
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			return this.said((await this.requests.get(fresh.id)) as Kept, fresh.digest);
		}
	}

	@Action(finish)
	async finish(ctx: CallOf<typeof finish>): Promise<null> {
		const id = idOf(ctx.params);
		const { answer, unknown } = ctx.params;
		const known = await this.requests.get(id);
		if (answer === null && !unknown) await this.forget(id);
		else if (known && answer === null) await this.requests.put({ ...known, unknown: true });
		else if (known) {
			const kept = { ...known, answer: this.sealer.seal(JSON.stringify(answer), id) };
			await this.requests.put(kept);
			for (const old of this.ledger.put(kept)) await this.forget(old);
		}
		return null;
	}

	/** What was answered to a key that is revoked, new keys among it, is nobody's any more. */
	@Event(access.events.revoked)
	async revoked({ params, delivery }: EventOf<typeof access.events.revoked>): Promise<void> {
		const kept: string[] = [];
		for await (const { id, client } of this.requests.each()) if (client === params.id) kept.push(id);
		await this.requests.write(
			kept.map(remove => ({ remove })),
			{ once: delivery }
		);
		for (const id of kept) this.ledger.remove(id);
	}

	/** @throws LIMIT_REACHED · OVERLOADED where nothing is old enough that nobody sends it again */
	private async makeRoom(client: string): Promise<void> {
		const { full, oldest } = this.ledger.roomFor(client, Date.now());
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
		this.ledger.remove(id);
	}

	private async clean(): Promise<void> {
		const before = Date.now() - KEPT_MS;
		for await (const { id } of this.requests.each({ begunAt: { $lt: before } }, { sort: "begunAt" }))
			await this.forget(id);
	}

	private async cleanOrTell(): Promise<void> {
		try {
			await this.clean();
		} catch (error) {
			this.logger.warn(`Old answers could not be removed: ${messageOf(error)}`);
		}
	}

	private said({ id, digest, answer, unknown }: Kept, asked: string): Begun {
		if (digest !== asked) return { state: "reused" };
		if (answer === null) return { state: unknown ? "unknown" : "running" };
		return { state: "done", answer: JSON.parse(this.sealer.open(answer, id)) as KeptAnswer };
	}
}
