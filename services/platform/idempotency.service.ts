import { createHash } from "node:crypto";
import { type Sealer, sealer } from "../../adapters/secrets";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import { settingsOf } from "../../cluster/settings";
import { type Begun, idempotency, type KeptAnswer } from "../../contracts/platform/idempotency";
import { collection, Duplicate } from "../../mixins/collection.mixin";

const { begin, finish } = idempotency.actions;

interface Kept {
	readonly id: string;
	readonly digest: string;
	/** In ms since 1970. */
	readonly begunAt: number;
	/** Sealed: it may hold what is answered once, for example a new API key. */
	readonly answer: string | null;
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
	extends service(collection<"requests", Kept>("requests", "id"))
	implements Answers<typeof idempotency>
{
	private sealer!: Sealer;

	private cleaning: NodeJS.Timeout | undefined;

	async started(): Promise<void> {
		this.sealer = sealer(settingsOf(this.broker).dataDir);
		await this.clean();
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
		if (known && known.begunAt < Date.now() - KEPT_MS) await this.requests.remove(id);
		else if (known) return this.said(known, digest);
		try {
			await this.requests.insert({ id, digest, begunAt: Date.now(), answer: null });
			return { state: "new" };
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			return this.said((await this.requests.get(id)) as Kept, digest);
		}
	}

	@Action(finish)
	async finish(ctx: CallOf<typeof finish>): Promise<null> {
		const id = idOf(ctx.params);
		const { answer } = ctx.params;
		const known = await this.requests.get(id);
		if (answer === null) await this.requests.remove(id);
		else if (known) await this.requests.put({ ...known, answer: this.sealer.seal(JSON.stringify(answer), id) });
		return null;
	}

	private async clean(): Promise<void> {
		const before = Date.now() - KEPT_MS;
		for (const { id } of await this.requests.find({ begunAt: { $lt: before } })) await this.requests.remove(id);
	}

	private async cleanOrTell(): Promise<void> {
		try {
			await this.clean();
		} catch (error) {
			this.logger.warn(`Old answers could not be removed: ${(error as Error).message}`);
		}
	}

	private said({ id, digest, answer }: Kept, asked: string): Begun {
		if (digest !== asked) return { state: "reused" };
		if (answer === null) return { state: "running" };
		return { state: "done", answer: JSON.parse(this.sealer.open(answer, id)) as KeptAnswer };
	}
}
