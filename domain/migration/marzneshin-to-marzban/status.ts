/**
 * A user's status and his time. Of the states that hold at once one wins: disabled, then expired, then limited, then on
 * hold. Nobody gets more time than at the source, and a date that cannot be read is nobody's "never".
 */

import type { Json } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import type { Converted, Converter } from "../mapping";
import type { Context } from "./context";
import { LAST_EXPIRY, LAST_INT, LONGEST_HOLD, LONGEST_INT_HOLD, naiveStamp, unixSeconds } from "./time";
import { bytes, hasNothing, isOnHold, lost, refuse, text } from "./values";

export type Standing = "disabled" | "expired" | "limited" | "on_hold" | "active";

export function standing(data: Json): Standing {
	if (data.enabled !== true) return "disabled";
	if (data.expired === true) return "expired";
	if (isUsedUp(data)) return "limited";
	return isOnHold(data) ? "on_hold" : "active";
}

/** Also by a limit of 0, which a row can hold and which means no traffic at all. */
const isUsedUp = (data: Json): boolean =>
	data.data_limit_reached === true ||
	(text(data.data_limit) !== "" && bytes(data.used_traffic) >= bytes(data.data_limit));

export const status: Converter<Context> = (data, { limitedUsers, database }) => {
	const value = standing(data);
	// By the database he keeps what he has used; on hold he would not be looked at (MAPPING: precedence).
	if (value === "limited" && database && !isOnHold(data)) return { value };
	if (value === "limited") return LIMITED[limitedUsers](data);
	return { value, losses: value === "disabled" ? heldLosses(data) : [] };
};

/** The API cannot make a user limited: these are the ways to keep from him what he has used up. */
const LIMITED: Readonly<Record<Context["limitedUsers"], (data: Json) => Converted>> = {
	disable: data => {
		const reason = `${usedUp(data)} and the API cannot make him limited: disabled until you enable him with a new limit.`;
		return {
			value: "disabled",
			losses: [lost("limited_disabled", "data_limit_reached", "act", reason), ...heldLosses(data)]
		};
	},
	oneByte: data => {
		// Marzban looks at no limit of a user on hold, and as active he would never expire.
		if (isOnHold(data)) return LIMITED.disable(data);
		const resets = data.data_limit_reset_strategy !== "no_reset" && !hasNothing(data);
		const reason = `${usedUp(data)} and the API cannot make him limited: his limit is 1 byte${resets ? " each period, until you set it" : ""}.`;
		return { value: "active", losses: [lost("limited_one_byte", "data_limit", resets ? "act" : "degraded", reason)] };
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
	`He has used ${text(data.used_traffic) || "0"} of ${text(data.data_limit)} bytes,`;

/** Seen at Marzban: a disabled user whom one enables as active forgets that he was on hold, and has no expiry. */
const heldLosses = (data: Json): Loss[] =>
	isOnHold(data)
		? [
				lost(
					"hold_disabled",
					"expire_strategy",
					"act",
					"Enable him as on hold, with his duration: as active he never expires."
				)
			]
		: [];

export const expire: Converter<Context> = (data, { database }) => {
	if (data.expire_strategy === "never" || isOnHold(data)) return { value: null };
	if (data.expire_strategy !== "fixed_date")
		return refuse("strategy_unknown", "expire_strategy", data.expire_strategy, "It is not known when he shall expire.");
	const seconds = unixSeconds(text(data.expire_date));
	if (!Number.isSafeInteger(seconds)) return refuse("date_unreadable", "expire_date", data.expire_date, UNREADABLE);
	const [last, severity, end] =
		database?.kind === "mysql" ? ([LAST_INT, "degraded", ON_MYSQL] as const) : ([LAST_EXPIRY, "info", END] as const);
	if (seconds > last) return { value: last, losses: [lost("expire_clamped", "expire_date", severity, end)] };
	// 0 would mean unlimited.
	return { value: Math.max(1, seconds) };
};

const END = "Marzban ends in the year 9999.";
const ON_MYSQL = "Marzban ends in the year 2038, on MySQL.";
const UNREADABLE = "This is no date that both panels read alike.";

/** Marzban makes a hold active before it reckons its end: where the end has no room, he would never expire. */
export const holdDuration: Converter<Context> = (data, { database }) => {
	if (!isOnHold(data)) return { value: null };
	const duration = data.usage_duration ?? null;
	const [longest, severity, end] =
		database?.kind === "mysql"
			? ([LONGEST_INT_HOLD, "degraded", ON_MYSQL] as const)
			: ([LONGEST_HOLD, "info", END] as const);
	if (typeof duration !== "number" || duration <= longest) return { value: duration };
	const reason = `Of ${duration} seconds: ${end}`;
	return { value: longest, losses: [lost("hold_clamped", "usage_duration", severity, reason)] };
};

/** A time that the zone of Marzban's host moves out of the years 1 to 9999 would end its look at all holds, each time. */
export const holdTimeout: Converter<Context> = data => {
	const deadline = text(data.activation_deadline);
	if (!isOnHold(data) || deadline === "") return { value: null };
	const seconds = unixSeconds(deadline);
	if (!Number.isSafeInteger(seconds)) return refuse("date_unreadable", "activation_deadline", deadline, UNREADABLE);
	// Before 1970, it is long past either way.
	if (seconds <= LAST_EXPIRY) return { value: naiveStamp(Math.max(0, seconds)) };
	const losses = [lost("deadline_clamped", "activation_deadline", "info", END)];
	return { value: naiveStamp(LAST_EXPIRY), losses };
};
