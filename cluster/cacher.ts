/**
 * Answers that are everybody's (`cache` in a contract) are given again for some seconds: of many who ask at once one is
 * answered by the action, at all nodes together where there is a Redis, at each where there is none, or while it is away.
 * Moleculer's layer and its lock are used as they are. Its cacher for Redis is not: its connection has a queue without an
 * end, a call fails with it, and what is over is looked for among all keys.
 */

import { createHash } from "node:crypto";
import { type ActionSchema, Cachers, type Context, type ServiceBroker } from "moleculer";
import type { JsonValue } from "../contracts/json";
import { canonical } from "../domain/canonical";
import { propertyOf } from "../domain/unknown";
import type { Handler } from "./middleware";
import { redisOf, type SharedAnswers } from "./redis";

/** The longest that one node answers for all, in ms. */
export const LOCK_MS = 10_000;
/** Answers in the memory of a node. */
const MOST = 1_000;

type Unlock = () => Promise<void>;

export class ClusterCacher extends Cachers.Base<object> {
	private readonly near = new Cachers.MemoryLRU({ max: MOST, clone: true } as object);
	/** Under way at this node. */
	private readonly flights = new Map<string, Promise<unknown>>();
	/** When each was begun: how often had all been cleared by then? */
	private readonly begun = new Map<string, number>();
	private cleared = 0;

	constructor() {
		super({ keygen: keyOf as never });
	}

	override init(broker: ServiceBroker): void {
		super.init(broker);
		this.near.init(broker);
	}

	override middleware() {
		const stock = super.middleware() as { localAction(next: Handler<Context>, action: ActionSchema): Handler<Context> };
		return {
			...stock,
			localAction: (next: Handler<Context>, action: ActionSchema): Handler<Context> => {
				if (!action.cache) return next;
				const cached = stock.localAction(next, action);
				return ctx => this.together(keyOf(action, action.cache, ctx), () => cached(ctx));
			}
		};
	}

	override async get(key: string): Promise<never> {
		return ((await this.far?.get(key)) ?? (this.far ? undefined : await this.near.get(key))) as never;
	}

	/** What was read before something changed is not kept behind it. */
	override async set(key: string, answer: unknown, seconds: number): Promise<void> {
		const begun = this.begun.get(key);
		this.begun.delete(key);
		if (begun !== this.cleared) return;
		if (this.far) await this.far.set(groupOf(key), key, answer, seconds);
		else await this.near.set(key, answer, seconds);
	}

	override async lock(key: string, ms = LOCK_MS): Promise<Unlock> {
		const unlock = this.far ? await this.far.lock(key, ms) : await this.near.lock(key, ms);
		this.begun.set(key, this.cleared);
		return unlock;
	}

	override tryLock(key: string, ms?: number): Promise<Unlock> {
		return this.lock(key, ms);
	}

	/** Of an action. */
	override async clean(action: string): Promise<void> {
		this.cleared++;
		this.flights.clear();
		await Promise.all([this.near.clean(`${action}:*`), this.far?.clear(action)]);
	}

	override async del(): Promise<void> {
		throw new Error("Answers are cleared by their action.");
	}

	override async getWithTTL(): Promise<null> {
		return null;
	}

	override close(): Promise<void> {
		return this.near.close();
	}

	/** Undefined where there is none, or while it is away. */
	private get far(): SharedAnswers | undefined {
		const redis = redisOf(this.broker);
		return redis?.state.up ? redis.answers : undefined;
	}

	/** Who asks while somebody of this node does has the same answer. */
	private together(key: string, ask: () => Promise<unknown>): Promise<unknown> {
		const under = this.flights.get(key);
		if (under !== undefined) return under;
		const flight = ask().finally(() => {
			if (this.flights.get(key) === flight) this.flights.delete(key);
		});
		this.flights.set(key, flight);
		return flight;
	}
}

const groupOf = (key: string): string => key.slice(0, key.indexOf(":"));

/** Nobody who reads the names of keys learns what was asked. */
function keyOf({ name }: ActionSchema, cache: unknown, { params }: Pick<Context, "params">): string {
	const keys = propertyOf(cache, "keys") as readonly string[];
	const values = keys.map(key => (propertyOf(params, key) ?? null) as JsonValue);
	return `${name}:${createHash("sha256").update(canonical(values)).digest("base64url")}`;
}
