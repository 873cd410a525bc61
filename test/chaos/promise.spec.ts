/**
 * L31: a plan is a promise. Of any two panels and any definition, what the plan counts is what the dry run says of each
 * record, and that is what the run does: outcomes, names, losses, reasons. And L34: no admin whom the run made may more
 * than at the source, and nobody who stood there was changed.
 * `PROMISE_RUNS` sets how many are tried, `PROMISE_SEED` tries those of an earlier failure again.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { openMemoryStore } from "../../adapters/eventstore";
import type { Broker } from "../../cluster";
import type { Lines, Plan, Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { startMarzban } from "../../demo/panels/marzban";
import { type Naming, namings } from "../../demo/panels/marzban/names";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { type AnyPanels, anyPanels } from "../support/any-panels";
import { startCrashingNode } from "../support/crashing-node";
import { type Ends, fill, HASH } from "../support/fill-panels";

const RUNS = Number(process.env.PROMISE_RUNS ?? 28);
const SEED = process.env.PROMISE_SEED;
/** Takes minutes. */
const SHRINK = process.env.PROMISE_SHRINK === "1";
const LOGIN = { username: "admin", password: "admin123" };
/** Rows that the source cannot read are asked for again and again. */
const QUICK = { retryBaseMs: 1 };
const NOT_IN_PLACE = ["created", "updated", "unchanged"];

let ground: { readonly folder: string; readonly source: Panel; readonly ends: Readonly<Record<Naming, Ends>> };
beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), "promise-"));
	const file = (name: string): string => join(folder, `${name}.sqlite3`);
	const quick = { createMs: 0, loginMs: 0, jobSeconds: 0 };
	const source = await startMarzneshin({ ...quick, file: file("source"), authAlgorithm: "plain" });
	const open = async (naming: Naming): Promise<[Naming, Ends]> => {
		const target = await startMarzban({ ...quick, naming, file: file(naming) });
		return [naming, { source, target, files: { source: file("source"), target: file(naming) } }];
	};
	const ends = Object.fromEntries(await Promise.all(namings.map(open))) as Record<Naming, Ends>;
	ground = { folder, source, ends };
});
afterAll(async () => {
	await Promise.all([ground.source.close(), ...Object.values(ground.ends).map(({ target }) => target.close())]);
	rmSync(ground.folder, { recursive: true });
});

it(
	"L31, L34: what is planned is what is done, and nobody gains power",
	async () => {
		const settings = { numRuns: RUNS, endOnFailure: !SHRINK, ...(SEED !== undefined && { seed: Number(SEED) }) };
		await fc.assert(
			fc.asyncProperty(anyPanels, async panels => {
				await tried(panels);
			}),
			settings
		);
	},
	RUNS * 20_000
);

function documentOf({ source, target, files }: Ends, { databases, definition, naming }: AnyPanels): string {
	// The file behind the sample MariaDB compares as SQLite does: a MariaDB's own is in test/integration.
	const isFile = databases.target && naming !== "mariadb";
	return JSON.stringify({
		name: "panel",
		source: {
			connector: "marzneshin",
			url: source.url,
			...LOGIN,
			authAlgorithm: "plain",
			...QUICK,
			...(databases.source && { database: files.source })
		},
		target: { connector: "marzban", url: target.url, ...LOGIN, ...QUICK, ...(isFile && { database: files.target }) },
		...definition
	});
}

async function tried(panels: AnyPanels): Promise<void> {
	const ends = ground.ends[panels.naming];
	fill(ends, panels);
	const before = powers(ends.target);
	const owned = owners(ends.target);
	const document = documentOf(ends, panels);
	const store = openMemoryStore();
	const node = await startCrashingNode({ store, environment: {}, shut: () => undefined });
	try {
		const { broker } = node;
		const plan = await broker.call("migration.plan", { document });
		if (!plan.ok) {
			expect(await refusalOf(() => broker.call("migration.dryRun", { document }))).toBe("PREFLIGHT_REFUSED");
			expect(await refusalOf(() => broker.call("migration.start", { name: "panel" }))).toBe("PREFLIGHT_REFUSED");
			return;
		}
		const foretold = await toldBy(broker, (await broker.call("migration.dryRun", { document })).name, panels);
		await broker.call("migration.start", { name: "panel", backupTaken: true });
		const done = await toldBy(broker, "panel", panels);
		expect([done.status.failure, done.status.phase]).toEqual([null, "finished"]);
		expect(spoken(foretold.lines)).toEqual(spoken(done.lines));
		expect(countsOf(plan)).toEqual(countsIn(foretold.status));
		expect(countsOf(plan)).toEqual(countsIn(done.status));
		expect(done.status.verdict?.differences).toBe(0);
		noGain(panels, before, powers(ends.target));
		noStrangers(ends, done.lines, owned);
	} finally {
		await node.stop();
		await store.close();
	}
}

async function refusalOf(call: () => Promise<unknown>): Promise<string | undefined> {
	return call().then(
		() => "taken",
		(error: { type?: string }) => error.type
	);
}

interface Told {
	readonly status: Status;
	readonly lines: readonly ReportLine[];
}

async function toldBy(broker: Broker, name: string, { definition }: AnyPanels): Promise<Told> {
	let status = await broker.call("migration.status", { name });
	while (status.running) {
		await sleep(3);
		status = await broker.call("migration.status", { name });
	}
	const lines: ReportLine[] = [];
	for (const stream of definition.streams) {
		let after: string | null = null;
		do {
			const page: Lines<ReportLine> = await broker.call("migration.report", { name, stream, after });
			lines.push(...page.lines);
			after = page.next;
		} while (after !== null);
	}
	return { status, lines };
}

/** What is said of each record, in one order. */
const spoken = (lines: readonly ReportLine[]): unknown[] =>
	lines
		.map(({ stream, id, outcome, target, losses, reason }) => ({
			record: `${stream} ${id}`,
			outcome,
			target: NOT_IN_PLACE.includes(outcome) ? target : null,
			losses: losses.map(({ code, field, severity, amount }) => `${code} ${field} ${severity} ${amount ?? ""}`).sort(),
			reason
		}))
		.sort((a, b) => (a.record < b.record ? -1 : 1));

type Counts = Readonly<Record<string, unknown>>;
const numbers = (tally: Readonly<Record<string, number | { readonly count: number }>>): Counts =>
	Object.fromEntries(
		Object.entries(tally)
			.map(([code, count]) => [code, typeof count === "number" ? count : count.count] as const)
			.filter(([, count]) => count > 0)
			.sort(([a], [b]) => (a < b ? -1 : 1))
	);
const countsOf = ({ streams }: Plan): Counts[] =>
	streams.map(({ stream, outcomes, quarantine, losses }) => ({
		stream,
		outcomes: numbers(outcomes),
		quarantine: numbers(quarantine),
		losses: numbers(losses)
	}));
const countsIn = ({ streams }: Status): Counts[] =>
	streams.map(({ stream, outcomes, quarantine, losses }) => ({
		stream,
		outcomes: numbers(outcomes),
		quarantine: numbers(quarantine),
		losses: numbers(losses)
	}));

interface Power {
	readonly username: string;
	readonly is_sudo: number;
	readonly hashed_password: string;
}

const powers = ({ db }: Panel): Map<string, Power> =>
	new Map(
		(db.prepare("SELECT * FROM admins").all() as unknown as Power[]).map(row => {
			// Only counts.
			const { users_usage, id, ...rest } = row as Power & { users_usage: unknown; id: unknown };
			return [row.username, rest];
		})
	);

/** L34, by what the target's own table holds. */
function noGain({ admins }: AnyPanels, before: ReadonlyMap<string, Power>, after: ReadonlyMap<string, Power>): void {
	for (const [name, power] of before) expect(after.get(name)).toEqual(power);
	for (const [name, power] of after) {
		if (before.has(name)) continue;
		const own = admins.find(({ username }) => username === name) ?? { is_sudo: 1, enabled: 1 };
		expect([name, Number(power.is_sudo) <= Number(own.is_sudo && own.enabled)]).toEqual([name, true]);
		if (!own.enabled) expect([name, power.hashed_password === HASH]).toEqual([name, false]);
	}
}

const owners = ({ db }: Panel): Map<string, string | null> =>
	new Map(
		db
			.prepare("SELECT users.username, admins.username AS owner FROM users LEFT JOIN admins ON admin_id = admins.id")
			.all()
			.map(({ username, owner }) => [String(username), owner === null ? null : String(owner)])
	);

/** Whoever stood there keeps their owner or is given theirs of the source; nobody else is anybody's but that one's. */
function noStrangers(
	{ source, target }: Ends,
	lines: readonly ReportLine[],
	before: ReadonlyMap<string, string | null>
): void {
	const sql = "SELECT users.id, admins.username AS owner FROM users LEFT JOIN admins ON admin_id = admins.id";
	const theirs = new Map(
		source.db
			.prepare(sql)
			.all()
			.map(({ id, owner }) => [String(id), owner])
	);
	const named = new Map(lines.filter(({ stream }) => stream === "users").map(line => [line.target, line]));
	for (const [name, owner] of owners(target)) {
		const line = named.get(name);
		// Who had none belongs to the account that made them, on record.
		const isAssigned = line?.losses.some(({ code }) => code === "owner_assigned") === true;
		const may = [
			...(before.has(name) ? [before.get(name)] : []),
			...(line ? [theirs.get(line.id), null] : []),
			...(isAssigned ? [LOGIN.username] : [])
		];
		expect([name, may.includes(owner), owner]).toEqual([name, true, owner]);
	}
}
