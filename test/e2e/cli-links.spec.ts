/** The files of `banyan migration links`, in the proxies that read them. */

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RENDER } from "../../cli/proxies";
import type { LinkLine } from "../../contracts/migration/migration";
import { loadMappings } from "../../domain/migration/mappings";
import { openStage, type Stage } from "../support/banyan";
import { type ProxyServer, startCaddy, startNginx } from "../support/cli-proxies";

const PROXIES = [
	["nginx", startNginx],
	["caddy", startCaddy]
] as const;

const USERS = 230;

/** What is told of a user, without the token that the panel makes anew each second. */
const told = (text: string): string => text.replace(/"subscription_url":"[^"]*"/, "");
const get = async (url: string, agent = "v2rayNG/1.8"): Promise<{ status: number; text: string }> => {
	const answer = await fetch(url, { headers: { "user-agent": agent } });
	return { status: answer.status, text: await answer.text() };
};

describe("a migration's links", () => {
	let stage: Stage;
	let lines: LinkLine[];
	beforeAll(async () => {
		stage = await openStage({ users: USERS });
		expect((await stage.banyan(["migration", "run", stage.definition]).ended).code).toBe(0);
		const { code, stdout, stderr } = await stage.banyan(["migration", "links", "panel", "--format", "csv"]).ended;
		expect([code, stderr]).toEqual([0, `${USERS} old links.\n`]);
		const [head, ...rows] = stdout.trimEnd().split("\r\n");
		expect(head).toBe("user name,old path,new address");
		lines = rows.map(row => row.split(",")).map(([username, path, target]) => ({ username, path, target }) as LinkLine);
	});
	afterAll(() => stage[Symbol.asyncDispose]());

	it("are one for everyone who has a link", () => {
		expect(lines).toHaveLength(USERS);
		expect(new Set(lines.map(({ path }) => path)).size).toBe(USERS);
	});

	describe.each(PROXIES)("in %s", (format, start) => {
		let proxy: ProxyServer;
		beforeAll(async () => {
			const out = join(stage.folder, `links.${format}`);
			writeFileSync(out, "open to all", { mode: 0o644 });
			const ended = await stage.banyan(["migration", "links", "panel", "--format", format, "--out", out]).ended;
			expect([ended.code, ended.stdout]).toEqual([0, ""]);
			expect(statSync(out).mode & 0o777).toBe(0o600);
			proxy = await start(join(stage.folder, format), out, stage.target.url);
		});
		afterAll(() => proxy?.[Symbol.asyncDispose]());

		const at = (name: string): LinkLine => lines.find(({ username }) => username === name) as LinkLine;

		it.each([
			["", ""],
			["/", ""],
			["/sing-box", "/sing-box"],
			["/clash-meta", "/clash-meta"],
			["/clash", "/clash"],
			["/v2ray", "/v2ray"],
			["/xray", "/v2ray-json"],
			["/links", "/v2ray"],
			["/info", "/info"]
		])(
			"an old link with the format '%s' gives what the target gives for '%s', with and without a prefix",
			async (old, suffix) => {
				for (const name of ["abc", "LegacyMixedCase", "کاربر_فارسی"]) {
					const { path, target } = at(name);
					const wanted = await get(stage.target.url + new URL(target, stage.target.url).pathname + suffix);
					expect(wanted.status).toBe(200);
					expect(wanted.text.length).toBeGreaterThan(20);
					for (const prefix of ["", "/a-prefix", "/two/of%20them"]) {
						const given = await get(proxy.url + prefix + path + old);
						expect([given.status, told(given.text)]).toEqual([200, told(wanted.text)]);
					}
				}
			}
		);

		it("everyone's leads to their own subscription", async () => {
			for (const { path, target } of lines.filter((_, index) => index % 9 === 0)) {
				const { text } = await get(`${stage.target.url}${new URL(target, stage.target.url).pathname}/info`);
				expect(told((await get(`${proxy.url}${path}/info`)).text)).toBe(told(text));
			}
		});

		it("a wrong key, a stranger and a format that the target has not lead nowhere", async () => {
			const { path } = at("abc");
			const wrong = path.replace(/.$/, last => (last === "0" ? "1" : "0"));
			for (const each of [
				wrong,
				"/sub/nobody/0123456789abcdef",
				`${path}/wireguard`,
				`${path}/info/more`,
				"/sub/abc",
				"/"
			])
				expect((await get(proxy.url + each)).status).toBe(404);
		});
	});
});

describe("names and keys that look like configuration", () => {
	const names = [
		'a"b',
		"a;b",
		"a{b}c",
		"}",
		"$host",
		"${HOME}",
		"{$HOME}",
		"{path}",
		"back\\slash",
		"trailing\\",
		"new\nline",
		"#not",
		"a b",
		"'",
		"`",
		"*",
		"(a+)+$",
		"default",
		"~tilde",
		"Case",
		"cASE",
		"ä\u2028ö",
		"\u202eكاربر",
		"😀"
	];
	const paths = [
		...names.map(name => `/sub/${encodeURIComponent(name)}/key${names.indexOf(name)}`),
		...names.map(name => `/sub/user${names.indexOf(name)}/${encodeURIComponent(name)}`),
		// No more than the case apart, to the last letter.
		"/sub/same/key",
		"/sub/SAME/key"
	];
	const lines = paths.map((path, index): LinkLine => ({ username: "x", path, target: `/sub/token-${index}` }));
	const bad = ['/sub/"x', "/sub/x;y", "/sub/$host", "/sub/{x}", "/sub/a b", "/sub/x\ny", "sub", "/sub/x|y"];

	it.each(PROXIES)("are only that to %s", async (format, start) => {
		const folder = mkdtempSync(join(tmpdir(), "banyan-links-"));
		const panel = createServer((req, res) => void res.end(req.url)).listen(0, "127.0.0.1");
		await once(panel, "listening");
		const { port } = panel.address() as { port: number };
		try {
			const mappings = (await loadMappings()).all.flatMap(({ oldLinks }) => oldLinks ?? []);
			const unusable = bad.map((target, index): LinkLine => ({ username: "x", path: `/sub/bad/${index}`, target }));
			const { text, left } = RENDER[format]([...lines, ...unusable], mappings);
			expect(left).toBe(bad.length);
			const file = join(folder, "links");
			writeFileSync(file, text);
			await using proxy = await start(join(folder, "own"), file, `http://127.0.0.1:${port}`);
			for (const { path, target } of lines)
				expect([path, await get(`${proxy.url}${path}/clash`)]).toEqual([
					path,
					{ status: 200, text: `${target}/clash` }
				]);
			for (const { path } of unusable) expect((await get(proxy.url + path)).status).toBe(404);
			expect(readFileSync(file, "utf8")).not.toContain("$host");
		} finally {
			panel.close();
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
