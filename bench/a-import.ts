/** (a) Import on the sample target: the pace of the copy against a bare loop that sends the same calls. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bare, replay } from "./bare";
import { openPanel } from "./children";
import { type Figure, median, perSecond, say, scaled } from "./figures";
import { type Mark, migrate, pace } from "./migrated";
import { type Sent, sentIn } from "./record";

const LEVELS = [1, 2, 4, 8] as const;
const ROUNDS = 2;
/** Users a bare loop moves, out of the same steady middle. */
const BARE_USERS = 400;

/** What is sent to the target: first the admins, then each user's calls in their order, look-ups between them. */
interface Calls {
	readonly admins: readonly Sent[];
	readonly units: readonly { readonly calls: Sent[]; readonly user: boolean }[];
}

export async function importRow(createMs: number): Promise<Figure> {
	const users = scaled(5000);
	const calls = await recordedCalls(users);
	const seen = new Map<number, number[]>(LEVELS.map(level => [level, []]));
	const ours: number[] = [];
	let slice = 0;
	for (let round = 1; round <= ROUNDS; round++) {
		await using migrated = await migrate(users, createMs);
		const [from, to] = steady(migrated.copied);
		ours.push(pace(from, to));
		slice = to.done - from.done;
		say(`(a) ${createMs} ms: Banyan ${perSecond(pace(from, to))}`);
		for (const level of LEVELS) {
			const rate = await bareRate(calls, from.done, Math.min(to.done, from.done + BARE_USERS), createMs, level);
			say(`(a) ${createMs} ms: bare at ${level} ${perSecond(rate)}`);
			seen.get(level)?.push(rate);
		}
	}
	const best = [...seen].map(([level, rates]) => ({ level, rate: median(rates) })).sort((a, b) => b.rate - a.rate)[0];
	const { level, rate } = best as { level: number; rate: number };
	const ratio = median(ours) / rate;
	const sent = calls.units.filter(({ user }) => user);
	const each = sent.reduce((sum, unit) => sum + unit.calls.length, 0) / sent.length;
	const perLevel = [...seen].map(([at, rates]) => `${at}: ${perSecond(median(rates))}`).join(", ");
	return {
		row: createMs === 0 ? "a0" : "a",
		what: `users imported, ${createMs} ms a create, ${slice} users in the steady middle of ${users + 999}`,
		measured: perSecond(median(ours)),
		peer: `${perSecond(rate)} bare undici, ${level} at once`,
		ratio,
		goal: createMs === 0 ? "reported only" : "≥ 0.95",
		met: createMs === 0 ? null : ratio >= 0.95,
		note: `${each.toFixed(2)} calls a user (${kinds(sent)}), and a look-up per batch. Bare at ${perLevel}.`
	};
}

/** Without the warm-up, in which the concurrency is found, and without the tail. */
function steady(marks: readonly Mark[]): [Mark, Mark] {
	const at = (share: number): Mark => marks[Math.floor((marks.length - 1) * share)] as Mark;
	return [at(0.3), at(0.9)];
}

async function recordedCalls(users: number): Promise<Calls> {
	const log = join(tmpdir(), `banyan-bench-${process.pid}.log`);
	await using recorded = await migrate(users, 0, log);
	const sent = sentIn(log).filter(({ origin }) => origin === recorded.target.url);
	const writes = sent.filter(({ method, path }) => method !== "GET" && path !== "/api/admin/token");
	const last = sent.lastIndexOf(writes.at(-1) as Sent);
	const first = sent.findIndex(({ method, path }) => method === "POST" && path === "/api/user");
	const units: { calls: Sent[]; user: boolean }[] = [];
	const byName = new Map<string, Sent[]>();
	for (const call of sent.slice(first, last + 10)) {
		const name = nameIn(call);
		if (call.path.startsWith("/api/users?username")) units.push({ calls: [call], user: false });
		if (name === undefined) continue;
		const known = byName.get(name);
		if (known) known.push(call);
		else {
			const calls = [call];
			byName.set(name, calls);
			units.push({ calls, user: true });
		}
	}
	return { admins: writes.filter(({ path }) => path.startsWith("/api/admin")), units };
}

function nameIn({ method, path, body }: Sent): string | undefined {
	if (method === "POST" && path === "/api/user")
		return String((JSON.parse(String(body)) as { username: string }).username);
	const [, name] = /^\/api\/user\/([^/?]+)/.exec(path) ?? [];
	return name && decodeURIComponent(name);
}

function kinds(units: Calls["units"]): string {
	const counts = new Map<string, number>();
	for (const { calls } of units)
		for (const { method, path } of calls) {
			const kind = path.includes("/set-owner") ? "PUT set-owner" : method;
			counts.set(kind, (counts.get(kind) ?? 0) + 1);
		}
	return [...counts].map(([kind, count]) => `${(count / units.length).toFixed(2)} ${kind}`).join(", ");
}

/** The created users `from` to `to`, on a panel of their own. */
async function bareRate(calls: Calls, from: number, to: number, createMs: number, level: number): Promise<number> {
	await using target = await openPanel("marzban", "--create-ms", `${createMs}`);
	await using bare = await new Bare(target.url).logIn("/api/admin/token");
	await replay(
		bare,
		calls.admins.map(call => [call]),
		1
	);
	let user = 0;
	const chosen = calls.units.filter(unit => {
		const wanted = user >= from && user < to;
		if (unit.user) user++;
		return wanted;
	});
	const seconds = await replay(
		bare,
		chosen.map(unit => unit.calls),
		level
	);
	return (to - from) / seconds;
}
