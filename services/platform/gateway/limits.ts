/**
 * How often the gateway may be asked: each request under all policies that it meets, of all gateways together where they
 * have a Redis. What is known here to be spent is asked of nobody. While Redis is away each gateway goes on from where the
 * count stood, or refuses what is to be refused then; the answer says so.
 */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import { redisOf, type SharedWindows } from "../../../cluster/redis";
import { settingsFor } from "../../../cluster/settings";
import { gateway } from "../../../contracts/platform/gateway";
import { LIMIT_SETTINGS, type LimitsInForce } from "../../../contracts/platform/gateway-limits";
import { keysOf } from "../../../contracts/table";
import { limitField, RATE_LIMIT_DRAFT, secondsOf } from "../../../domain/platform/limits/fields";
import { inForce } from "../../../domain/platform/limits/in-force";
import {
	type Asked,
	countedAs,
	type Limits as InForce,
	type LimitTexts,
	type Plan,
	planOf,
	readLimits,
	strangerPlan
} from "../../../domain/platform/limits/plan";
import { type Taken, Windows } from "../../../domain/platform/limits/windows";
import type { WebRequest, WebResponse } from "../../../mixins/web.mixin";
import { callOf } from "./call";

const TEXTS = keysOf(LIMIT_SETTINGS);
/** Plans that are remembered: of so many clients and services. */
const MOST_PLANS = 10_000;
/** When to ask again while nobody counts, in seconds. */
const AGAIN_SECONDS = 2;
/** Tells whether a count is everybody's. */
const COUNTED = "Limits-Counted";

const { limited, uncounted } = gateway.metrics;

export class Limits {
	private readonly windows = new Windows();
	private readonly plans = new Map<string, Plan>();
	private texts: LimitTexts | undefined;
	private read: InForce | undefined;
	private isAway = false;

	constructor(private readonly broker: Broker) {}

	/** A request that was let in, before anything is done of it. @throws QUOTA_EXCEEDED · LIMITS_AWAY */
	take(asked: Asked, req: WebRequest, res: WebResponse): Promise<void> | undefined {
		const { caller, client } = callOf(req);
		const who = countedAs(caller, client);
		const { limits } = this;
		const key = `${asked.service}\n${asked.limit}\n${who}`;
		return this.count(this.plans.get(key) ?? this.remember(key, planOf(limits, asked, who)), res);
	}

	/** One that was not, by its address. @throws QUOTA_EXCEEDED · LIMITS_AWAY */
	takeStranger(req: WebRequest, res: WebResponse): Promise<void> | undefined {
		const who = countedAs(undefined, callOf(req).client);
		const { limits } = this;
		const key = `\n\n${who}`;
		return this.count(this.plans.get(key) ?? this.remember(key, strangerPlan(limits, who)), res);
	}

	/** All policies, and what is left of them to somebody. */
	async state(who: string): Promise<LimitsInForce> {
		const policies = inForce(this.limits, who);
		const counters = policies.flatMap(({ counter }) => counter ?? []);
		const shared = this.shared;
		const there = shared && (await shared.take(counters, 0));
		const { counts } = there ?? this.windows.take(counters, performance.now(), 0);
		const known = new Map(counters.map((counter, index) => [counter, counts[index]]));
		return {
			draft: RATE_LIMIT_DRAFT,
			client: who,
			counted: there ? "together" : redisOf(this.broker) ? "away" : "alone",
			closed: [...this.limits.closed],
			policies: policies.map(({ counter, said }) => {
				const count = counter && known.get(counter);
				if (!counter || !count) return said;
				return { ...said, remaining: Math.max(0, counter.quota - count.used), reset: secondsOf(count) };
			})
		};
	}

	/** As they are set now: a change holds for the next request. */
	private get limits(): InForce {
		const now = settingsFor(this.broker, gateway);
		const { texts, read } = this;
		if (read && texts && TEXTS.every(key => texts[key] === now[key])) return read;
		this.texts = { ...now };
		this.plans.clear();
		this.read = readLimits(now);
		return this.read;
	}

	private remember(key: string, plan: Plan): Plan {
		const { value: eldest } = this.plans.keys().next();
		if (eldest !== undefined && this.plans.size >= MOST_PLANS) this.plans.delete(eldest);
		this.plans.set(key, plan);
		return plan;
	}

	/** Of all gateways. */
	private get shared(): SharedWindows | undefined {
		const redis = redisOf(this.broker);
		return redis?.state.up ? redis.windows : undefined;
	}

	private count(plan: Plan, res: WebResponse): Promise<void> | undefined {
		const { counters } = plan;
		if (counters.length === 0) return undefined;
		const now = performance.now();
		const { shared } = this;
		if (shared && !this.windows.isSpent(counters, now)) return this.together(shared, plan, res);
		if (!shared && redisOf(this.broker)) this.countAway(plan, res);
		this.settle(plan, this.windows.take(counters, now), res);
		return undefined;
	}

	private async together(shared: SharedWindows, plan: Plan, res: WebResponse): Promise<void> {
		const taken = await shared.take(plan.counters);
		const now = performance.now();
		if (!taken) {
			this.countAway(plan, res);
			this.settle(plan, this.windows.take(plan.counters, now), res);
			return;
		}
		this.tell(false);
		for (const [index, counter] of plan.counters.entries()) {
			const count = taken.counts[index];
			if (count) this.windows.learn(counter, count, now);
		}
		this.settle(plan, taken, res);
	}

	/** @throws LIMITS_AWAY */
	private countAway({ isClosed }: Plan, res: WebResponse): void {
		this.tell(true);
		if (!res.headersSent) res.setHeader(COUNTED, isClosed ? "away;closed" : "away;open");
		if (!isClosed) {
			this.broker.metrics.increment(uncounted.name);
			return;
		}
		this.broker.metrics.increment(limited.name, { policy: "away" });
		throw failure(
			"LIMITS_AWAY",
			`The count of all gateways is away, and such a request is refused meanwhile (${LIMIT_SETTINGS.limitsClosed.variable}).`,
			{ retryAfter: AGAIN_SECONDS }
		);
	}

	/** Once a change. */
	private tell(isAway: boolean): void {
		if (this.isAway === isAway) return;
		this.isAway = isAway;
		const closed = this.limits.closed.join(", ") || "none";
		if (isAway)
			this.broker.logger.warn(
				`The Redis that counts requests for all gateways is away: this one counts for itself; refused meanwhile (${LIMIT_SETTINGS.limitsClosed.variable}): ${closed}.`
			);
		else this.broker.logger.info("Requests are counted for all gateways again.");
	}

	/** @throws QUOTA_EXCEEDED */
	private settle(plan: Plan, taken: Taken, res: WebResponse): void {
		// Whoever asked may be gone.
		const tells = plan.told.length > 0 && !res.headersSent;
		if (tells) res.setHeader("RateLimit-Policy", plan.policies);
		if (!taken.ok) throw this.refusal(plan, taken, res);
		if (tells) res.setHeader("RateLimit", limitField(plan.told, taken.counts));
	}

	private refusal({ counters, told }: Plan, { counts }: Taken, res: WebResponse): Error {
		const spent = counters
			.flatMap((counter, index) => {
				const count = counts[index];
				return count && count.used >= counter.quota ? [{ counter, count }] : [];
			})
			.sort((one, other) => other.count.resetMs - one.count.resetMs);
		for (const { counter } of spent) this.broker.metrics.increment(limited.name, { policy: counter.name });
		const [last] = spent;
		const retryAfter = last ? secondsOf(last.count) : 1;
		const isTold = last !== undefined && told.includes(last.counter);
		// The one that holds longest alone: `t` and `Retry-After` are to mean the same moment.
		if (isTold && !res.headersSent) res.setHeader("RateLimit", limitField([last.counter], [last.count]));
		const why = isTold
			? `'${last.counter.name}' allows ${last.counter.quota} requests in ${last.counter.windowMs / 1000} s (${LIMIT_SETTINGS[last.counter.setting].variable})`
			: "There are too many requests now";
		return failure("QUOTA_EXCEEDED", `${why}: ask again in ${retryAfter} s.`, {
			retryAfter,
			violated: spent.map(({ counter }) => counter.name)
		});
	}
}

/** Whoever is led elsewhere is to follow: a quota that is nearly spent would have them wait (§6 of the draft). */
export function forgetLimits(res: WebResponse): void {
	res.removeHeader("RateLimit");
	res.removeHeader("RateLimit-Policy");
}
