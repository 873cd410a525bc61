/** Row 14: a panel whose every name, note and tag means harm is moved; nothing of it means anything where it is told. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Flags } from "../../cli/command";
import { links } from "../../cli/commands/links";
import { plan } from "../../cli/commands/plan";
import { report } from "../../cli/commands/report";
import { LINK_FORMATS } from "../../cli/formats";
import type { Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import { namePattern } from "../../demo/panels/marzneshin/users";
import type { Panel } from "../../demo/panels/panel";
import { isVisible } from "../../domain/text/visible";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor } from "../support/door";
import { CORPUS, steeringIn, withoutOurs } from "../support/hostile";
import { banyan, type Ended, VERBS, type Work } from "../support/in-process";

const SECRETS = { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" };

/** No panel's database takes it: it stands for a half of a character. */
const names = CORPUS.filter(text => text.isWellFormed() && !text.includes("\0")).map(text => text.slice(0, 200));

let source: Panel;
let stage: Stage;
let server: Door;
let ran: Status;
let before: string;
beforeAll(async () => {
	// The panel's own rules would let no such name out: this one is not what it says that it is.
	jest.spyOn(namePattern, "test").mockReturnValue(true);
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	hostile(source);
	stage = await openStage({ source });
	stage.define({ accept: [], streams: ["admins", "users"] });
	server = await openDoor(stage.folder, SECRETS);
	before = process.cwd();
	process.chdir(stage.folder);
	const { text, stdout } = await afar(VERBS.run as Work, { json: true });
	ran = JSON.parse(stdout) as Status;
	expect([ran.phase === "finished" ? "" : text, ran.verdict?.differences]).toEqual(["", 0]);
});
afterAll(async () => {
	process.chdir(before);
	await server?.[Symbol.asyncDispose]();
	await stage?.[Symbol.asyncDispose]();
	await source.close();
});

const afar = (work: Work, flags: Flags = {}): Promise<Ended> => banyan(server, work, flags);

/** Users, admins, notes, services, nodes and tags, each with something of the corpus. */
function hostile({ db }: Panel): void {
	const all = db.prepare("SELECT id FROM users WHERE username IS NOT NULL AND NOT removed ORDER BY id").all() as {
		id: bigint;
	}[];
	const users = all.slice(0, names.length);
	db.exec(`DELETE FROM users WHERE id > ${users.at(-1)?.id}`);
	const rename = db.prepare("UPDATE users SET username = ?, note = ? WHERE id = ?");
	for (const [nth, { id }] of users.entries()) rename.run(`${names[nth]}`, `${names[(nth + 7) % names.length]}`, id);
	const admins = db.prepare("SELECT id FROM admins WHERE username NOT IN ('admin')").all() as { id: bigint }[];
	const admin = db.prepare("UPDATE admins SET username = ? WHERE id = ?");
	for (const [nth, { id }] of admins.entries()) admin.run(`${names[nth + 8]}`, id);
	db.prepare("UPDATE services SET name = ? || id").run(names[1] as string);
}

describe("what a command prints", () => {
	it.each(["plan", "dry-run", "status", "list", "logs", "diff", "compare"])("%s steers nothing", async verb => {
		for (const json of [false, true]) {
			const { code, text } = await afar(VERBS[verb] as Work, { json });
			expect([verb, [0, 4].includes(code)]).toEqual([verb, true]);
			expect(steeringIn(withoutOurs(text))).toEqual([]);
		}
	});

	it.each([...LINK_FORMATS])("links for %s steer nothing", async format => {
		const { code, text } = await afar(client => links(client, "panel", { format }));
		expect([0, 4]).toContain(code);
		expect(steeringIn(text, format === "csv" ? "\n\r\t" : "\n\t")).toEqual([]);
	});
});

it("every record is told by the name that it has", async () => {
	const { stdout } = await afar(client => report(client, "panel", { format: "ndjson" }));
	const lines = stdout
		.trim()
		.split("\n")
		.map(line => JSON.parse(line) as ReportLine);
	const users = lines.filter(({ stream }) => stream === "users").map(({ name }) => name);
	// The panel shows names in lower case.
	for (const name of names.filter(each => each.length < 32)) expect(users).toContain(name.toLowerCase());
	expect(lines.length).toBe(ran.streams.reduce((sum, { read }) => sum + read, 0));
});

it("what customers are told has a row for each, and no formula", async () => {
	const { text } = await afar(client => report(client, "panel", { customers: true }));
	const cells = [...text.replace(/^\ufeff/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
	expect(cells.length % 4).toBe(0);
	expect(cells.length).toBeGreaterThan(40);
	for (const [, quoted, plain] of cells) expect(quoted ?? plain).not.toMatch(/^\s*[=+\-@|%＝]|^[\t\r\n]/);
});

it("passwords are in a table with a row for each admin who is new, and no formula", () => {
	const file = readdirSync(join(stage.folder, "server")).find(name => name.endsWith("passwords.csv"));
	const csv = readFileSync(join(stage.folder, "server", file as string), "utf8");
	const rows = [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*)),([\w-]{8,24})\n/g)];
	expect(rows.length).toBeGreaterThan(5);
	for (const [, quoted, plain, password] of rows)
		for (const cell of [quoted ?? plain, password]) expect(cell).not.toMatch(/^\s*[=+\-@|%＝]|^[\t\r\n]/);
	expect(steeringIn(csv, "\n\r\t")).toEqual([]);
});

it("the report shows them as text in a browser: no script, no picture, no request", async () => {
	const out = join(stage.folder, "report.html");
	expect((await afar(client => report(client, "panel", { format: "html", out }))).code).toBe(0);
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage"]
	});
	try {
		// Also where the page's own policy would not hold a script back.
		const context = await browser.newContext({ bypassCSP: true });
		const page = await context.newPage();
		const told: string[] = [];
		for (const event of ["console", "pageerror", "dialog"] as const)
			page.on(event as "console", said => told.push(`${event}: ${said.text?.() ?? String(said)}`));
		page.on("request", request => /^(file|data):/.test(request.url()) || told.push(request.url()));
		await page.goto(`file://${out}`);
		await page.waitForSelector("#records table");
		await page.locator("#size").selectOption("500");
		for (const summary of await page.locator("summary").all()) await summary.click();
		const shown = await page.locator("td.of-name").allTextContents();
		for (const name of names.filter(each => isVisible(each) && each.length < 32))
			expect(shown).toContain(name.toLowerCase());
		expect(await page.locator("img, iframe, object, svg[onload], link[rel=stylesheet], #records script").count()).toBe(
			0
		);
		expect([await page.evaluate("window.hacked ?? null"), told]).toEqual([null, []]);
	} finally {
		await browser.close();
	}
});

it("a log has a line of JSON for each line, and metrics are taken by promtool", async () => {
	const log = server.node.log();
	for (const line of log.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("msg");
	expect(steeringIn(log)).toEqual([]);
	const metrics = await (await fetch(`${server.url}/metrics`)).text();
	execFileSync("promtool", ["check", "metrics"], { input: metrics, stdio: ["pipe", "pipe", "pipe"] });
	expect(steeringIn(metrics)).toEqual([]);
});

it("tags that the target lacks are told as text, and so are their inbounds in a file", async () => {
	source.db.prepare("UPDATE inbounds SET tag = ? || id").run(`${names[0]}\u001b[31m\u202e\n\u0000`);
	stage.define({}, "other");
	for (const json of [false, true]) {
		const { code, text } = await afar(client => plan(client, "other.json", { json }));
		expect([code, text]).toEqual([0, expect.stringContaining("onerror=window.hacked=1")]);
		expect(steeringIn(withoutOurs(text))).toEqual([]);
	}
	for (const file of readdirSync(stage.folder).filter(name => name.endsWith("-inbounds.json"))) {
		const written = readFileSync(join(stage.folder, file), "utf8");
		expect(steeringIn(written)).toEqual([]);
		expect(JSON.parse(written)).toBeInstanceOf(Array);
	}
});
