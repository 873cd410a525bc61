/** The bodies of POST and PUT /api/user, as Marzban understands them. */
import { Refusal } from "../answers";
import { type Body, isBody, type Json } from "../json";
import { Rules, readWhole, type Whole } from "../rules";
import type { Core } from "./core";
import { type Proxies, readProxies } from "./settings";

export interface NextPlan {
	readonly data_limit: Whole | null;
	readonly expire: Whole | null;
	readonly add_remaining_traffic: boolean;
	readonly fire_on_either: boolean;
}

const resets = ["no_reset", "day", "week", "month", "year"] as const;
const userName = /^(?=\w{3,32}\b)[a-zA-Z0-9-_@.]+(?:_[a-zA-Z0-9-_@.]+)*$/;
const badName =
	"Value error, Username only can be 3 to 32 characters and contain a-z, 0-9, and underscores in between.";

/** Undefined: leave it. Inbounds are told by protocol; undefined there means the key was absent. */
export interface Change {
	readonly proxies: Proxies | undefined;
	readonly inbounds: ReadonlyMap<string, readonly string[]> | undefined;
	readonly status: "active" | "disabled" | "on_hold" | undefined;
	readonly data_limit: Whole | undefined;
	readonly expire: Whole | undefined;
	readonly note: string | undefined;
	readonly data_limit_reset_strategy: string | undefined;
	readonly on_hold_timeout: string | undefined;
	readonly on_hold_expire_duration: Whole | undefined;
	readonly auto_delete_in_days: Whole | undefined;
	readonly next_plan: NextPlan | undefined;
}

export interface Creation extends Change {
	readonly username: string;
}

export function readCreation(body: Body, core: Core): Creation {
	const rules = new Rules(body);
	const proxies = proxiesOf(rules, true);
	const inbounds = rules.has("inbounds") ? creationInbounds(rules, proxies, core) : undefined;
	const common = readCommon(rules);
	const username = rules.need("username") ? rules.text("username", { nullable: false }) : undefined;
	if (username !== undefined && !userName.test(username)) rules.fail("username", badName);
	const status = statusOf(rules, ["active", "on_hold"], common);
	rules.done();
	return { ...common, proxies, inbounds, status, username: username ?? "" };
}

export function readChange(body: Body, core: Core): Change {
	const rules = new Rules(body);
	const proxies = proxiesOf(rules, false);
	const inbounds = rules.has("inbounds") ? changeInbounds(rules, core) : undefined;
	const common = readCommon(rules);
	const status = statusOf(rules, ["active", "disabled", "on_hold"], common);
	rules.done();
	return { ...common, proxies, inbounds, status };
}

type Common = Omit<Change, "proxies" | "inbounds" | "status">;

function readCommon(rules: Rules): Common {
	return {
		expire: rules.whole("expire"),
		data_limit: dataLimit(rules),
		data_limit_reset_strategy: rules.choice("data_limit_reset_strategy", resets),
		note: note(rules),
		on_hold_expire_duration: rules.whole("on_hold_expire_duration") || undefined,
		on_hold_timeout: rules.body.on_hold_timeout === 0 ? undefined : rules.time("on_hold_timeout"),
		auto_delete_in_days: rules.whole("auto_delete_in_days"),
		next_plan: nextPlan(rules)
	};
}

/** Floats are cut off, texts refused. */
function dataLimit(rules: Rules): Whole | undefined {
	const value = rules.body.data_limit;
	if (typeof value === "string")
		return rules.fail("data_limit", "Value error, data_limit must be an integer or a float, not a string");
	if (typeof value !== "number" || Number.isSafeInteger(value)) return rules.whole("data_limit", 0);
	const cut = readWhole(Math.trunc(value));
	if (typeof cut === "string") return undefined;
	return cut < 0 ? rules.fail("data_limit", "Input should be greater than or equal to 0") : cut;
}

function note(rules: Rules): string | undefined {
	const value = rules.text("note");
	return value !== undefined && [...value].length > 500
		? rules.fail("note", "Value error, User's note can be a maximum of 500 character")
		: value;
}

function nextPlan(rules: Rules): NextPlan | undefined {
	const value = rules.body.next_plan;
	if (value === undefined || value === null) return undefined;
	if (!isBody(value))
		return rules.fail("next_plan", "Input should be a valid dictionary or object to extract fields from");
	const plan = new Rules(value);
	const read = {
		data_limit: plan.whole("data_limit") ?? null,
		expire: plan.whole("expire") ?? null,
		add_remaining_traffic: plan.flag("add_remaining_traffic") ?? false,
		fire_on_either: plan.flag("fire_on_either") ?? true
	};
	Object.assign(rules.broken, plan.broken);
	return read;
}

function proxiesOf(rules: Rules, needed: boolean): Proxies | undefined {
	if (!rules.has("proxies")) return undefined;
	const value = rules.body.proxies;
	const empty = value === null || (isBody(value) && Object.keys(value).length === 0);
	if (needed && empty) return rules.fail("proxies", "Value error, Each user needs at least one proxy");
	if (!isBody(value)) throw new Error("proxies are no object");
	try {
		return readProxies(value);
	} catch (error) {
		if (!(error instanceof Refusal) || !isBody(error.detail)) throw error;
		Object.assign(rules.broken, error.detail);
		return undefined;
	}
}

const tagsOf = (value: Json): string[] => (Array.isArray(value) ? value.map(tag => `${tag}`) : []);

/** Once `inbounds` is there, a protocol without tags gets all of its own. Others than the proxies' are forgotten. */
function creationInbounds(rules: Rules, proxies: Proxies | undefined, core: Core): Map<string, string[]> {
	const given = rules.body.inbounds;
	if (!isBody(given)) throw new Error("inbounds are no object");
	const inbounds = new Map<string, string[]>();
	for (const protocol of proxies?.keys() ?? []) {
		const tags = tagsOf(given[protocol] ?? []);
		known(rules, tags, core);
		inbounds.set(protocol, tags.length > 0 ? tags : core.tags(protocol));
	}
	return inbounds;
}

function changeInbounds(rules: Rules, core: Core): Map<string, string[]> | undefined {
	const given = rules.body.inbounds;
	if (!isBody(given)) return rules.fail("inbounds", "Input should be a valid dictionary");
	const inbounds = new Map<string, string[]>();
	for (const [protocol, tags] of Object.entries(given)) {
		known(rules, tagsOf(tags), core);
		inbounds.set(protocol, tagsOf(tags));
	}
	return inbounds;
}

function known(rules: Rules, tags: readonly string[], core: Core): void {
	const unknown = tags.find(tag => !core.inbound(tag));
	if (unknown !== undefined && !rules.broken.inbounds)
		rules.fail("inbounds", `Value error, Inbound ${unknown} doesn't exist`);
}

function statusOf<T extends string>(rules: Rules, values: readonly T[], common: Common): T | undefined {
	if (rules.body.status === "on_hold") {
		if (!common.on_hold_expire_duration)
			return rules.fail("status", "Value error, User cannot be on hold without a valid on_hold_expire_duration.");
		if (common.expire) return rules.fail("status", "Value error, User cannot be on hold with specified expire.");
	}
	return rules.choice("status", values);
}
