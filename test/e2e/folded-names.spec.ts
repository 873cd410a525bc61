/**
 * A whole migration to a panel on MariaDB, by API: names of admins and templates fold there and those of users do not,
 * and an expiry ends in January 2038. Whoever belongs to an admin whose folded namesake stands at the target is given to
 * nobody, least of all to that one; what no such target holds is cut, on record; and all of it can be taken back.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan, Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { holdings } from "../support/holdings";

const STREAMS = ["admins", "services", "hosts", "users", "nodes", "settings"];
/** By admin of the source, who stands at the target under a name that its database takes for theirs. */
const NAMESAKES = { reseller1: "Reseller1", reseller2: "résellér2 ", readonly: "READONLY" } as const;
const SUDO = NAMESAKES.reseller2;
const LAST_INT = 2_147_483_647;
const LATE = 110;

let stage: Stage;
let stood: unknown[];
beforeAll(async () => {
	stage = await openStage({ target: { naming: "mariadb" } });
	stage.define({ streams: STREAMS });
	const { source, target } = stage;
	for (const username of Object.values(NAMESAKES)) {
		const admin = { username, password: "theirs-1234", is_sudo: username === SUDO };
		expect(await post("/api/admin", admin)).toBe(200);
	}
	expect(await post("/api/user_template", { name: "VLESS-Only", inbounds: { vless: ["VLESS TCP REALITY"] } })).toBe(
		200
	);
	const late = source.db.prepare("UPDATE users SET expire_strategy = 'fixed_date', expire_date = ? WHERE id = ?");
	const { ids } = lateOf(source);
	for (const [n, id] of ids.entries()) late.run(`${2039 + (n % 50)}-03-04 05:06:07.000000`, id);
	stood = everything(target);
});
afterAll(() => stage?.[Symbol.asyncDispose]());

/** Of several owners, the namesakes' among them. */
function lateOf({ db }: Panel): { readonly ids: readonly (string | number)[] } {
	const sql = "SELECT id FROM users WHERE expire_strategy = 'never' AND enabled = 1 AND id > 200 ORDER BY id LIMIT ?";
	const ids = db
		.prepare(sql)
		.all(LATE)
		.map(({ id }) => Number(id));
	expect(ids).toHaveLength(LATE);
	return { ids };
}

async function post(path: string, body: object): Promise<number> {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.target.url}/api/admin/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
	return (await fetch(`${stage.target.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).status;
}

/** Hosts are put back as new rows. */
const everything = (panel: Panel): unknown[] => [
	...holdings(panel),
	...panel.db.prepare("SELECT name FROM user_templates ORDER BY name").all(),
	...panel.db
		.prepare("SELECT * FROM hosts ORDER BY inbound_tag, id")
		.all()
		.map(({ id, ...row }) => row)
];

const ownedBy = (names: readonly string[]): unknown[] => {
	const marks = names.map(() => "?").join();
	const sql = `SELECT users.username FROM users JOIN admins ON admin_id = admins.id WHERE admins.username IN (${marks})`;
	return stage.target.db.prepare(sql).all(...names);
};

const linesOf = async (stream: string): Promise<ReportLine[]> => {
	const { stdout } = await stage.banyan(["migration", "report", "panel"]).ended;
	const all = stdout.trim().split("\n");
	return all.map(line => JSON.parse(line) as ReportLine).filter(line => line.stream === stream);
};

const counted = (tally: Readonly<Record<string, number | { readonly count: number }>>, code: string): number => {
	const found = tally[code] ?? 0;
	return typeof found === "number" ? found : found.count;
};

describe("a migration of all streams to a panel on MariaDB", () => {
	let planned: Plan["streams"];

	it("is planned with what such a target cuts and whom it takes for one", async () => {
		const { code, stdout } = await stage.banyan(["migration", "plan", stage.definition, "--json"]).ended;
		expect(code).toBe(0);
		planned = (JSON.parse(stdout) as Plan).streams;
		const of = (name: string) => planned.find(({ stream }) => stream === name) as Plan["streams"][number];
		expect(counted(of("admins").losses, "namesake")).toBe(3);
		expect(counted(of("services").losses, "namesake")).toBe(1);
		expect(counted(of("users").losses, "expire_clamped")).toBeGreaterThanOrEqual(60);
		expect(counted(of("users").quarantine, "owner_missing")).toBeGreaterThan(100);
		expect(everything(stage.target)).toEqual(stood);
	});

	it("ends, finds no difference, and does what was planned", async () => {
		const { code, stdout } = await stage.banyan(["migration", "run", stage.definition, "--json"]).ended;
		expect(code).toBe(4);
		const { verdict, streams, phase, failure } = JSON.parse(stdout) as Status;
		expect([phase, failure, verdict?.differences]).toEqual(["finished", null, 0]);
		expect(verdict?.accountedFor).toBe(verdict?.total);
		for (const { stream, outcomes, quarantine } of planned) {
			const done = streams.find(each => each.stream === stream);
			expect([stream, done?.outcomes]).toEqual([stream, outcomes]);
			for (const category of Object.keys(quarantine))
				expect([category, counted(done?.quarantine ?? {}, category)]).toEqual([
					category,
					counted(quarantine, category)
				]);
		}
	});

	it("gives nobody to another reseller or to a sudo, and leaves out whose owner is not there", async () => {
		expect(ownedBy(Object.values(NAMESAKES))).toEqual([]);
		const sql = "SELECT users.id, admins.username AS owner FROM users LEFT JOIN admins ON admin_id = admins.id";
		const owners = new Map(
			stage.source.db
				.prepare(sql)
				.all()
				.map(({ id, owner }) => [String(id), String(owner)])
		);
		const lines = await linesOf("users");
		const ofNamesakes = lines.filter(({ id }) => Object.keys(NAMESAKES).includes(owners.get(id) as string));
		expect(ofNamesakes.length).toBeGreaterThan(100);
		for (const { id, outcome } of ofNamesakes) expect([id, outcome]).toEqual([id, "quarantined"]);
		const there = new Map(
			stage.target.db
				.prepare("SELECT users.username, admins.username AS owner FROM users LEFT JOIN admins ON admin_id = admins.id")
				.all()
				.map(({ username, owner }) => [username, owner])
		);
		for (const { id, target, outcome } of lines.filter(each => each.outcome === "created")) {
			const own = owners.get(id) as string;
			const given = there.get(target);
			expect([id, outcome, given]).toEqual([id, "created", ["admin", "null"].includes(own) ? null : own]);
		}
	});

	it("cuts each late expiry that it moves to what the target holds", async () => {
		const { ids } = { ids: new Set((await linesOf("users")).filter(isCut).map(({ target }) => target)) };
		expect(ids.size).toBeGreaterThanOrEqual(40);
		const ends = new Map(
			stage.target.db
				.prepare("SELECT username, expire FROM users")
				.all()
				.map(({ username, expire }) => [username, expire === null ? null : Number(expire)])
		);
		for (const name of ids) expect([name, ends.get(name)]).toEqual([name, LAST_INT]);
		expect(Math.max(...[...ends.values()].map(Number))).toBeLessThanOrEqual(LAST_INT);
	});

	it("compares equal when it is asked again", async () => {
		const { code, stdout, stderr } = await stage.banyan(["migration", "diff", "panel"]).ended;
		expect([code, stdout, stderr]).toEqual([0, "", expect.stringMatching(/^0 differences /)]);
	});

	it("has told its secrets to one file alone", () => {
		const data = join(stage.folder, "data");
		const csv = "panel-admins-passwords.csv";
		const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
		const told = readFileSync(join(data, csv), "utf8").trim().split("\n").slice(1);
		const passwords = told.map(line => line.split(",").at(-1) as string);
		expect(passwords.length).toBeGreaterThan(0);
		const hashes = [stage.source, stage.target].flatMap(({ db }) =>
			db
				.prepare("SELECT hashed_password AS hash FROM admins")
				.all()
				.map(({ hash }) => String(hash))
		);
		const secrets = [...hashes, ...passwords, "admin123", "theirs-1234", "$2b$"];
		const others = files.filter(({ name }) => name !== csv);
		expect([others.length > 0, existsSync(join(data, "events.db"))]).toEqual([true, true]);
		for (const { parentPath, name } of others) {
			const text = readFileSync(join(parentPath, name), "latin1");
			expect([name, secrets.filter(secret => text.includes(secret)).length]).toEqual([name, 0]);
		}
	});

	it("rolled back, leaves the target as it was", async () => {
		const { code, stdout } = await stage.banyan(["migration", "rollback", "panel", "--reason", "a test"]).ended;
		expect([code, stdout]).toEqual([0, expect.stringContaining("panel: rolled-back")]);
		expect(everything(stage.target)).toEqual(stood);
	});
});

const isCut = ({ outcome, losses }: ReportLine): boolean =>
	outcome === "created" && losses.some(({ code }) => code === "expire_clamped");

it("an account whose name the database takes for an admin's is refused: it would make everyone that admin's", async () => {
	await using other = await openStage({ target: { naming: "mariadb" } });
	other.target.db.exec("INSERT INTO admins (username, hashed_password, is_sudo) VALUES ('Ádmin', 'x', 0)");
	const { code, stdout } = await other.banyan(["migration", "plan", other.definition]).ended;
	expect([code, stdout.replace(/\s+/g, " ")]).toEqual([
		2,
		expect.stringContaining("takes the name of one of its admins, 'Ádmin', for 'admin'")
	]);
	expect((await other.banyan(["migration", "run", other.definition]).ended).code).toBe(2);
	expect(other.target.db.prepare("SELECT count(*) AS n FROM users").get()?.n).toBe(0n);
});
