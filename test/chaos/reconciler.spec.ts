/**
 * Any small panel, moved while anything happens: calls fail before or after they took effect, the source goes on
 * changing, others edit the target, controllers crash, are paused, repair and roll back. Whatever happened, what is said
 * of the end holds. `RECONCILER_RUNS` sets how many are tried, `RECONCILER_SEED` tries those of an earlier failure again.
 */

import fc from "fast-check";
import type { Json } from "../../contracts/json";
import type { DifferenceLine, Lines, Status } from "../../contracts/migration/migration";
import type { Outcome, ReportLine, SourceRecord, Transformed } from "../../contracts/migration/records";
import { type AnyRun, anyRun, type SourceUser } from "../support/any-run";
import type { CrashingNode } from "../support/crashing-node";
import { EDITED, openSides, type Sides, World } from "../support/world";

const RUNS = Number(process.env.RECONCILER_RUNS ?? 14);
/** Takes minutes. */
const SHRINK = process.env.RECONCILER_SHRINK === "1";
const SEED = process.env.RECONCILER_SEED;

let sides: Sides;
beforeAll(async () => {
	sides = await openSides();
});
afterAll(() => Promise.all([sides.source.close(), sides.target.close()]));

it(
	"I1, I6, L1, L2: ends as it must, whatever happens",
	async () => {
		const settings = { numRuns: RUNS, endOnFailure: !SHRINK, ...(SEED !== undefined && { seed: Number(SEED) }) };
		await fc.assert(
			fc.asyncProperty(anyRun, async script => {
				await tried(script);
			}),
			settings
		);
	},
	RUNS * 60_000
);

const PLAIN: SourceUser = {
	row: { expire_strategy: "never", used_traffic: 0, enabled: 1, data_limit_reset_strategy: "no_reset", admin_id: 3 },
	services: [1]
};
const CALM: AnyRun = {
	users: [0, 1, 2, 3, 4].map(n => ({
		...PLAIN,
		row: { ...PLAIN.row, username: `user_0${n}`, key: `${n}`.padStart(32, "a") }
	})),
	squatters: [],
	definition: { conflict: "overwrite", batch: 2, rules: {} },
	changes: [],
	failures: [],
	edits: [],
	lives: [],
	repair: false,
	rollback: "when finished",
	lateEdits: [],
	undoLives: []
};

it("L2: one who cannot be put back is listed, and keeps no other from being put back", async () => {
	await tried({ ...CALM, squatters: [{ user: 1, kind: "other", owned: false }] });
});

it.each([false, true])(
	"L1, L2: a write that failed for good after it took effect is taken back too (after a repair: %s)",
	async repair => {
		for (let at = 1; at <= 8; at++)
			await tried({ ...CALM, repair, failures: [{ at, length: 9, after: true, kind: "unavailable" }] });
	}
);

const OWNED: AnyRun = { ...CALM, squatters: [{ user: 1, kind: "other", owned: true }] };

it.each([false, true])(
	"L1: what was held back for what stands at the source, and moved later, keeps whoever stood there (repair: %s)",
	async repair => {
		const users = CALM.users.map((user, n) => (n === 1 ? { ...user, row: { ...user.row, admin_id: 4 } } : user));
		const change = { user: 1, set: "admin_id = 3" };
		await tried({
			...CALM,
			users,
			squatters: [{ user: 1, kind: "other", owned: true }],
			repair,
			changes: [{ at: 3, change }]
		});
	}
);

it("L2: a rollback writes over nobody whom somebody else changed since, not even to finish what was begun", async () => {
	for (const at of ["prepared", "applied"] as const)
		await tried({ ...OWNED, lives: [{ crash: { at, count: 1 } }], rollback: "in the middle", lateEdits: [0] });
});

it("L2: one whom we made, and somebody changed while we were down, is left and listed", async () => {
	const lives = [{ crash: { at: "applied", count: 1 } }] as const;
	const listed: string[] = [];
	await tried({ ...CALM, lives, rollback: "in the middle", lateEdits: [0] }, async world => {
		const { lines } = (await world.onNode(undefined, ({ broker }) =>
			broker.call("migration.diff", { name: "panel", stream: "users", after: null })
		)) as Lines<DifferenceLine>;
		listed.push(...lines.map(({ name }) => name));
	});
	expect(listed).toEqual(["user_00"]);
});

it("L4: an owner whom the target cannot take away is a loss, and no difference", async () => {
	const users = CALM.users.map(user => ({ ...user, row: { ...user.row, admin_id: null } }));
	const world = await tried({ ...OWNED, users, rollback: "never" }, async there => {
		const { status, lines } = (await there.onNode(undefined, told)) as Told;
		expect(status.verdict).toMatchObject({ differences: 0, result: "clean" });
		const line = lines.find(({ name }) => name === "user_01");
		expect(line).toMatchObject({ outcome: "updated", losses: [{ code: "owner_kept", severity: "degraded" }] });
	});
	expect(world.broken).toEqual([]);
});

it("an owner taken away at the source, whom the target's API keeps, is a loss told once, and never written again", async () => {
	const change = { user: 1, set: "admin_id = NULL" };
	const changing = (there: World): number =>
		Object.entries(there.sides.target.requests)
			.filter(([what]) => /^(POST|PUT) \/api\/user/.test(what))
			.reduce((sum, [, count]) => sum + count, 0);
	await tried({ ...CALM, changes: [{ at: 3, change }], rollback: "never" }, async there => {
		for (const pass of ["first", "second"]) {
			const { status, lines } = (await there.onNode(undefined, told)) as Told;
			expect([pass, status.verdict?.differences]).toEqual([pass, 0]);
			const line = lines.find(({ name }) => name === "user_01");
			expect(line).toMatchObject({ outcome: "created", losses: [{ code: "owner_kept" }] });
			const before = changing(there);
			await there.onNode(undefined, async node => {
				await node.broker.call("migration.compare", { name: "panel" });
				await node.rests("panel");
			});
			expect([pass, changing(there) - before]).toEqual([pass, 0]);
		}
	});
});

it("L1: killed between a result of the comparison and its count, it counts what is new, and does not meet its own work", async () => {
	const added = { ...PLAIN, row: { ...PLAIN.row, username: "late", key: "f".repeat(32) } };
	for (const at of ["applied", "written"] as const)
		for (let count = 3; count <= 5; count++)
			await tried({
				...CALM,
				definition: { ...CALM.definition, conflict: "skip" },
				changes: [{ at: 3, change: { added } }],
				lives: [{ crash: { at, count } }],
				rollback: "when finished"
			});
});

async function tried(script: AnyRun, then?: (world: World) => Promise<void>): Promise<World> {
	const world = new World(sides, script);
	await world.open();
	try {
		await live(world, script);
		await then?.(world);
	} finally {
		await world.close();
	}
	return world;
}

async function live(world: World, script: AnyRun): Promise<void> {
	for (const life of script.lives) {
		if ("crash" in life) await world.oneLife(life.crash);
		else await world.pausedLife(life.pauseAt);
	}
	const isCutShort = script.rollback === "in the middle" && world.isBegun;
	if (!isCutShort) {
		await world.finish([], "start");
		world.calm();
		await check(world, false);
	}
	world.calm();
	if (script.repair && !isCutShort) {
		// Whoever left the source after the last listing is not named by two from here.
		await world.finish([], "repair");
		await world.finish([], "repair");
		await check(world, true);
	}
	if (script.rollback !== "never") {
		for (const user of script.lateEdits) await world.touch(user, "edit");
		const notes = new Map(world.users().map(({ username, note }) => [username, note]));
		await world.finish(script.undoLives, "rollback");
		const { lines } = (await world.onNode(undefined, ({ broker }) =>
			broker.call("migration.diff", { name: "panel", stream: "users", after: null })
		)) as Lines<DifferenceLine>;
		checkRolledBack(
			world,
			lines.map(({ name }) => name),
			notes
		);
	}
	expect(world.broken).toEqual([]);
}

interface Told {
	readonly status: Status;
	readonly lines: readonly ReportLine[];
	/** Names that the last comparison did not find at the target. */
	readonly missing: ReadonlySet<string>;
}

/** What the run says of itself, against both panels. */
async function check(world: World, repaired: boolean): Promise<void> {
	const said = (await world.onNode(undefined, told)) as Told;
	checkAccounts(world, said);
	checkLosses(said);
	const held = await world.held();
	expect(held.size).toBe(world.users().length);
	checkNames(world, said, [...held.keys()], repaired);
	const since = world.snapshots.slice(world.listedFrom);
	for (const line of said.lines) {
		const records = since.flatMap(snapshot => snapshot.get(line.id) ?? []);
		// What the target acknowledged and lost is listed.
		const isLost = world.lost.has(line.target ?? "") && !held.has(line.target ?? "") && !repaired;
		if (isLost && STAND.includes(line.outcome))
			expect([line.target, said.missing.has(line.target ?? "")]).toEqual([line.target, true]);
		else if (records.length === since.length) checkLine(world, line, records, held, repaired);
		else if (repaired) checkGone(world, line, held);
	}
}

/** Every record of the source is accounted for exactly once. */
function checkAccounts(world: World, { status, lines }: Told): void {
	const [users] = status.streams;
	const ids = lines.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	expect(users?.read).toBe(ids.length);
	for (const [outcome, count] of Object.entries(users?.outcomes ?? {}))
		expect([outcome, lines.filter(line => line.outcome === outcome).length]).toEqual([outcome, count]);
	for (const id of ids) expect(world.snapshots.some(snapshot => snapshot.has(id))).toBe(true);
	const [last, ...earlier] = world.snapshots.slice(world.listedFrom).reverse();
	if (earlier.length === 0) for (const id of last?.keys() ?? []) expect(ids).toContain(id);
}

const STAND: readonly Outcome[] = ["created", "updated", "unchanged"];

/** One user at the target for each who was moved, and nobody there whom nobody asked for. */
function checkNames(world: World, { lines }: Told, held: readonly string[], repaired: boolean): void {
	const stand = lines.filter(({ outcome }) => STAND.includes(outcome)).map(({ target }) => target);
	expect(new Set(stand).size).toBe(stand.length);
	// One in doubt whom somebody else changed cannot be told from somebody else, and waits for a human.
	const isTheirs = (name: string): boolean =>
		world.squatters.has(name) || world.touched.has(name) || (!repaired && world.intended.has(name));
	for (const name of held) if (!isTheirs(name)) expect(stand).toContain(name);
}

type Held = Awaited<ReturnType<World["held"]>>;

/** What is said to be lost is what the lines say, by severity; whoever needs a hand is counted once. */
function checkLosses({ status, lines }: Told): void {
	const said: Record<string, number> = {};
	for (const { losses } of status.streams)
		for (const [code, { severities }] of Object.entries(losses))
			for (const [severity, count] of Object.entries(severities)) said[`${code} ${severity}`] = count;
	const told: Record<string, number> = {};
	for (const { losses } of lines)
		for (const each of new Set(losses.map(({ code, severity }) => `${code} ${severity}`)))
			told[each] = (told[each] ?? 0) + 1;
	expect(said).toEqual(told);
	const { verdict } = status;
	if (!verdict) return;
	const waits = lines.filter(({ outcome }) => outcome === "quarantined" || outcome === "skipped");
	const acts = lines.filter(({ losses }) => losses.some(({ severity }) => severity === "act"));
	const least = new Set([...waits, ...acts].map(({ id }) => id)).size;
	const { records, differences } = verdict.needHand;
	expect([verdict.needHand.losses, records >= least, records <= least + differences]).toEqual([
		acts.length,
		true,
		true
	]);
	expect(verdict.result === "clean" && records > 0).toBe(false);
}

function checkLine(
	world: World,
	line: ReportLine,
	records: readonly SourceRecord[],
	held: Held,
	repaired: boolean
): void {
	const { id, outcome, target: name } = line;
	const wanted = records.map(record => world.expected(record));
	const touched = world.touched.has(name ?? "");
	if (outcome === "quarantined") {
		if (repaired) checkHeldBack(world, line, wanted);
	} else if (outcome === "skipped") {
		expect([id, name, touched || world.squatters.has(name ?? "")]).toEqual([id, name, true]);
	} else if (!touched || repaired) {
		expect([id, STAND.includes(outcome)]).toEqual([id, true]);
		// What changed so that it cannot be moved any more is left, and listed.
		if (wanted.every(({ target }) => target)) checkStanding(world, line, records, wanted, held);
	}
}

/** For a reason that no repair can mend. */
function checkHeldBack(world: World, { id, reason }: ReportLine, wanted: readonly Transformed[]): void {
	const names = wanted.flatMap(({ target }) => (target ? [target.name] : []));
	const isTaken = /has this name/.test(reason ?? "");
	const isForeign = names.some(name => world.squatters.has(name) || world.touched.has(name));
	expect([id, reason, isTaken || isForeign || names.length < wanted.length]).toEqual([id, reason, true]);
}

/** As the mapping says of a state that the source had since the last listing began (L4). */
function checkStanding(
	world: World,
	{ id, outcome, target: name, losses }: ReportLine,
	records: readonly SourceRecord[],
	wanted: readonly Transformed[],
	held: Held
): void {
	const actual = held.get(name ?? "");
	// Marzban's API takes no owner away.
	const isKept = world.squatters.has(name ?? "") || losses.some(({ code }) => code === "owner_kept");
	const owner = isKept ? { admin: actual?.admin ?? null } : {};
	const may = wanted.map(({ target }) => world.fingerprint({ ...target?.data, ...owner }));
	const state = actual ? may.indexOf(world.fingerprint(actual)) : -1;
	if (state < 0) expect([id, outcome, actual]).toEqual([id, outcome, wanted.map(({ target }) => target?.data)]);
	else expect(gains(records[state]?.data as Json, wanted[state] as Transformed, actual as Json)).toEqual([]);
}

/** What a user has more of than at the source, but for what is declared. */
function gains(source: Json, { losses }: Transformed, target: Json): string[] {
	const declared = losses
		.filter(({ code }) => code === "quota_gain")
		.reduce((sum, { amount }) => sum + BigInt(amount ?? 0), 0n);
	const big = (value: unknown): bigint => BigInt(String(value));
	const left = source.data_limit === null ? null : big(source.data_limit) - big(source.used_traffic);
	const isMoreQuota =
		left !== null && (target.data_limit === null || big(target.data_limit) > (left > 1n ? left : 1n) + declared);
	const until = source.expire_strategy === "fixed_date" ? Date.parse(`${source.expire_date}Z`) / 1000 : null;
	const isMoreTime = until !== null && (target.expire === null || Number(target.expire) > until);
	const hold = source.expire_strategy === "start_on_first_use" && target.status !== "disabled";
	const isLonger = hold && Number(target.on_hold_expire_duration) > Number(source.usage_duration);
	return [isMoreQuota && "quota", isMoreTime && "time", isLonger && "a hold"].filter(gain => gain !== false);
}

/** Ours, and gone from the source: taken away. */
function checkGone(world: World, { id, outcome, target }: ReportLine, held: Held): void {
	if (outcome !== "created" && outcome !== "removed") return;
	if (world.touched.has(target ?? "")) return;
	expect([id, outcome, held.has(target ?? "")]).toEqual([id, "removed", false]);
}

/** All fields but ids and edit times; a hold that is not on counts for nothing. */
function checkRolledBack(world: World, left: readonly string[], notes: ReadonlyMap<string, string | null>): void {
	const rows = (all: readonly unknown[]) =>
		(all as Shown[])
			.filter(({ username }) => !world.touched.has(username))
			// Marzban's API takes no owner away: this is said.
			.map(row => (left.includes(row.username) ? { ...row, owner: null } : row))
			.map(row => (row.status === "on_hold" ? row : { ...row, on_hold_expire_duration: null, on_hold_timeout: null }));
	expect(rows(world.holdings())).toEqual(rows(world.first));
	for (const name of left) expect([name, world.touched.has(name) || world.squatters.has(name)]).toEqual([name, true]);
	const after = new Map(world.users().map(({ username, note }) => [username, note]));
	for (const [name, note] of notes) if (note === EDITED) expect([name, after.get(name)]).toEqual([name, EDITED]);
}

interface Shown {
	readonly username: string;
	readonly status: string;
}

async function told({ broker }: CrashingNode): Promise<Told> {
	const lines: ReportLine[] = [];
	let after: string | null = null;
	do {
		const page: { lines: readonly ReportLine[]; next: string | null } = await broker.call("migration.report", {
			name: "panel",
			stream: "users",
			after
		});
		lines.push(...page.lines);
		after = page.next;
	} while (after !== null);
	const missing = new Set<string>();
	let from: string | null = null;
	do {
		const page: Lines<DifferenceLine> = await broker.call("migration.diff", {
			name: "panel",
			stream: "users",
			after: from
		});
		for (const { name, kind } of page.lines) if (kind === "missing") missing.add(name);
		from = page.next;
	} while (from !== null);
	return { status: await broker.call("migration.status", { name: "panel" }), lines, missing };
}
