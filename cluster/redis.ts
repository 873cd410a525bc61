/** What the nodes of a cluster share in Redis, where they have one: counts, and whether it is there. */

import type { RedisState } from "../adapters/redis/connection";
import type { CountRules } from "../adapters/redis/shared-count";
import type { Counter, Taken } from "../domain/platform/limits/windows";
import { type Attempt, type SharedCount, Throttle } from "../domain/throttle";

/** A Redis that is there, or away. */
export interface SharedRedis {
	readonly state: RedisState;
	/** A count of all nodes that reach it. */
	count(rules: CountRules): SharedCount;
	/** Requests of all gateways. */
	readonly windows: SharedWindows;
	readonly answers: SharedAnswers;
}

/** Requests counted in windows, by all nodes that reach it. */
export interface SharedWindows {
	/** Undefined where it is away. Never fails. */
	take(counters: readonly Counter[], amount?: 0 | 1): Promise<Taken | undefined>;
}

/** Answers of all nodes, by the action that gave them. Nothing of it fails. */
export interface SharedAnswers {
	get(key: string): Promise<unknown>;
	set(action: string, key: string, answer: unknown, seconds: number): Promise<void>;
	clear(action: string): Promise<void>;
	lock(key: string, ms: number): Promise<() => Promise<void>>;
}

const OF_BROKERS = new WeakMap<object, SharedRedis>();

export const setRedis = (broker: object, redis: SharedRedis): void => void OF_BROKERS.set(broker, redis);

/** Undefined where the node has none. */
export const redisOf = (broker: object): SharedRedis | undefined => OF_BROKERS.get(broker);

/** What is wrong, what it means and what to do. */
export const awayWords = ({ why }: Extract<RedisState, { up: false }>): string =>
	`Redis is away: ${why}. Each node counts for itself until it is back; look at it, and at REDIS_URL.`;

/** A count of all nodes. Where there is no Redis it is out of reach. */
export class ClusterCount implements SharedCount {
	private count: SharedCount | undefined;

	constructor(
		private readonly broker: object,
		private readonly rules: CountRules
	) {}

	/** False: each node counts for itself, and nobody has to wait to learn so. */
	get isShared(): boolean {
		return redisOf(this.broker)?.state.up === true;
	}

	async attempt(who: string): ReturnType<SharedCount["attempt"]> {
		const redis = redisOf(this.broker);
		if (!redis) return undefined;
		this.count ??= redis.count(this.rules);
		return this.count.attempt(who);
	}
}

/**
 * So many attempts in a while at all nodes together where they have a Redis, at each of them where they have none, or while
 * it is away. What this node refuses by itself is asked of nobody.
 */
export class ClusterThrottle {
	private readonly own: Throttle;
	private readonly all: ClusterCount;

	constructor(broker: object, rules: CountRules) {
		this.own = new Throttle(rules.most, rules.windowMs);
		this.all = new ClusterCount(broker, rules);
	}

	attempt(who: string): Attempt | Promise<Attempt> {
		const own = this.own.attempt(who, performance.now());
		return own.waitMs > 0 || !this.all.isShared ? own : this.shared(who, own);
	}

	private async shared(who: string, own: Attempt): Promise<Attempt> {
		const all = await this.all.attempt(who);
		if (!all) return own;
		if (all.waitMs > 0) {
			own.settle(false);
			return all;
		}
		return {
			waitMs: 0,
			settle: wrong => {
				own.settle(wrong);
				all.settle(wrong);
			}
		};
	}
}
