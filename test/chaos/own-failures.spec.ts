/**
 * Records that fail whenever they are asked for, at a target that is well (L28): each is its own failure, told as it
 * stands there (L30). A run of any number of them ends, and the others are moved.
 */

import type { DifferenceLine, Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import type { FaultKind, Poison } from "../../demo/panels/faults";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import type { Stage } from "../support/banyan";
import { onStage } from "../support/crashes";
import { keepFirst } from "../support/few";
import { holdings } from "../support/holdings";

const USERS = 72;
let source: Panel;

beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	keepFirst(source, USERS);
}, 60_000);
afterAll(() => source.close());

const definition = (stage: Stage, changes = {}): string =>
	stage.define({
		target: {
			connector: "marzban",
			url: stage.target.url,
			username: "admin",
			password: "${TARGET_PASSWORD}",
			retryBaseMs: 5,
			settleMs: 100
		},
		streams: ["admins", "users"],
		batch: { records: 20 },
		...changes
	});

/** The request concerns a user of these. */
const concerns =
	(names: ReadonlySet<string>): Poison["hits"] =>
	({ route, url, body }) => {
		const [, named] = /^\/api\/user\/([^/]+)/.exec(url.pathname) ?? [];
		const name = named ?? (route === "POST /api/user" ? (JSON.parse(body) as { username: string }).username : "");
		return names.has(name);
	};

/** Every so many of the source's users, by the name they have there. */
function some(every: number): Set<string> {
	const rows = source.db.prepare("SELECT username FROM users WHERE username IS NOT NULL ORDER BY id").all();
	return new Set(rows.map(({ username }) => String(username)).filter((_, index) => index % every === 0));
}

async function lines<T>(stage: Stage, ...command: string[]): Promise<T[]> {
	const { stdout } = await stage.banyan(["migration", ...command]).ended;
	return stdout
		.split("\n")
		.filter(line => line.startsWith("{"))
		.map(line => JSON.parse(line) as T);
}

const statusOf = (stdout: string) => (JSON.parse(stdout) as Status).streams.find(({ stream }) => stream === "users");

/** What the report says of each user, beside who is there. */
async function expectTruth(stage: Stage, stdout: string): Promise<ReportLine[]> {
	const report = (await lines<ReportLine>(stage, "report", "panel")).filter(({ stream }) => stream === "users");
	const there = new Map(
		stage.target.db
			.prepare("SELECT username, status FROM users")
			.all()
			.map(({ username, status }) => [String(username), String(status)])
	);
	for (const { outcome, target, name } of report) {
		if (outcome === "created") expect(there.has(String(target))).toBe(true);
		if (outcome === "quarantined" && target === null) expect([name, there.has(name)]).toEqual([name, false]);
	}
	const moved = report.filter(({ target }) => target !== null);
	expect(new Set(moved.map(({ target }) => target))).toEqual(new Set(there.keys()));
	expect(statusOf(stdout)?.outcomes.quarantined).toBe(report.filter(({ outcome }) => outcome === "quarantined").length);
	return report;
}

describe.each<[string, FaultKind | number, boolean]>([
	["crashes", "error", false],
	["crashes after it took effect", "error", true],
	["is reset", "reset", false],
	["is refused by a proxy", 403, false]
])("each write of some users %s", (_how, how, afterCommit) => {
	it("they are quarantined, nothing of them is there, the others are moved, and the rollback leaves nothing", async () => {
		await onStage(source, async stage => {
			const before = holdings(stage.target);
			const names = some(4);
			const hits = concerns(names);
			const writes: Poison["hits"] = request => !request.route.startsWith("GET") && hits(request);
			stage.target.setFaults({ rate: 0, poison: { hits: writes, how, afterCommit } });
			const { code, stdout } = await stage.banyan(["migration", "run", definition(stage), "--json"]).ended;
			// What took effect is seen by looking.
			expect(code).toBe(afterCommit ? 0 : 4);
			const report = await expectTruth(stage, stdout);
			const held = report.filter(({ reason }) => /^target_(failed|refused)/.test(reason ?? ""));
			for (const { name } of held) expect(names.has(name)).toBe(true);
			if (!afterCommit) expect(held.length).toBeGreaterThan(names.size / 2);
			expect(report.filter(({ outcome }) => outcome === "created").length).toBeGreaterThan(USERS / 2);
			stage.target.setFaults({ rate: 0 });
			const { code: undone } = await stage.banyan(["migration", "rollback", "panel", "--json"]).ended;
			expect([undone, holdings(stage.target)]).toEqual([0, before]);
		});
	}, 300_000);
});

it("a run all of whose users fail ends, with each of them told", async () => {
	await onStage(source, async stage => {
		stage.target.setFaults({ rate: 0, poison: { hits: ({ route }) => route === "POST /api/user", how: "error" } });
		const { code, stdout } = await stage.banyan(["migration", "run", definition(stage), "--json"]).ended;
		const report = await expectTruth(stage, stdout);
		expect([code, report.length]).toEqual([4, USERS]);
		expect(new Set(report.map(({ outcome }) => outcome))).toEqual(new Set(["quarantined"]));
		expect(holdings(stage.target).filter(row => "status" in (row as object))).toEqual([]);
	});
}, 300_000);

it("a change that fails leaves those who were moved as they were, and the difference names its fields", async () => {
	await onStage(source, async stage => {
		const run = await stage.banyan(["migration", "run", definition(stage), "--json"]).ended;
		const names = [...some(12)].filter(name => /^[a-z0-9_]{3,32}$/.test(name));
		const marks = names.map(() => "?").join();
		source.db.prepare(`UPDATE users SET note = 'changed since' WHERE username IN (${marks})`).run(...names);
		const hits = concerns(new Set(names));
		const writes: Poison["hits"] = request => request.route.startsWith("PUT") && hits(request);
		stage.target.setFaults({ rate: 0, poison: { hits: writes, how: "error" } });
		const { code, stdout } = await stage.banyan(["migration", "compare", "panel", "--json"]).ended;
		const report = await expectTruth(stage, stdout);
		const differences = await lines<DifferenceLine>(stage, "diff", "panel", "--json");
		const held = report.filter(({ outcome, name }) => outcome === "quarantined" && names.includes(name));
		expect([run.code, code]).toEqual([0, 4]);
		expect(held.length).toBeGreaterThan(0);
		for (const { name, target, reason } of held) {
			expect([target, reason]).toEqual([name, expect.stringContaining("It stands at the target as before")]);
			const said = differences.find(each => each.name === name);
			expect(said?.fields.map(({ field }) => field)).toEqual(["note"]);
		}
		stage.target.setFaults({ rate: 0 });
		const repaired = await stage.banyan(["migration", "repair", "panel", "--json"]).ended;
		expect(statusOf(repaired.stdout)?.outcomes.quarantined).toBe(statusOf(run.stdout)?.outcomes.quarantined);
	});
	source.db.exec("UPDATE users SET note = NULL WHERE note = 'changed since'");
}, 300_000);

it("a few end with 0, and with 4 once one of them cannot be made, each time they are asked for", async () => {
	await onStage(source, async stage => {
		const [bad = "", good = ""] = [...some(1)].filter(name => /^note_\d+$/.test(name));
		const hits = concerns(new Set([bad]));
		stage.target.setFaults({
			rate: 0,
			poison: { hits: each => each.route === "POST /api/user" && hits(each), how: "error" }
		});
		const few = (...names: string[]) =>
			stage.banyan(["migration", "run", definition(stage), "--only", ...names, "--json"]).ended;
		expect((await few(good)).code).toBe(0);
		const first = await few(good, bad);
		expect([first.code, first.stderr]).toEqual([4, expect.stringContaining(`${bad} (target_failed)`)]);
		expect((await few(bad)).code).toBe(4);
	});
}, 300_000);
