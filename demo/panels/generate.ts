/** Users of a source panel that never were: any number, the mix of the recorded ones, the same for the same seed. */
import { createHash } from "node:crypto";
import type { Body } from "./json";
import { between, pick, type Random, random } from "./random";

const names = [
	"omar",
	"olga",
	"tom",
	"sara",
	"maria",
	"ivan",
	"chen",
	"john",
	"neda",
	"ali",
	"lea",
	"fatima",
	"kurt",
	"reza",
	"کاربر",
	"emre",
	"yuki",
	"pavel",
	"mina",
	"hassan"
] as const;
const endings = ["", "", "x", "_vip", "_test"] as const;
const owners = [
	...Array<string>(6).fill("admin"),
	...Array<string>(4).fill("reseller1"),
	...Array<string>(3).fill("reseller2"),
	"readonly",
	"disabled_admin",
	"sudo2",
	"Mixed.Case-Admin_32_chars_long__",
	"مدیر"
] as const;
const agents = ["clash-verge/1.7", "v2rayNG/1.8.29", "Streisand/1.6", "SFA/1.9", "Hiddify/2.5"] as const;
const notes = [
	"یادداشت فارسی با فاصله‌ی مجازی",
	"paid until spring",
	"🎉 friend of a friend",
	'{"json": [1,2,3]}',
	"",
	"line one\nline two"
] as const;
const services = [[1], [1], [2], [3], [4], [8], [1, 2], [1, 8], [7], [11], [3, 8], []] as const;
const gigabytes = [1, 5, 10, 30, 50, 100, 500] as const;
const resets = ["no_reset", "no_reset", "no_reset", "month", "week", "day", "year"] as const;
const durations = [30, 60, 90, 365] as const;

/** The recorded panel lived around this day; expiries lie on both sides of it. */
const today = Date.parse("2026-11-21T00:00:00Z");
const day = 86_400;

const at = (next: Random, from: number, to: number): string =>
	new Date(today + between(next, from * day, to * day) * 1000).toISOString().slice(0, 19);

const maybe = <T>(next: Random, share: number, value: () => T): T | null => (next() < share ? value() : null);

function expiry(next: Random): Body {
	const kind = next();
	const none = { expire_date: null, usage_duration: null, activation_deadline: null };
	if (kind < 0.33) return { ...none, expire_strategy: "never" };
	if (kind < 0.83) return { ...none, expire_strategy: "fixed_date", expire_date: at(next, -90, 270) };
	const deadline = maybe(next, 0.2, () => at(next, 5, 120));
	const usage_duration = pick(next, durations) * day;
	return { ...none, expire_strategy: "start_on_first_use", usage_duration, activation_deadline: deadline };
}

function traffic(next: Random, held: boolean): Body {
	const data_limit = maybe(next, 0.6, () => pick(next, gigabytes) * 2 ** 30);
	const used_traffic = held ? 0 : between(next, 0, (data_limit ?? 600 * 2 ** 30) * 1.05);
	const strategy = pick(next, resets);
	const reset = strategy !== "no_reset" && !held && next() < 0.7;
	return {
		data_limit,
		used_traffic,
		data_limit_reset_strategy: strategy,
		lifetime_used_traffic: used_traffic + (reset ? between(next, 0, 900 * 2 ** 30) : 0),
		traffic_reset_at: reset ? at(next, -30, 0) : null
	};
}

function user(next: Random, number: number, from: number): Body {
	const expires = expiry(next);
	const username = `${pick(next, names)}_g${number}${pick(next, endings)}`;
	const key = createHash("md5").update(`${from}:${number}`).digest("hex");
	const seen = maybe(next, 0.45, () => pick(next, agents));
	return {
		...expires,
		...traffic(next, expires.expire_strategy === "start_on_first_use"),
		username,
		key,
		subscription_url: `/sub/${username}/${key}`,
		note: maybe(next, 0.3, () => pick(next, notes)),
		sub_last_user_agent: seen,
		sub_updated_at: seen && at(next, -20, 0),
		online_at: maybe(next, 0.4, () => at(next, -15, 0)),
		sub_revoked_at: maybe(next, 0.03, () => at(next, -60, 0)),
		created_at: at(next, -700, -31),
		activated: true,
		enabled: next() < 0.89,
		service_ids: pick(next, services),
		owner_username: pick(next, owners)
	};
}

/** @param seed other seeds, other users; names only differ by chance, keys always */
export function generate(count: number, seed = 1): Body[] {
	const next = random(seed);
	return Array.from({ length: count }, (_, index) => user(next, index + 1, seed));
}
