/**
 * Attempts of all nodes in one count, by rate-limiter-flexible. What it brings counts on beyond the limit, and what is given
 * back late begins the next window below zero: by a script of ours an attempt beyond the limit is not counted, and what was
 * counted is given back once, within its own window.
 */

import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { SharedAttempt, SharedCount } from "../../domain/throttle";
import type { RedisConnection } from "./connection";

/**
 * KEYS: the count. ARGV: 1 an attempt, -1 it was none, 0 it was a wrong one; the window in s; the limit. Kept are `n`
 * attempts, `w` of them wrong. Answers how many there are, or beyond the limit how many more than it + 1 are wrong; and the
 * time until the window is over, in ms.
 */
const SCRIPT = `
local add, limit = tonumber(ARGV[1]), tonumber(ARGV[3])
local n = tonumber(redis.call('hget', KEYS[1], 'n') or '0')
local w = tonumber(redis.call('hget', KEYS[1], 'w') or '0')
local ttl = redis.call('pttl', KEYS[1])
if add > 0 then
	if n >= limit then return {limit + 1 + w, ttl} end
	redis.call('hincrby', KEYS[1], 'n', 1)
	if ttl < 0 then
		redis.call('expire', KEYS[1], ARGV[2])
		ttl = 1000 * tonumber(ARGV[2])
	end
	return {n + 1, ttl}
end
if add == 0 and w < n then redis.call('hincrby', KEYS[1], 'w', 1) end
if add < 0 and w < n then
	n = n - 1
	if n == 0 then redis.call('del', KEYS[1]) else redis.call('hincrby', KEYS[1], 'n', -1) end
end
return {n, math.max(ttl, 0)}
`;

export interface CountRules {
	/** Tells it from other counts. */
	readonly name: string;
	readonly most: number;
	readonly windowMs: number;
}

export class RedisCount implements SharedCount {
	private readonly limiter: RateLimiterRedis;

	constructor(
		private readonly redis: RedisConnection,
		private readonly rules: CountRules
	) {
		this.limiter = new RateLimiterRedis({
			storeClient: redis.client,
			keyPrefix: redis.prefix("throttle"),
			points: rules.most,
			duration: Math.ceil(rules.windowMs / 1000),
			customIncrTtlLuaScript: SCRIPT
		});
	}

	async attempt(who: string): Promise<SharedAttempt | undefined> {
		const key = this.redis.digest(`${this.rules.name}\n${who}`);
		try {
			const { msBeforeNext } = await this.redis.ask(() => this.limiter.consume(key));
			return {
				waitMs: 0,
				spent: false,
				settle: this.settling(key, performance.now() + msBeforeNext - this.redis.commandMs)
			};
		} catch (error) {
			return error instanceof RateLimiterRes ? this.full(error) : undefined;
		}
	}

	private full({ consumedPoints, msBeforeNext }: RateLimiterRes): SharedAttempt {
		const spent = consumedPoints - this.rules.most - 1 >= this.rules.most;
		return { waitMs: Math.max(1, msBeforeNext), spent, settle: () => undefined };
	}

	/** Behind the end of its window there is nothing to settle: what counts then is another one's. */
	private settling(key: string, until: number): (wrong: boolean) => void {
		return wrong => {
			if (performance.now() > until) return;
			const settle = () => (wrong ? this.limiter.penalty(key, 0) : this.limiter.reward(key, 1));
			// Where Redis went away meanwhile the point is lost until the window is over.
			this.redis.ask(settle).catch(() => undefined);
		};
	}
}
