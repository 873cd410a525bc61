import { createHash } from "node:crypto";
import { Action, type Answers, type CallOf, Service, service } from "../../cluster";
import type { JsonValue } from "../../contracts/json";
import { type Begun, idempotency, type KeptAnswer } from "../../contracts/platform/idempotency";
import { collection, Duplicate } from "../../mixins/collection.mixin";

const { begin, finish } = idempotency.actions;

interface Kept {
	readonly id: string;
	readonly digest: string;
	/** In ms since 1970. */
	readonly begunAt: number;
	readonly answer: KeptAnswer | null;
}

/** How long an answer is kept, in ms. */
export const KEPT_MS = 24 * 3_600_000;

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
	async started(): Promise<void> {
		const before = Date.now() - KEPT_MS;
		for (const { id } of await this.requests.find({ begunAt: { $lt: before } })) await this.requests.remove(id);
	}

	@Action(begin)
	async begin(ctx: CallOf<typeof begin>): Promise<Begun> {
		const { digest } = ctx.params;
		const id = idOf(ctx.params);
		const known = await this.requests.get(id);
		if (known && known.begunAt < Date.now() - KEPT_MS) await this.requests.remove(id);
		else if (known) return said(known, digest);
		try {
			await this.requests.insert({ id, digest, begunAt: Date.now(), answer: null });
			return { state: "new" };
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			return said((await this.requests.get(id)) as Kept, digest);
		}
	}

	@Action(finish)
	async finish(ctx: CallOf<typeof finish>): Promise<null> {
		const id = idOf(ctx.params);
		const { answer } = ctx.params;
		const known = await this.requests.get(id);
		if (answer === null) await this.requests.remove(id);
		else if (known) await this.requests.put({ ...known, answer: { ...answer, body: answer.body as JsonValue } });
		return null;
	}
}

function said({ digest, answer }: Kept, asked: string): Begun {
	if (digest !== asked) return { state: "reused" };
	return answer ? { state: "done", answer } : { state: "running" };
}
