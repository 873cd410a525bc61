/** Hosts and services beside admins and users: moved, compared, listed, and taken back with the rest (L8). */

import type { Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { openStage, type Stage } from "../support/banyan";
import { holdings } from "../support/holdings";

type Lists = Record<string, Record<string, unknown>[]>;

const USERS = 230;
let stage: Stage;
let stood: { hosts: Lists; templates: unknown; holdings: unknown[] };
beforeAll(async () => {
	stage = await openStage({ users: USERS });
	const { "VLESS TCP REALITY": list = [] } = await hosts();
	const theirs = { remark: "theirs", address: "cdn.example", port: 8443 };
	await api("PUT", "/api/hosts", { "VLESS TCP REALITY": [...list, theirs] });
	await api("POST", "/api/user_template", { name: "default", inbounds: { vless: ["VLESS TCP REALITY"] } });
	stood = { hosts: await hosts(), templates: await templates(), holdings: holdings(stage.target) };
	stage.define({ streams: ["admins", "services", "hosts", "users", "nodes", "settings"] });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The panel's own API, as another person would use it. */
async function api(method: string, path: string, body?: object): Promise<unknown> {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.target.url}/api/admin/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
	const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
	return (await fetch(`${stage.target.url}${path}`, sent)).json();
}
const hosts = () => api("GET", "/api/hosts") as Promise<Lists>;
const templates = () => api("GET", "/api/user_template");

const lines = async (stream: string): Promise<ReportLine[]> => {
	const { stdout } = await stage.banyan(["migration", "report", "panel"]).ended;
	const all = stdout.trim().split("\n");
	return all.map(line => JSON.parse(line) as ReportLine).filter(line => line.stream === stream);
};

describe("a migration of all streams", () => {
	it("is planned without a write", async () => {
		const { code, stdout, stderr } = await stage.banyan(["migration", "plan", stage.definition]).ended;
		expect(stdout + stderr).toMatch(/^hosts +13 /m);
		expect(code).toBe(0);
		expect(await hosts()).toEqual(stood.hosts);
	});

	it("moves what it may, lists the rest, and finds no difference", async () => {
		const { code, stdout } = await stage.banyan(["migration", "run", stage.definition, "--json"]).ended;
		expect(code).toBe(4);
		const { verdict, streams } = JSON.parse(stdout) as Status;
		expect(verdict).toMatchObject({ differences: 0 });
		expect(verdict?.total).toBe(verdict?.accountedFor);
		for (const { stream, complete } of streams) expect([stream, complete]).toEqual([stream, true]);
		const outcomes = Object.fromEntries(streams.map(({ stream, outcomes: of }) => [stream, of]));
		expect(outcomes.hosts).toMatchObject({ created: 10, quarantined: 3 });
		expect(outcomes.nodes).toMatchObject({ created: 0, quarantined: 3 });
		expect(outcomes.settings).toMatchObject({ quarantined: 1 });
	});

	it("adds to each tag's list, in the order of the source, and leaves theirs", async () => {
		const now = await hosts();
		for (const [tag, list] of Object.entries(stood.hosts)) expect(now[tag]?.slice(0, list.length)).toEqual(list);
		const added = now["VLESS TCP REALITY"]?.slice(2).map(({ remark, alpn, port }) => [remark, alpn, port]);
		expect(added).toEqual([
			["🚀 {USERNAME} [{PROTOCOL}]", "", null],
			["CDN {USERNAME} {DAYS_LEFT}", "h2,http/1.1", 443]
		]);
		expect(now["VMess Websocket"]?.at(-1)).toMatchObject({
			fragment_setting: "10-100,100-200,tlshello",
			noise_setting: "rand:10-20,100-200"
		});
		expect(now["Shadowsocks TCP"]?.at(-1)).toMatchObject({ remark: "disabled host", is_disabled: true });
	});

	it("says of each that stays why, and what to do by hand", async () => {
		const held = (await lines("hosts")).filter(({ outcome }) => outcome === "quarantined");
		expect(held.map(({ name }) => name).sort()).toEqual(["chained", "hy2", "unbound info"]);
		expect((await lines("nodes")).map(({ reason }) => reason)).toContainEqual(
			expect.stringContaining("'node-nl', address 203.0.113.20, usage coefficient 1.5")
		);
		expect((await lines("settings"))[0]?.reason).toContain('SUB_PROFILE_TITLE="Support"');
	});

	it("makes templates of services, each name once", async () => {
		const made = (await templates()) as { name: string }[];
		const names = made.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect((await lines("services")).filter(({ outcome }) => outcome === "created")).toHaveLength(names.length - 1);
	});

	it("rolled back, leaves hosts, templates and users as they were", async () => {
		const { code, stdout } = await stage.banyan(["migration", "rollback", "panel", "--reason", "a test"]).ended;
		expect([code, stdout]).toEqual([0, expect.stringContaining("panel: rolled-back")]);
		expect(await hosts()).toEqual(stood.hosts);
		expect(await templates()).toEqual(stood.templates);
		expect(holdings(stage.target)).toEqual(stood.holdings);
	});
});

it("hosts that change at the source are repaired in their place, and still taken back", async () => {
	await using other = await openStage({ users: USERS });
	other.define({ streams: ["hosts"] });
	const lists = () =>
		other.target.db
			.prepare("SELECT * FROM hosts ORDER BY id")
			.all()
			.map(({ id, ...row }) => row);
	const before = lists();
	expect((await other.banyan(["migration", "run", other.definition]).ended).code).toBe(4);
	const moved = lists().length;
	other.source.db.exec("UPDATE hosts SET body = json_set(body, '$.alpn', 'h3') WHERE id = 7");
	other.source.db.exec("UPDATE hosts SET body = json_set(body, '$.address', 'new.example') WHERE id = 8");
	await other.banyan(["migration", "repair", "panel"]).ended;
	expect(lists()).toHaveLength(moved);
	const said = lists().map(({ remark, alpn, address }) => [remark, alpn, address]);
	expect(said).toContainEqual(["CDN {USERNAME} {DAYS_LEFT}", "h3", "cdn1.example.test,cdn2.example.test"]);
	expect(said).toContainEqual(["frag", "none", "new.example"]);
	const { stdout } = await other.banyan(["migration", "diff", "panel"]).ended;
	expect(stdout).toBe("");
	expect((await other.banyan(["migration", "rollback", "panel", "--reason", "a test"]).ended).code).toBe(0);
	expect(lists()).toHaveLength(before.length);
	expect(lists().map(({ remark }) => remark)).toEqual(before.map(({ remark }) => remark));
});
