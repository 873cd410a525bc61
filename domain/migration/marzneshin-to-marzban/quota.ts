/**
 * A user's traffic. The API cannot say what they have used, so what is left of a plan becomes its limit; never 0, which
 * would mean unlimited. The one gain there is, `resettingPlans: full`, is recorded in bytes.
 */

import type { Json } from "../../../contracts/json";
import type { Converted, Converter } from "../mapping";
import type { Context } from "./context";
import { isOneByte, isUsedUp } from "./status";
import { carriedTime, isToCome } from "./times";
import { bytes, hasNothing, lost, refuse, resets, text } from "./values";

export const dataLimit: Converter<Context> = (data, context) => {
	if (data.data_limit === null || data.data_limit === undefined) return { value: null };
	const limit = bytes(data.data_limit);
	if (!context.database && isOneByte(data, context)) return { value: "1" };
	if (hasNothing(data)) return { value: "1", losses: [lost("zero_limit", "data_limit", "info", OF_NOTHING)] };
	if (context.database) return { value: String(limit) };
	const used = atLeastNone(bytes(data.used_traffic));
	const remainder = String(limit > used ? limit - used : 1n);
	if (used === 0n) return { value: remainder };
	if (data.data_limit_reset_strategy === "no_reset") {
		const reason = "The target cannot store used traffic: the rest is the limit.";
		return { value: remainder, losses: [lost("limit_is_remainder", "data_limit", "info", reason)] };
	}
	return RESETTING[context.resettingPlans](limit, used, remainder);
};

const OF_NOTHING = "A limit of 0 would mean unlimited at the target: it is 1 byte.";

/** A row can hold less. */
const atLeastNone = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

const RESETTING: Readonly<Record<Context["resettingPlans"], (limit: bigint, used: bigint, rest: string) => Converted>> =
	{
		full: (limit, used) => {
			const gain = used < limit ? used : limit;
			const reason = "This period's use is forgotten once: the target cannot store it.";
			return { value: String(limit), losses: [lost("quota_gain", "used_traffic", "degraded", reason, String(gain))] };
		},
		shrink: (limit, _used, rest) => {
			const [reason, less] = ["Every period now has only this period's rest.", String(limit - BigInt(rest))];
			return { value: rest, losses: [lost("limit_shrunk", "data_limit", "act", reason, less)] };
		},
		quarantine: (_limit, used) =>
			refuse(
				"resetting_plan_used",
				"used_traffic",
				String(used),
				"A resetting plan is partly used; resettingPlans says quarantine."
			)
	};

/** Each reset would open the one byte that stands for a limit of 0, until Marzban next looks. */
export const resetStrategy: Converter<Context> = data => {
	const strategy = data.data_limit_reset_strategy ?? null;
	if (!hasNothing(data) || strategy === "no_reset") return { value: strategy };
	const reason = `Their limit of 0 is 1 byte at the target, which a reset each ${strategy} would give them anew: set it again with a new limit.`;
	return { value: "no_reset", losses: [lost("reset_dropped", "data_limit_reset_strategy", "degraded", reason)] };
};

/** Marzban counts a period from its own last reset, or from when it made the user: now. Never sooner than the source. */
export const resetPhase: Converter<Context> = (data, context) => {
	if (!context.database) return postponed(data);
	// A time of creation that is to come is none at the target: the period is counted from it all the same.
	const began = data.traffic_reset_at ?? (isToCome(data.created_at, context) ? data.created_at : null) ?? null;
	return began === null ? { value: null } : carriedTime("traffic_reset_at", began, { ...context, now: null });
};

const postponed = (data: Json): Converted =>
	resets(data)
		? {
				losses: [
					lost("reset_postponed", "traffic_reset_at", "degraded", "Their period begins anew: the next reset is later.")
				]
			}
		: {};

/** Of a plan with a limit, the limit tells it. */
export const usedTraffic: Converter<Context> = (data, { database }) => {
	if (database) return { value: String(usedOf(data)) };
	return uncounted(data);
};

/** Of a limit of 0 the one byte that stands for it is used; whoever the source calls limited has used it all. */
const usedOf = (data: Json): bigint => {
	const used = atLeastNone(bytes(data.used_traffic));
	if (!isUsedUp(data)) return used;
	const limit = hasNothing(data) ? 1n : bytes(data.data_limit);
	return used > limit ? used : limit;
};

const uncounted = (data: Json): Converted =>
	text(data.data_limit) !== "" ? {} : counter("used_traffic_dropped", "used_traffic", data);

export const lifetime: Converter<Context> = (data, { database }) =>
	database
		? { value: String(atLeastNone(bytes(data.lifetime_used_traffic))) }
		: counter("lifetime_dropped", "lifetime_used_traffic", data);

function counter(code: "used_traffic_dropped" | "lifetime_dropped", field: string, data: Json): Converted {
	const amount = text(data[field]);
	return bytes(amount) <= 0n ? {} : { losses: [lost(code, field, "info", "The counter begins anew.", amount)] };
}
