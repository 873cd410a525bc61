/** (a) Import on the sample target: the pace of the copy against a bare loop that has the same effect, and one of POSTs alone. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bare, replay } from "./bare";
import { openPanel } from "./children";
import { type Figure, median, mustBe, perSecond, plausible, say, scaled } from "./figures";
import { type Mark, migrate, pace } from "./migrated";
import { type Sent, sentIn } from "./sent";

const LEVELS = [1, 2, 4, 8] as const;
const ROUNDS = 2;
/** Users a bare loop moves, out of the same steady middle. */
const BARE_USERS = 400;

/** What is sent to the target: first the admins, then each user's calls that change something, in their order. */
interface Calls {
	readonly admins: readonly Sent[];
	readonly users: readonly (readonly Sent[])[];
	/** All that Banyan asks once the first user is sent, by a user: look-ups too. */
	readonly asked: number;
}

/** What a bare loop does of the calls. */
const PEERS: Readonly<
	Record<string, { readonly what: string; readonly of: (user: readonly Sent[]) => readonly Sent[] }>
> = {
	same: { what: "the same effect by bare undici", of: user => user },
	posts: { what: "POSTs alone by bare undici", of: user => user.filter(({ method }) => method === "POST") }
};

type Rates = Map<string, Map<number, number[]>>;

export async function importRows(createMs: number): Promise<Figure[]> {
	const users = scaled(5000);
	const calls = await recordedCalls(users);
	const rates: Rates = new Map(Object.keys(PEERS).map(peer => [peer, new Map(LEVELS.map(level => [level, []]))]));
	const ours: number[] = [];
	let slice = 0;
	for (let round = 1; round <= ROUNDS; round++) {
		await using migrated = await migrate(users, createMs);
		const [from, to] = steady(migrated.copied);
		ours.push(pace(from, to));
		slice = to.done - from.done;
		say(`(a) ${createMs} ms: Banyan ${perSecond(pace(from, to))}`);
		for (const level of LEVELS)
			for (const [peer, { what, of }] of Object.entries(PEERS)) {
				const chosen = calls.users.slice(from.done, Math.min(to.done, from.done + BARE_USERS)).map(of);
				const rate = await bareRate(calls.admins, chosen, createMs, level);
				say(`(a) ${createMs} ms: ${what} at ${level} ${perSecond(rate)}`);
				rates.get(peer)?.get(level)?.push(rate);
			}
	}
	const what = `users imported, ${createMs} ms a create, ${slice} users in the steady middle of ${users + 999}`;
	return Object.keys(PEERS).map(peer => figure(peer, { what, calls, ours, rates, createMs }));
}

interface Seen {
	readonly what: string;
	readonly calls: Calls;
	readonly ours: readonly number[];
	readonly rates: Rates;
	readonly createMs: number;
}

function figure(name: string, { what, calls, ours, rates, createMs }: Seen): Figure {
	const peer = PEERS[name] as (typeof PEERS)[string];
	const seen = [...(rates.get(name) as Map<number, number[]>)];
	const best = seen.map(([level, all]) => ({ level, rate: median(all) })).sort((a, b) => b.rate - a.rate)[0];
	const { level, rate } = best as { level: number; rate: number };
	const ratio = plausible(median(ours) / rate, "ratio");
	const isGoal = name === "same" && createMs > 0;
	const perLevel = seen.map(([at, all]) => `${at}: ${perSecond(median(all))}`).join(", ");
	const theirs = calls.users.map(peer.of);
	const said = `Banyan ${calls.asked.toFixed(2)} calls a user (${kinds(calls.users)}, look-ups beside), the bare loop ${mean(theirs)} (${kinds(theirs)}).`;
	return {
		row: createMs === 0 ? "a0" : "a",
		what,
		measured: perSecond(median(ours)),
		peer: `${perSecond(rate)} ${peer.what}, ${level} at once`,
		ratio,
		goal: isGoal ? "≥ 0.9" : "reported only",
		met: isGoal ? ratio >= 0.9 : null,
		note: `${said} Bare at ${perLevel}.`
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
	const byName = new Map<string, Sent[]>();
	for (const call of sent.slice(first, last + 1)) {
		const name = nameIn(call);
		if (name === undefined || call.method === "GET") continue;
		byName.set(name, [...(byName.get(name) ?? []), call]);
	}
	const asked = sent.slice(first, last + 1).length / byName.size;
	return { admins: writes.filter(({ path }) => path.startsWith("/api/admin")), users: [...byName.values()], asked };
}

function nameIn({ method, path, body }: Sent): string | undefined {
	if (method === "POST" && path === "/api/user")
		return String((JSON.parse(String(body)) as { username: string }).username);
	const [, name] = /^\/api\/user\/([^/?]+)/.exec(path) ?? [];
	return name && decodeURIComponent(name);
}

const mean = (users: Calls["users"]): string =>
	(users.reduce((sum, calls) => sum + calls.length, 0) / users.length).toFixed(2);

function kinds(users: Calls["users"]): string {
	const counts = new Map<string, number>();
	for (const { method, path } of users.flat()) {
		const kind = path.includes("/set-owner") ? "PUT set-owner" : method;
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
	}
	return [...counts].map(([kind, count]) => `${(count / users.length).toFixed(2)} ${kind}`).join(", ");
}

/** These users, on a panel of their own. */
async function bareRate(
	admins: readonly Sent[],
	users: readonly (readonly Sent[])[],
	createMs: number,
	level: number
): Promise<number> {
	await using target = await openPanel("marzban", "--create-ms", `${createMs}`);
	await using bare = await new Bare(target.url).logIn("/api/admin/token");
	await replay(
		bare,
		admins.map(call => [call]),
		1
	);
	const seconds = await replay(bare, users, level);
	const { total } = (await bare.send({ method: "GET", path: "/api/users?limit=1", body: null })) as { total: number };
	mustBe("users that the bare loop made", total, users.length);
	return users.length / seconds;
}
