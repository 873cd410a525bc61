/** Where panels are asked for old links: every spelling of an address, prefixes, ways, circles; and of which migration. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startMarzban } from "../../demo/panels/marzban";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Asked, type Door, moveSome, openDoor, plan } from "../support/door";
import { type Front, openFront, passOn, type Says, says, UNKNOWN } from "../support/fronts";
import { guard, makeAuthority } from "../support/ways";

let stage: Stage;
let door: Door;
const fronts: Front[] = [];
const front = async (panel: string, prefix = ""): Promise<Front> => {
	const opened = await openFront(panel, prefix);
	fronts.push(opened);
	return opened;
};

beforeAll(async () => {
	stage = await openStage({ target: { subscriptionPrefix: "" } });
	door = await openDoor(stage.folder, {
		SECRET_NAMES: "SOURCE_PASSWORD,TARGET_PASSWORD,GATE",
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123",
		GATE: "open sesame",
		GATEWAY_TRUSTED_PROXIES: "loopback"
	});
});
afterAll(async () => {
	await door?.[Symbol.asyncDispose]();
	await Promise.all(fronts.map(each => each.close()));
	await stage?.[Symbol.asyncDispose]();
});

const login = (name: "SOURCE" | "TARGET") => ({ username: "admin", password: `\${${name}_PASSWORD}` });
const definition = (name: string, source: string, target: string, more: { source?: object; target?: object } = {}) => ({
	name,
	source: { connector: "marzneshin", url: source, ...login("SOURCE"), ...more.source },
	target: { connector: "marzban", url: target, ...login("TARGET"), ...more.target }
});

let network = 0;
const get = (path: string, { headers = {}, ...asked }: Asked = {}): Promise<Answer> =>
	door.ask(path, {
		key: null,
		...asked,
		headers: { "user-agent": "v2rayNG/1.9", "x-forwarded-for": `198.51.100.${++network % 250}`, ...headers }
	});

/** Somebody whom one front alone knows. */
const somebody = (name: string): string => `/sub/${name}/${"c0ffee".repeat(5)}ab`;
const knows =
	(name: string): Says =>
	(req, res) =>
		req.url?.includes(somebody(name)) ? says.status(200, {}, name)(req, res) : false;

/** Those who were moved, by the path of their old link. */
const movedBy = async (name: string): Promise<{ path: string; target: string }[]> =>
	(await door.ask(`/api/v1/migrations/${name}/links`)).json.lines;

describe("the source is asked at whatever address plan accepts", () => {
	it.each<[string, string, (origin: string) => string]>([
		["a slash at its end", "", origin => `${origin}/`],
		["slashes at its end", "", origin => `${origin}///`],
		["a query", "", origin => `${origin}?token=1`],
		["a fragment", "", origin => `${origin}/#/login`],
		["blanks around it", "", origin => `  ${origin}/ \n`],
		["capitals", "", origin => `HTTP://${new URL(origin).host.replace("127.0.0.1", "LocalHost")}`],
		["a prefix", "/a/b", origin => `${origin}/a/b`],
		["a prefix, a slash, a query and a fragment", "/a", origin => `${origin}/a/?b=c#d`],
		["dots in its path", "/a", origin => `${origin}/x/../a/`]
	])("%s", async (_, prefix, spelt) => {
		const one = await front(stage.source.url, prefix);
		const name = `spelt-${fronts.length}`;
		one.say(knows(name));
		await plan(door, definition(name, spelt(one.origin), stage.target.url));
		const { status, text } = await get(`/any/prefix${somebody(name)}/links`);
		expect([status, text]).toEqual([200, name]);
		expect(one.asked.at(-1)).toBe(`${prefix}${somebody(name)}/links`);
	});

	it("its root, where it has only its API behind a prefix", async () => {
		const one = await front(stage.source.url, "/dashboard");
		await plan(door, definition("at-the-root", `${one.origin}/dashboard`, stage.target.url));
		one.say((req, res) =>
			req.url?.startsWith("/dashboard/")
				? says.status(404, { "content-type": "text/html" }, "<html>")(req, res)
				: knows("at-the-root")(req, res)
		);
		expect((await get(somebody("at-the-root"))).status).toBe(200);
	});

	it("through TLS of its own authority, past an access proxy, and nowhere else with that secret", async () => {
		const folder = mkdtempSync(join(stage.folder, "way-"));
		const authority = makeAuthority(folder);
		const tls = {
			cert: readFileSync(authority.serverCert),
			key: readFileSync(authority.serverKey),
			ca: readFileSync(authority.ca),
			requestCert: true,
			rejectUnauthorized: true
		};
		const behind = await front(stage.source.url);
		behind.say(knows("guarded"));
		await using gate = await guard({ url: behind.origin }, { tls, header: ["X-Gate", "open sesame"] });
		const source = {
			headers: { "X-Gate": "${GATE}" },
			caFile: authority.ca,
			certFile: authority.clientCert,
			keyFile: authority.clientKey
		};
		await plan(door, definition("guarded", gate.url, stage.target.url, { source }));
		const { status, text } = await get(somebody("guarded"));
		expect([status, text]).toEqual([200, "guarded"]);
		expect(gate.refused).toEqual([]);
		expect(door.node.log()).not.toContain("open sesame");
		rmSync(folder, { recursive: true, force: true });
	});
});

describe("a circle", () => {
	it("is found, though another's proxies and customers may have our product's name", async () => {
		const one = await front(stage.source.url);
		one.say((req, res) => {
			if (!req.url?.includes("/sub/in-a-circle/")) return knows("in-no-circle")(req, res);
			passOn(`${door.url}${req.url}`, req, res);
			return true;
		});
		await plan(door, definition("circle", one.origin, stage.target.url));
		for (const via of ["1.1 banyan", "1.1 banyan, 1.0 fred", "1.1 BANYAN.example.com (banyan)"])
			expect((await get(somebody("in-no-circle"), { headers: { via } })).status).toBe(200);
		expect((await get(somebody("in-a-circle"), { headers: { via: "1.1 banyan" } })).status).toBe(503);
		expect(one.asked.filter(path => path.includes("in-a-circle"))).toHaveLength(1);
		expect(one.headers().via).toMatch(/^1\.1 banyan, 1\.1 banyan-[\da-f]{24}$/);
		expect(door.node.log()).toContain("leads back here");
		one.say(() => false);
	});
});

it("names the page by the scheme that the client came by", async () => {
	const one = await front(stage.source.url);
	one.say((req, res) =>
		req.url?.includes("/sub/scheme/")
			? says.status(200, { "profile-web-page-url": "http://panel/sub" })(req, res)
			: false
	);
	await plan(door, definition("scheme", one.origin, stage.target.url));
	for (const [said, scheme] of [
		["https", "https"],
		["https,http", "https"],
		["https, https", "https"],
		["HTTPS", "https"],
		["http", "http"],
		["nonsense", "http"]
	] as const) {
		const { headers } = await get(`${somebody("scheme")}?a=b`, { headers: { "x-forwarded-proto": said } });
		const { host } = new URL(door.url);
		expect([said, headers.get("profile-web-page-url")]).toEqual([said, `${scheme}://${host}${somebody("scheme")}?a=b`]);
	}
});

describe("the target", () => {
	it("is asked behind the prefix that the definition has, with its relative links", async () => {
		const one = await front(stage.target.url, "/pre/fix");
		await moveSome(door, definition("prefixed", stage.source.url, `${one.origin}/pre/fix/?a#b`), 12);
		const lines = await movedBy("prefixed");
		expect(lines.length).toBeGreaterThan(8);
		for (const { path, target } of lines) {
			expect(target).toMatch(`${one.origin}/pre/fix/sub/`);
			expect((await get(`${path}/links`)).status).toBe(200);
			expect(one.asked.at(-1)).toMatch(/^\/pre\/fix\/sub\/[\w-]+\/v2ray$/);
		}
		await door.ask("/api/v1/migrations/prefixed/rollback", { method: "POST", body: { reason: "test" } });
		await rest("prefixed", "rolled-back");
	}, 180_000);

	it("whose secret is another one since it was restored is asked with new links after a comparison, but not for whom it revoked", async () => {
		const folder = mkdtempSync(join(tmpdir(), "banyan-secret-"));
		const file = join(folder, "marzban.db");
		const options = { file, subscriptionPrefix: "", createMs: 0, loginMs: 0 };
		let panel: Panel = await startMarzban(options);
		const one = await front(panel.url);
		await moveSome(door, definition("restored", stage.source.url, one.origin));
		const [first, second] = (await movedBy("restored")) as unknown as [{ path: string }, { path: string }];
		expect((await get(`${first.path}/links`)).status).toBe(200);
		await revoke(panel, second.path);
		expect((await get(`${second.path}/links`)).status).toBe(404);
		await panel.close();
		const database = new DatabaseSync(file);
		database.exec("UPDATE jwt SET secret_key = 'another'");
		database.close();
		panel = await startMarzban(options);
		one.lead(panel.url);
		expect((await get(`${first.path}/links`)).status).toBe(404);
		await door.ask("/api/v1/migrations/restored/compare", { method: "POST", body: { reason: "restored" } });
		await rest("restored", "finished");
		expect((await get(`${first.path}/links`)).status).toBe(200);
		expect((await get(`${second.path}/links`)).status).toBe(404);
		await panel.close();
		rmSync(folder, { recursive: true, force: true });
	}, 300_000);
});

describe("of two migrations of one customer", () => {
	let [first, second, third]: Front[] = [];
	let panels: Panel[] = [];
	let path: string;
	afterAll(() => Promise.all(panels.map(panel => panel.close())));
	beforeAll(async () => {
		panels = await Promise.all([1, 2, 3].map(() => startMarzban({ subscriptionPrefix: "", createMs: 0, loginMs: 0 })));
		[first, second, third] = await Promise.all(panels.map(({ url }) => front(url)));
		// By name the rehearsal would be the last.
		await moveSome(door, definition("zz-rehearsal", stage.source.url, (first as Front).origin), 20);
		await moveSome(door, definition("real", stage.source.url, (second as Front).origin), 20);
		await moveSome(door, definition("aa-cancelled", stage.source.url, (third as Front).origin), 20);
		const cancelled = await door.ask("/api/v1/migrations/aa-cancelled/cancel", {
			method: "POST",
			body: { reason: "test" }
		});
		expect(cancelled.json).toMatchObject({ phase: "cancelled" });
		const [other, rehearsed, others] = await Promise.all(["real", "zz-rehearsal", "aa-cancelled"].map(movedBy));
		const has = (lines: { path: string }[] | undefined, path: string) => lines?.some(each => each.path === path);
		path = rehearsed?.find(each => has(other, each.path) && has(others, each.path))?.path as string;
		expect(path).toBeDefined();
	}, 300_000);
	afterEach(() => {
		for (const each of [first, second, third]) each?.say(() => false);
	});
	const askedOf = async (): Promise<[number, number[]]> => {
		const all = [first, second, third] as Front[];
		const before = all.map(({ asked }) => asked.length);
		const { status } = await get(`${path}/links`);
		return [status, all.map(({ asked }, index) => asked.length - (before[index] as number))];
	};

	it("the latest that holds them answers, not the first by name and none that was cancelled", async () => {
		expect(await askedOf()).toEqual([200, [0, 1, 0]]);
	});

	it("another one is tried while its target is away", async () => {
		second?.say(says.status(502));
		expect(await askedOf()).toEqual([200, [1, 1, 0]]);
		first?.say(says.status(502));
		expect(await askedOf()).toEqual([200, [1, 1, 1]]);
	});

	it("nobody's no is an answer while the latest one is away", async () => {
		second?.say(UNKNOWN["half of an answer"] as Says);
		for (const each of [first, third]) each?.say(says.status(404, { "content-type": "application/json" }, "{}"));
		// Once more on a fresh connection.
		expect(await askedOf()).toEqual([503, [1, 2, 1]]);
	});

	it("the latest one's no is final", async () => {
		second?.say(says.status(404, { "content-type": "application/json" }, '{"detail":"Not Found"}'));
		expect(await askedOf()).toEqual([404, [0, 1, 0]]);
	});
});

async function revoke(panel: Panel, path: string): Promise<void> {
	const body = new URLSearchParams({ username: "admin", password: "admin123" });
	const answer = await fetch(`${panel.url}/api/admin/token`, { method: "POST", body });
	const { access_token } = (await answer.json()) as { access_token: string };
	const name = path.split("/").at(-2);
	// Tokens are of whole seconds.
	await new Promise(resolve => setTimeout(resolve, 1_100));
	const headers = { authorization: `Bearer ${access_token}` };
	const { status } = await fetch(`${panel.url}/api/user/${name}/revoke_sub`, { method: "POST", headers });
	expect(status).toBe(200);
}

async function rest(name: string, phase: string): Promise<void> {
	const end = performance.now() + 120_000;
	for (;;) {
		const { running, phase: now } = (await door.ask(`/api/v1/migrations/${name}`)).json;
		if (!running && now === phase) return;
		if (performance.now() > end) throw new Error(`'${name}' is ${now} and does not come to be ${phase}.`);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}
