/**
 * Requests of all gateways, counted in windows. By a script of ours: what is under several counters is counted in all of them
 * or, where one is spent, in none, in one step, so that no two gateways both take the last one. What comes while an
 * answer is awaited goes together with the next question: the more requests, the less of Redis each one costs.
 */

import { hash } from "node:crypto";
import type { Redis } from "ioredis";
import type { Count, Counter, Taken } from "../../domain/platform/limits/windows";
import { textOf } from "../../domain/unknown";
import type { RedisConnection } from "./connection";

/**
 * KEYS: counters. ARGV: of each its quota and its window in ms; then of each request 1 (0: it only looks), how many counters
 * it is under, and which. Answers of each request 1 where it was counted, 0 where not; and of each of its counters how many
 * there are, and the time until its window is over, in ms.
 */
const SCRIPT = `
local used, ttl, took = {}, {}, {}
for i, key in ipairs(KEYS) do
	local v = redis.call('get', key)
	used[i], took[i] = tonumber(v or '0'), 0
	ttl[i] = v and redis.call('pttl', key) or -1
	if ttl[i] < 0 then used[i] = 0 end
end
local at, out = 2 * #KEYS + 1, {}
while at <= #ARGV do
	local amount, under, ok = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), 1
	for j = at + 2, at + 1 + under do
		local i = tonumber(ARGV[j])
		if used[i] + amount > tonumber(ARGV[2 * i - 1]) then ok = 0 end
	end
	out[#out + 1] = ok
	for j = at + 2, at + 1 + under do
		local i = tonumber(ARGV[j])
		if ok == 1 then
			used[i], took[i] = used[i] + amount, took[i] + amount
		end
		out[#out + 1] = used[i]
		out[#out + 1] = ttl[i] < 0 and tonumber(ARGV[2 * i]) or math.max(ttl[i], 1)
	end
	at = at + 2 + under
end
for i, key in ipairs(KEYS) do
	if took[i] > 0 then
		if ttl[i] < 0 then redis.call('set', key, took[i], 'px', ARGV[2 * i])
		else redis.call('incrby', key, took[i]) end
	end
end
return out
`;
const SHA = hash("sha1", SCRIPT, "hex");

/** More at once would keep others of Redis waiting. */
const MOST_AT_ONCE = 500;
/** Names that were digested lately. */
const MOST_NAMED = 20_000;

interface Asking {
	readonly counters: readonly Counter[];
	readonly amount: 0 | 1;
	readonly tell: (taken: Taken | undefined) => void;
}

export class RedisWindows {
	private waiting: Asking[] = [];
	private isAsking = false;
	private readonly names = new Map<string, string>();

	constructor(private readonly redis: RedisConnection) {}

	/** Undefined where Redis is away. Never fails. */
	take(counters: readonly Counter[], amount: 0 | 1 = 1): Promise<Taken | undefined> {
		const { promise, resolve } = Promise.withResolvers<Taken | undefined>();
		this.waiting.push({ counters, amount, tell: resolve });
		// Whatever else this turn of the event loop brings goes along.
		if (!this.isAsking) setImmediate(() => void this.ask());
		this.isAsking = true;
		return promise;
	}

	private async ask(): Promise<void> {
		const asked = this.waiting.splice(0, MOST_AT_ONCE);
		const answers = await this.redis
			.ask(client => run(client, this.question(asked)))
			.then(numbers => answersOf(asked, numbers))
			.catch(() => []);
		this.isAsking = this.waiting.length > 0;
		if (this.isAsking) void this.ask();
		for (const [index, { tell }] of asked.entries()) tell(answers[index]);
	}

	private question(asked: readonly Asking[]): Question {
		const places = new Map<string, number>();
		const [keys, bounds, requests]: [string[], number[], number[]] = [[], [], []];
		for (const { counters, amount } of asked) {
			requests.push(amount, counters.length);
			for (const { id, quota, windowMs } of counters) {
				const place = places.get(id) ?? keys.push(this.nameOf(id));
				places.set(id, place);
				// The newest quota counts.
				bounds[2 * place - 2] = quota;
				bounds[2 * place - 1] = windowMs;
				requests.push(place);
			}
		}
		return { keys, numbers: [...bounds, ...requests] };
	}

	private nameOf(id: string): string {
		const known = this.names.get(id);
		if (known !== undefined) return known;
		if (this.names.size >= MOST_NAMED) this.names.clear();
		const name = `${this.redis.prefix("limits")}:${this.redis.digest(id)}`;
		this.names.set(id, name);
		return name;
	}
}

interface Question {
	readonly keys: readonly string[];
	readonly numbers: readonly number[];
}

async function run(client: Redis, { keys, numbers }: Question): Promise<number[]> {
	const given = [keys.length, ...keys, ...numbers] as const;
	const answer = await client.evalsha(SHA, ...given).catch((error: unknown) => {
		// It began anew, and knows no script.
		if (!textOf(error, "message")?.startsWith("NOSCRIPT")) throw error;
		return client.eval(SCRIPT, ...given);
	});
	return Array.isArray(answer) ? answer.map(Number) : [];
}

function answersOf(asked: readonly Asking[], numbers: readonly number[]): Taken[] {
	let at = 0;
	const next = (): number => numbers[at++] ?? 0;
	return asked.map(({ counters }) => {
		const ok = next() === 1;
		const counts = counters.map((): Count => ({ used: next(), resetMs: next() }));
		return { ok, counts };
	});
}
