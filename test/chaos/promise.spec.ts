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
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { type AnyPanels, anyPanels } from "../support/any-panels";
import { startCrashingNode } from "../support/crashing-node";

const RUNS = Number(process.env.PROMISE_RUNS ?? 25);
const SEED = process.env.PROMISE_SEED;
/** Takes minutes. */
const SHRINK = process.env.PROMISE_SHRINK === "1";
const LOGIN = { username: "admin", password: "admin123" };
const HASH = `$2b$12$${"a".repeat(53)}`;
const NOT_IN_PLACE = ["created", "updated", "unchanged"];

interface Ground {
	readonly folder: string;
	readonly source: Panel;
	readonly target: Panel;
	readonly files: { readonly source: string; readonly target: string };
}

let ground: Ground;
beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), "promise-"));
	const files = { source: join(folder, "source.sqlite3"), target: join(folder, "target.sqlite3") };
	const quick = { createMs: 0, loginMs: 0, jobSeconds: 0 };
	const source = await startMarzneshin({ ...quick, file: files.source, authAlgorithm: "plain" });
	const target = await startMarzban({ ...quick, file: files.target });
	ground = { folder, source, target, files };
});
afterAll(async () => {
	await Promise.all([ground.source.close(), ground.target.close()]);
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

type Cell = string | number | null;

function insert(panel: Panel, table: string, row: Readonly<Record<string, unknown>>): number {
	const names = Object.keys(row);
	const sql = `INSERT INTO ${table} (${names.map(name => `"${name}"`).join()}) VALUES (${names.map(() => "?").join()})`;
	return Number(panel.db.prepare(sql).run(...(Object.values(row) as Cell[])).lastInsertRowid);
}

/** Both panels as the test says, and nothing left of the one before. */
function fill({ source, target }: Ground, { admins, there, users, squatters, templates, longHost }: AnyPanels): void {
	for (const table of ["users", "users_services"]) source.db.exec(`DELETE FROM ${table}`);
	source.db.exec("DELETE FROM admins WHERE username <> 'admin'");
	for (const table of "users proxies exclude_inbounds_association user_usage_logs admins user_templates".split(" "))
		target.db.exec(`DELETE FROM ${table}`);
	for (const table of ["template_inbounds_association", "hosts"]) target.db.exec(`DELETE FROM ${table}`);
	const ids = admins.map(admin => insert(source, "admins", { ...admin, hashed_password: HASH }));
	const owners = [1, ...ids, null];
	for (const { row, owner, services } of users) {
		const taken = source.db.prepare("SELECT 1 FROM users WHERE username = ?").get(String(row.username));
		if (taken) continue;
		const user = insert(source, "users", { ...row, admin_id: owners[owner % owners.length] ?? null });
		for (const service of services) insert(source, "users_services", { user_id: user, service_id: service });
	}
	source.db.exec("DELETE FROM hosts WHERE id = 999");
	if (longHost) {
		const { body } = source.db.prepare("SELECT body FROM hosts WHERE id = 1").get() as { body: string };
		const host = JSON.stringify({ ...JSON.parse(body), id: 999, sni: "x".repeat(1001) });
		insert(source, "hosts", { id: 999, position: 999, body: host });
	}
	const theirs = there.map(admin => insert(target, "admins", { ...admin, hashed_password: HASH }));
	for (const name of templates) {
		const id = insert(target, "user_templates", { name });
		insert(target, "template_inbounds_association", { user_template_id: id, inbound_tag: "VMess TCP" });
	}
	squat(target, squatters, users, [...theirs, null]);
}

function squat(
	target: Panel,
	squatters: AnyPanels["squatters"],
	users: AnyPanels["users"],
	owners: readonly (number | null)[]
): void {
	for (const { user, note, owner, isCapital } of squatters) {
		const shown = String(users[user % users.length]?.row.username).toLowerCase();
		const name = isCapital ? `${shown.slice(0, 1).toUpperCase()}${shown.slice(1)}` : shown;
		if (!/^\w{3,32}$/.test(name)) continue;
		if (target.db.prepare("SELECT 1 FROM users WHERE username = ?").get(name)) continue;
		const admin_id = owners[owner % owners.length] ?? null;
		const row = {
			username: name,
			status: "active",
			used_traffic: 7,
			note,
			admin_id,
			created_at: "2026-01-01 00:00:00.000000"
		};
		const id = insert(target, "users", row);
		const settings = JSON.stringify({ id: "11111111-1111-4111-8111-111111111111", flow: "" });
		insert(target, "proxies", { user_id: id, type: "VLESS", settings });
	}
}

function documentOf({ source, target, files }: Ground, { databases, definition }: AnyPanels): string {
	return JSON.stringify({
		name: "panel",
		source: {
			connector: "marzneshin",
			url: source.url,
			...LOGIN,
			authAlgorithm: "plain",
			...(databases.source && { database: files.source })
		},
		target: { connector: "marzban", url: target.url, ...LOGIN, ...(databases.target && { database: files.target }) },
		...definition
	});
}

async function tried(panels: AnyPanels): Promise<void> {
	fill(ground, panels);
	const before = powers(ground.target);
	const document = documentOf(ground, panels);
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
		noGain(panels, before, powers(ground.target));
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
