/**
 * Which request comes next to make a user be as asked. Pure: the same state of affairs always asks for the same step,
 * so that whatever a lost answer left behind is carried on from, never begun again.
 *
 * A user who may not connect must not be able to for a second: Marzban creates only active and on-hold users, and a
 * user created without `inbounds` has none. Such a one is made bare, then given status, expiry and inbounds in one PUT.
 */

import type { Json } from "../../contracts/json";
import { keysOf } from "../../contracts/table";
import { canonical } from "../../domain/canonical";
import { own } from "../../domain/own";
import type { Onto } from "../connector";
import type { Wire, WireObject } from "../http/json";
import { type Change, carriedChange, isUsedUp, rowsOf } from "./carried";
import { holdSays, type Says, table, toBytes, userSays } from "./records";

export type Step =
	| { readonly kind: "create"; readonly body: WireObject }
	| { readonly kind: "modify"; readonly body: WireObject; readonly fields: readonly string[] }
	| { readonly kind: "carry"; readonly change: Change; readonly present: Json; readonly fields: readonly string[] }
	| { readonly kind: "own"; readonly admin: string }
	/** By the database alone: no request takes an owner away. */
	| { readonly kind: "disown"; readonly present: Json }
	| { readonly kind: "done" };

export interface Moment {
	/** Seconds since 1970. */
	readonly now: number;
	/** What stood there before our first write. */
	readonly before?: Json | null;
}

/** Clocks differ: who expires this soon is treated as expired already. */
const SOON = 300;

export function nextStep(desired: Json, present: Json | undefined, { now, before = null }: Moment): Step {
	if (present === undefined) return { kind: "create", body: createBody(desired, now) };
	// Before a user is opened, so that one who has nothing left is limited by the request that opens them.
	const change = carriedChange(desired, present, before, new Date(now * 1000));
	if (change !== null) return { kind: "carry", change, present, fields: change.fields };
	const fields = [...differences(desired, present), ...(isMoved(desired, present) ? ["status"] : [])];
	if (fields.length > 0) return { kind: "modify", body: modifyBody(desired, present), fields };
	const { admin } = desired;
	if (typeof admin === "string" && admin !== present.admin) return { kind: "own", admin };
	const isTaken = admin === null && typeof present.admin === "string" && rowsOf(present) !== undefined;
	return isTaken ? { kind: "disown", present } : { kind: "done" };
}

/** Names of the managed fields that are not as asked; the owner is not among them. */
export function differences(desired: Json, present: Json): string[] {
	const [asked, there] = [said(desired, desired), said(present, desired)];
	return keysOf(asked).filter(field => canonical(asked[field]) !== canonical(there[field]));
}

/** Must the panel look again whether the user is limited? It does with every data_limit it is sent, and tells xray. */
function isMoved(desired: Json, present: Json): boolean {
	if (desired.used_traffic === undefined || userSays(desired).status !== "enabled") return false;
	return present.status === (isUsedUp(present.used_traffic, desired.data_limit) ? "active" : "limited");
}

/** Of a disabled user, the hold as well, where one is asked for: whoever enables them again will want to know it. */
function said(data: Json, desired: Json): Says {
	const keepsHold = desired.status === "disabled" && Boolean(desired.on_hold_expire_duration);
	return keepsHold ? { ...userSays(data), ...holdSays(data) } : userSays(data);
}

/**
 * By the API alone. It takes no owner away: whoever stands there with an owner keeps that one. And it puts nobody on
 * hold who has used as much as they may: such a one stays as they are.
 */
export function onto(data: Json, before: Json): Onto {
	if (
		data.status === "on_hold" &&
		isUsedUp(before.used_traffic, data.data_limit) &&
		differences(data, before).length > 0
	)
		return { data, losses: [], kept: USED_UP };
	const { admin } = before;
	if (typeof admin !== "string" || (data.admin ?? null) !== null) return { data, losses: [] };
	const reason = `Belonged to '${admin}' at the target and has no owner at the source: Marzban takes no owner away.`;
	return { data: { ...data, admin }, losses: [{ code: "owner_kept", field: "admin", reason, severity: "degraded" }] };
}

const USED_UP =
	"They are on hold at the source, and whoever stands at the target has used all that they may: Marzban would limit them instead. Reset their use there, or name `database:` at the target.";

/** Is each field as it was before us, or as one of ours would have it? Then nobody else has changed it. */
export function isBetween(before: Json, sent: readonly Json[], present: Json): boolean {
	const fields = (data: Json): Json => ({ ...userSays(data), ...holdSays(data), admin: data.admin ?? null });
	const there = Object.entries(fields(present));
	const may = [before, ...sent].map(fields);
	return there.every(([field, value]) => may.some(data => canonical(data[field] ?? null) === canonical(value)));
}

/** Is what is there the work of an earlier, interrupted write of ours, whoever owns it yet? */
export function isOurBeginning(desired: Json, present: Json, { now }: Moment): boolean {
	if (differences(desired, present).length === 0) return true;
	return isStaged(desired, now) && differences(bare(desired), present).length === 0;
}

/** Named so by its key: status and expiry come later, inbounds last. */
const bare = (desired: Json): Json => ({
	...desired,
	status: createStatus(desired),
	expire: null,
	inbounds: {}
});

const createStatus = ({ status }: Json) => (status === "on_hold" ? "on_hold" : "active");

function isStaged(desired: Json, now: number): boolean {
	const { status, expire } = desired;
	if (status === "disabled" || status === "expired" || isUsedUp(desired.used_traffic, desired.data_limit)) return true;
	if (typeof expire === "number" && expire < now + SOON) return true;
	// A protocol left out beside others would be given all its inbounds.
	const served = Object.keys(userSays(desired).inbounds).length;
	return served > 0 && served < Object.keys(table(desired.proxies)).length;
}

function createBody(desired: Json, now: number): WireObject {
	const staged = isStaged(desired, now);
	const { inbounds } = userSays(desired);
	const optional: WireObject = {
		note: desired.note ?? null,
		on_hold_expire_duration: desired.on_hold_expire_duration ?? null,
		on_hold_timeout: desired.on_hold_timeout ?? null,
		data_limit: desired.data_limit ? toBytes(desired.data_limit) : null,
		expire: staged ? null : (desired.expire ?? null)
	};
	return {
		username: String(desired.username),
		status: createStatus(desired),
		proxies: table(desired.proxies),
		// Left out it means none; empty it would mean all.
		...(staged || Object.keys(inbounds).length === 0 ? {} : { inbounds }),
		data_limit_reset_strategy: desired.data_limit_reset_strategy ?? "no_reset",
		...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null))
	};
}

/** All managed fields: null would leave a field as it is, so 0 and "" take values away. Nothing takes a hold away. */
function modifyBody(desired: Json, present: Json): WireObject {
	const { inbounds } = userSays(desired);
	const proxies = table(desired.proxies);
	const status = modifyStatus(desired, present);
	return {
		proxies,
		inbounds: Object.fromEntries(Object.keys(proxies).map(protocol => [protocol, own(inbounds, protocol) ?? []])),
		...(status === undefined ? {} : { status }),
		expire: desired.expire ?? 0,
		data_limit: toBytes(desired.data_limit),
		data_limit_reset_strategy: desired.data_limit_reset_strategy ?? "no_reset",
		...(desired.on_hold_expire_duration ? { on_hold_expire_duration: desired.on_hold_expire_duration } : {}),
		...(desired.on_hold_timeout ? { on_hold_timeout: desired.on_hold_timeout } : {}),
		note: desired.note ?? "",
		// Left out, it would be deleted.
		...(present.next_plan ? { next_plan: nextPlan(table(present.next_plan)) } : {})
	};
}

/** Of active, expired and limited, Marzban chooses by itself once the user is not on hold or disabled. */
function modifyStatus(desired: Json, present: Json): string | undefined {
	const { status } = userSays(desired);
	if (status !== "enabled") return status;
	return userSays(present).status === "enabled" ? undefined : "active";
}

const nextPlan = (plan: Json): Wire => ({ ...plan, data_limit: toBytes(plan.data_limit) });
