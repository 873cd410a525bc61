/**
 * A user's status and their time. Of the states that hold at once one wins: disabled, then expired, then limited, then on
 * hold. Nobody gets more time than at the source, and a date that cannot be read is nobody's "never".
 */

import type { Json } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import type { Converted, Converter } from "../mapping";
import type { Context } from "./context";
import { LAST_EXPIRY, LAST_INT, LONGEST_HOLD, LONGEST_INT_HOLD, naiveStamp, unixSeconds } from "./time";
import { bytes, hasDuration, isOnHold, lost, refuse, resets, text } from "./values";

export type Standing = "disabled" | "expired" | "limited" | "on_hold" | "active";

export function standing(data: Json): Standing {
	if (data.enabled !== true) return "disabled";
	if (data.expired === true) return "expired";
	if (isUsedUp(data)) return "limited";
	return isOnHold(data) ? "on_hold" : "active";
}

/** Also by a limit of 0, which a row can hold and which means no traffic at all. */
export const isUsedUp = (data: Json): boolean =>
	data.data_limit_reached === true ||
	(text(data.data_limit) !== "" && bytes(data.used_traffic) >= bytes(data.data_limit));

export const status: Converter<Context> = (data, context) => {
	const value = standing(data);
	if (isUsedUp(data) && !isCounted(data, context)) return LIMITED[context.limitedUsers](data);
	return value === "on_hold" && !hasDuration(data) ? disabled(data) : asIs(data);
};

/** By the database they keep what they have used; on hold they would not be looked at (MAPPING: precedence). */
const isCounted = (data: Json, { database }: Context): boolean =>
	Boolean(database) && (!isOnHold(data) || standing(data) === "disabled");

const asIs = (data: Json): Converted => {
	const value = standing(data);
	return { value, losses: value === "disabled" ? heldLosses(data) : [] };
};
const disabled = (data: Json, losses: readonly Loss[] = []): Converted => ({
	value: "disabled",
	losses: [...losses, ...heldLosses(data)]
});

/**
 * Would more than a byte be open to them once somebody renews or enables them? A plan that resets is whole again at the
 * target; of one that does not, a byte is left.
 */
const isOpenAgain = (data: Json): boolean => standing(data) === "limited" || resets(data);

/** Theirs is one byte, by the rule for those who have used up what they had. */
export const isOneByte = (data: Json, { limitedUsers }: Context): boolean =>
	limitedUsers === "oneByte" && isUsedUp(data) && !isOnHold(data) && isOpenAgain(data);

/** The API cannot make a user limited: these are the ways to keep from them what they have used up, also when renewed. */
const LIMITED: Readonly<Record<Context["limitedUsers"], (data: Json) => Converted>> = {
	disable: data => {
		if (!isOpenAgain(data)) return asIs(data);
		const reason = `${usedUp(data)} and the API cannot make them limited: disabled until you enable them with a new limit.`;
		return disabled(data, [lost("limited_disabled", "data_limit_reached", "act", reason)]);
	},
	oneByte: data => {
		// Marzban looks at no limit of a user on hold, and as active they would never expire.
		if (isOnHold(data)) return LIMITED.disable(data);
		if (!isOpenAgain(data)) return asIs(data);
		const { value, losses = [] } = asIs(data);
		const reason = `${usedUp(data)} and the API cannot make them limited: their limit is 1 byte${resets(data) ? " each period, until you set it" : ""}.`;
		const severity = resets(data) ? "act" : "degraded";
		return {
			value: value === "limited" ? "active" : (value as Standing),
			losses: [lost("limited_one_byte", "data_limit", severity, reason), ...losses]
		};
	},
	quarantine: data =>
		refuse(
			"limited",
			"data_limit_reached",
			text(data.used_traffic),
			"The API cannot make a user limited; limitedUsers says quarantine."
		)
};

const usedUp = (data: Json): string =>
	`They have used ${text(data.used_traffic) || "0"} of ${text(data.data_limit)} bytes,`;

/** Seen at Marzban: a disabled user whom one enables as active forgets that they were on hold, and has no expiry. */
function heldLosses(data: Json): Loss[] {
	if (!isOnHold(data)) return [];
	if (hasDuration(data))
		return [
			lost(
				"hold_disabled",
				"expire_strategy",
				"act",
				"Enable them as on hold, with their duration: as active they never expire."
			)
		];
	const reason = `Their time begins with the first use and is ${data.usage_duration ?? "none"}: disabled until you give them one.`;
	return [lost("hold_dropped", "usage_duration", "act", reason)];
}

export const expire: Converter<Context> = (data, { narrow }) => {
	if (data.expire_strategy === "never" || isOnHold(data)) return { value: null };
	if (data.expire_strategy !== "fixed_date")
		return refuse(
			"strategy_unknown",
			"expire_strategy",
			data.expire_strategy,
			"It is not known when they shall expire."
		);
	const seconds = unixSeconds(text(data.expire_date));
	if (!Number.isSafeInteger(seconds)) return refuse("date_unreadable", "expire_date", data.expire_date, UNREADABLE);
	const [last, severity, end] = narrow
		? ([LAST_INT, "degraded", ON_MYSQL] as const)
		: ([LAST_EXPIRY, "info", END] as const);
	if (seconds > last) return { value: last, losses: [lost("expire_clamped", "expire_date", severity, end)] };
	// 0 would mean unlimited.
	return { value: Math.max(1, seconds) };
};

const END = "Marzban ends in the year 9999.";
const ON_MYSQL = "Marzban ends in the year 2038, on MySQL.";
const UNREADABLE = "This is no date that both panels read alike.";

/** Marzban makes a hold active before it reckons its end: where the end has no room, it would never come. */
export const holdDuration: Converter<Context> = (data, { narrow }) => {
	if (!isOnHold(data) || !hasDuration(data)) return { value: null };
	const duration = Math.floor(Number(data.usage_duration));
	const [longest, severity, end] = narrow
		? ([LONGEST_INT_HOLD, "degraded", ON_MYSQL] as const)
		: ([LONGEST_HOLD, "info", END] as const);
	if (duration <= longest) return { value: duration };
	const reason = `Of ${duration} seconds: ${end}`;
	return { value: longest, losses: [lost("hold_clamped", "usage_duration", severity, reason)] };
};

/** A time that the zone of Marzban's host moves out of the years 1 to 9999 would end its look at all holds, each time. */
export const holdTimeout: Converter<Context> = data => {
	const deadline = text(data.activation_deadline);
	if (!isOnHold(data) || !hasDuration(data) || deadline === "") return { value: null };
	const seconds = unixSeconds(deadline);
	if (!Number.isSafeInteger(seconds)) {
		const reason = `'${deadline}' is no time that both panels read alike: their time begins with the first use alone.`;
		return { value: null, losses: [lost("deadline_dropped", "activation_deadline", "act", reason)] };
	}
	// Before 1970, it is long past either way.
	if (seconds <= LAST_EXPIRY) return { value: naiveStamp(Math.max(0, seconds)) };
	const losses = [lost("deadline_clamped", "activation_deadline", "info", END)];
	return { value: naiveStamp(LAST_EXPIRY), losses };
};
