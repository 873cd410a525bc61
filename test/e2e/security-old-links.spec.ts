/** Old links are led to what the operator said, and to nothing else: no plan of a smaller key, no address within, no word of a panel. */

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMarzban } from "../../demo/panels/marzban";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Door, moveSome, openDoor } from "../support/door";
import { type Front, openFront, type Says, says } from "../support/fronts";
import { until } from "../support/until";

let stage: Stage;
/** Of a server that says nothing of addresses, and of one that allows those of this machine. */
let usual: Door;
let open: Door;
let folder: string;
let planKey: { usual: string; open: string };
const environment = { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123", GATEWAY_TRUSTED_PROXIES: "loopback" };

beforeAll(async () => {
	stage = await openStage({ users: 3, target: { subscriptionPrefix: "" } });
	folder = mkdtempSync(join(tmpdir(), "banyan-open-"));
	usual = await openDoor(stage.folder, environment);
	open = await openDoor(folder, { ...environment, CONNECT_ALLOW: "127.0.0.1" });
	planKey = { usual: await keyOf(usual, "migration:plan"), open: await keyOf(open, "migration:plan") };
});
afterAll(async () => {
	await usual?.[Symbol.asyncDispose]();
	await open?.[Symbol.asyncDispose]();
	await stage?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

async function keyOf(door: Door, ...scopes: string[]): Promise<string> {
	const { json } = await door.ask("/api/v1/api-keys", { method: "POST", body: { name: "one", scopes } });
	return json.key;
}

const definition = (name: string, source: object = {}, target: object = {}) => ({
	name,
	source: {
		connector: "marzneshin",
		url: stage.source.url,
		username: "admin",
		password: "${SOURCE_PASSWORD}",
		...source
	},
	target: { connector: "marzban", url: stage.target.url, username: "admin", password: "${TARGET_PASSWORD}", ...target }
});
const send = (door: Door, key: string, path: string, body: object): Promise<Answer> =>
	door.ask(path, { method: "POST", key, body: JSON.stringify(body), headers: { "content-type": "application/yaml" } });
const plan = (door: Door, key: string, body: object): Promise<Answer> =>
	send(door, key, "/api/v1/migrations/plan", body);

/** What listens on this machine and is nobody's panel. */
async function listener(host = "127.0.0.1"): Promise<{ port: number; met: () => number; server: Server }> {
	let met = 0;
	const server = createServer(socket => {
		met++;
		socket.destroy();
	}).listen(0, host);
	await once(server, "listening");
	return { port: (server.address() as AddressInfo).port, met: () => met, server };
}

describe("a key that may only plan reaches the internet alone", () => {
	const TRIES: readonly (readonly [string, (port: number) => [source: object, target: object]])[] = [
		["as a source", port => [{ url: `http://127.0.0.1:${port}` }, {}]],
		["by name", port => [{ url: `http://localhost:${port}` }, {}]],
		["in other numbers", port => [{ url: `http://2130706433:${port}/a/path` }, {}]],
		["in IPv6", port => [{ url: `https://[::ffff:127.0.0.1]:${port}` }, {}]],
		["as a target", port => [{}, { url: `https://127.0.0.1:${port}` }]],
		["as a proxy", port => [{ url: "http://192.0.2.1", proxy: `http://127.0.0.1:${port}` }, {}]]
	];
	it.each(TRIES)("%s", async (_, ends) => {
		const { port, met, server } = await listener();
		const body = definition("within", ...ends(port));
		const planned = await plan(usual, planKey.usual, body);
		expect([planned.status, planned.json.ok]).toEqual([200, false]);
		await send(usual, planKey.usual, "/api/v1/migrations/dry-run", body);
		await usual.ask("/api/v1/extract/test-connection?name=within", { key: planKey.usual });
		await usual.ask("/api/v1/import/test-connection", { method: "POST", key: planKey.usual, body: { name: "within" } });
		expect(met()).toBe(0);
		server.close();
	});

	it.each(["source", "target"])("nor, where the panel may be asked, to the database of the %s", async side => {
		const { port, met, server } = await listener("127.0.0.2");
		const database = `mysql://u:p@127.0.0.2:${port}/x`;
		const ends = side === "source" ? [{ database }, {}] : [{}, { database }];
		for (const [of, key] of [
			["plan", planKey.open],
			["run", open.key]
		] as const) {
			const { json } = await plan(open, key, definition(`${side}-${of}`, ...ends));
			expect(JSON.stringify(json)).toContain("127.0.0.2 leads to this machine itself");
		}
		expect(met()).toBe(0);
		server.close();
	});

	it("and the plan says which setting allows more", async () => {
		const { json } = await plan(usual, planKey.usual, definition("told"));
		const refused = json.findings.filter(({ ok }: { ok: boolean }) => !ok);
		expect(refused.map(({ message }: { message: string }) => message)).toEqual([
			expect.stringMatching(/^source: 127\.0\.0\.1 leads to this machine itself.* CONNECT_ALLOW/),
			expect.stringMatching(/^target: 127\.0\.0\.1 leads to this machine itself.* CONNECT_ALLOW/)
		]);
	});

	it("though one that may run reaches this machine, and nobody what a cloud tells its machines", async () => {
		expect((await plan(usual, usual.key, definition("here"))).json.ok).toBe(true);
		const { json } = await plan(usual, usual.key, definition("metadata", { url: "http://169.254.169.254/latest" }));
		expect(JSON.stringify(json.findings)).toMatch(/169\.254\.169\.254 leads to .*CONNECT_ALLOW/);
	});
});

it("where a panel may be asked no more, its links end, and the log says why in a sentence that ends once", async () => {
	const own = mkdtempSync(join(tmpdir(), "banyan-shut-"));
	try {
		{
			await using door = await openDoor(own, environment);
			expect((await plan(door, door.key, definition("shut"))).json.ok).toBe(true);
		}
		await using door = await openDoor(own, { ...environment, CONNECT_ALLOW: "none" });
		const { status } = await door.ask(`/sub/anna/${"c0ffee".repeat(5)}ab`, { key: null });
		expect(status).toBeGreaterThanOrEqual(400);
		await until(() => door.node.log().includes("does not say whether an old link is good"), "the log of it");
		expect(door.node.log()).toMatch(/is good: .*CONNECT_ALLOW where this node runs \(address-refused\)\./);
	} finally {
		rmSync(own, { recursive: true, force: true });
	}
});

describe("a plan opens the door for old links", () => {
	const fronts: Front[] = [];
	const front = async (name: string): Promise<Front> => {
		const opened = await openFront(stage.source.url);
		opened.say((req, res) => (req.url?.includes("/sub/anna/") ? says.status(200, {}, name)(req, res) : false));
		fronts.push(opened);
		return opened;
	};
	afterAll(() => Promise.all(fronts.map(each => each.close())));
	const ANNAS = `/sub/anna/${"c0ffee".repeat(5)}ab`;
	const isAnnas = (path: string): boolean => path.includes("/sub/anna/");
	let network = 0;
	const link = async (): Promise<string> => {
		const headers = { "x-forwarded-for": `198.51.100.${++network % 250}`, "user-agent": "v2rayNG/1.9" };
		const { status, text } = await open.ask(ANNAS, { key: null, headers });
		return status === 200 ? text : String(status);
	};

	it("to nobody, where its key may not run it: neither one that is ready, nor one that is refused", async () => {
		const stranger = await front("stranger");
		const url = `${stranger.origin}/a/path?with=a&query#of-its-own`;
		expect((await plan(open, planKey.open, definition("a-ready", { url: stranger.origin }))).json.ok).toBe(true);
		expect((await plan(open, planKey.open, definition("a-refused", { url }))).json.ok).toBe(false);
		const half = definition("a-half", { url: stranger.origin }, { url: "http://127.0.0.1:1" });
		expect((await plan(open, planKey.open, half)).json.ok).toBe(false);
		expect((await plan(open, open.key, { ...half, name: "b-half" })).json.ok).toBe(false);
		expect(await link()).toBe("404");
		expect(stranger.asked.filter(isAnnas)).toEqual([]);
	});

	it("to what one that may run it named, whatever another key plans later", async () => {
		const source = await front("source");
		expect((await plan(open, open.key, definition("real", { url: source.origin }))).json.ok).toBe(true);
		expect(await link()).toBe("source");
		const stranger = await front("stranger");
		await plan(open, planKey.open, definition("real", { url: stranger.origin }));
		await plan(open, planKey.open, definition("other", { url: stranger.origin }));
		expect(await link()).toBe("source");
		expect(stranger.asked.filter(isAnnas)).toEqual([]);
	});

	it("without the query, the fragment and the blanks of its address", async () => {
		const source = await front("parsed");
		const url = ` ${source.origin}/?key=value#part `;
		expect((await plan(open, open.key, definition("a-parsed", { url }))).json.ok).toBe(true);
		await link();
		expect(new Set(source.asked.filter(isAnnas))).toEqual(new Set([ANNAS]));
	});
});

describe("what a panel says under our name", () => {
	let front: Front;
	const PATH = `/sub/ben/${"c0ffee".repeat(5)}ab`;
	beforeAll(async () => {
		front = await openFront(stage.source.url);
		expect((await plan(open, open.key, definition("a-hostile", { url: front.origin }))).json.ok).toBe(true);
	});
	afterAll(() => front?.close());
	let network = 0;
	const get = (headers: Record<string, string> = {}, path = PATH): Promise<Answer> =>
		open.ask(path, {
			key: null,
			headers: { "x-forwarded-for": `203.0.113.${++network % 250}`, "user-agent": "v2rayNG/1.9", ...headers }
		});
	const bens =
		(said: Says): Says =>
		(req, res) =>
			req.url?.includes("/sub/ben/") ? said(req, res) : false;
	/** What we say ourselves, of any answer to a link. */
	const OURS = new Set(
		`connection keep-alive date transfer-encoding content-length content-type cache-control content-security-policy
		cross-origin-resource-policy ratelimit ratelimit-policy referrer-policy vary x-content-type-options x-correlation-id`.split(
			/\s+/
		)
	);

	it.each([
		["a program", "*/*", "text/plain"],
		["a browser", "text/html,*/*", "text/html"]
	])("speaks for our origin neither to %s", async (_, accept, type) => {
		const hostile = {
			"service-worker-allowed": "/",
			"clear-site-data": '"*"',
			"content-security-policy": "default-src *",
			"strict-transport-security": "max-age=1",
			"access-control-allow-origin": "*",
			"access-control-allow-credentials": "true",
			"cross-origin-resource-policy": "cross-origin",
			"cross-origin-opener-policy": "unsafe-none",
			"permissions-policy": "camera=*",
			"x-content-type-options": "no",
			"referrer-policy": "unsafe-url",
			"set-cookie": "a=b",
			link: "</x>; rel=preload",
			refresh: "0;url=https://elsewhere.example",
			location: "https://elsewhere.example",
			nel: "{}",
			"report-to": "{}",
			"x-accel-redirect": "/etc/passwd",
			"x-sendfile": "/etc/passwd",
			"cache-control": "public, max-age=31536000",
			expires: "Thu, 01 Dec 2994 16:00:00 GMT",
			vary: "*",
			"www-authenticate": "Basic",
			"x-correlation-id": "theirs",
			"support-url": "javascript:alert(1)"
		};
		front.say(bens(says.status(200, { ...hostile, "content-type": type, "profile-title": "ours" }, "dmxlc3M6Ly9h")));
		const { status, headers } = await get({ accept });
		expect([status, headers.get("profile-title"), headers.get("content-type")?.split(";")[0]]).toEqual([
			200,
			"ours",
			type
		]);
		expect([...headers.keys()].filter(name => !OURS.has(name))).toEqual(["profile-title"]);
		expect(headers.get("content-security-policy")).toMatch(/^sandbox\b(?!.*allow-same-origin)/);
		expect([headers.get("x-content-type-options"), headers.get("cache-control")]).toEqual(["nosniff", "no-store"]);
		expect([headers.get("referrer-policy"), headers.get("cross-origin-resource-policy")]).toEqual([
			"no-referrer",
			"same-origin"
		]);
		expect(headers.get("vary")).toBe("Origin");
		expect(headers.get("x-correlation-id")).not.toBe("theirs");
	});

	it.each([
		["a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
		["hints before it", "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"],
		["a question for a password", "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"],
		["a redirect", "HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n"],
		["a status nobody knows", "HTTP/1.1 299 Fine\r\nlink: </x>\r\ncontent-length: 0\r\n\r\n"],
		["a part", "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-0/9\r\ncontent-length: 1\r\n\r\nx"],
		["two answers in one", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef"],
		["a header that breaks its line", "HTTP/1.1 200 OK\r\nprofile-title: a\0b\r\ncontent-length: 1\r\n\r\nx"]
	])("%s is passed on as nothing but 503", async (_, raw) => {
		front.say(
			bens((_, res) => {
				res.socket?.end(raw);
				return true;
			})
		);
		const { status, headers, json } = await get();
		expect([status, json.code]).toEqual([503, "UNAVAILABLE"]);
		expect([...headers.keys()].filter(name => !OURS.has(name))).toEqual(["retry-after"]);
	});

	it("leads nobody elsewhere: no redirect is followed to another place", async () => {
		const { port, met, server } = await listener();
		for (const location of [
			`http://127.0.0.1:${port}${PATH}/`,
			`//127.0.0.1:${port}${PATH}`,
			`http://169.254.169.254${PATH}`
		]) {
			let turn = 0;
			front.say(bens((req, res) => says.status(turn++ === 0 ? 307 : 302, { location })(req, res)));
			expect((await get()).status).toBe(503);
		}
		expect(met()).toBe(0);
		server.close();
	});
});

describe("a link that the target names elsewhere", () => {
	it.each([
		["is asked of the target alone", false],
		["is asked there where the definition allows the host", true]
	])("%s", async (_, allowed) => {
		const { port, met, server } = await listener();
		const elsewhere = `127.0.0.1:${port}`;
		const panel = await startMarzban({ subscriptionPrefix: `http://${elsewhere}`, createMs: 0, loginMs: 0 });
		const target = await openFront(panel.url);
		const name = `shown-${allowed}`;
		await moveSome(open, definition(name, {}, { url: target.origin, ...(allowed && { linkHosts: elsewhere }) }));
		const { lines } = (await open.ask(`/api/v1/migrations/${name}/links`)).json;
		expect(lines.length).toBeGreaterThan(0);
		target.say(says.status(404, { "content-type": "text/html" }, "<html>"));
		target.asked.length = 0;
		const { path } = lines[0];
		const { status } = await open.ask(`${path}/links`, { key: null });
		expect(target.asked.length).toBeGreaterThan(0);
		// There nobody answers: then nobody knows.
		expect([status, met() > 0]).toEqual(allowed ? [503, true] : [404, false]);
		await target.close();
		await panel.close();
		server.close();
	});
});

describe("who guesses", () => {
	const fronts: Front[] = [];
	let door: Door;
	let data: string;
	let live: Front;
	let other: Front;
	const GOOD = `/sub/carl/${"c0ffee".repeat(5)}ab`;
	const isLink: Says = req => req.url?.startsWith("/sub/") ?? false;
	const NONE = says.status(404, { "content-type": "application/json" }, '{"detail":"Not Found"}');
	/** As a panel that knows one link. */
	const knowing =
		(rest: Says): Says =>
		(req, res) =>
			req.url?.startsWith(GOOD) ? says.status(200, {}, "dmxlc3M6Ly9h")(req, res) : rest(req, res);
	/** Once it is planned; before that it is the sample's. */
	const say = (front: Front, said: Says): void => front.say((req, res) => (isLink(req, res) ? said(req, res) : false));
	beforeAll(async () => {
		data = mkdtempSync(join(tmpdir(), "banyan-guesses-"));
		door = await openDoor(data, environment);
		[live, other] = [await openFront(stage.source.url), await openFront(stage.source.url)];
		fronts.push(live, other);
		for (const [name, front] of [
			["a-live", live],
			["b-other", other]
		] as const)
			expect((await plan(door, door.key, definition(name, { url: front.origin }))).json.ok).toBe(true);
	});
	beforeEach(() => {
		for (const front of fronts) {
			say(front, NONE);
			front.asked.length = 0;
		}
	});
	afterAll(async () => {
		await door?.[Symbol.asyncDispose]();
		await Promise.all(fronts.map(each => each.close()));
		rmSync(data, { recursive: true, force: true });
	});
	const get = (path: string, client: string): Promise<Answer> =>
		door.ask(path, { key: null, headers: { "x-forwarded-for": client, "user-agent": "v2rayNG/1.9" } });
	const wrong = (index: number): string => `/sub/nobody${index}/${"0".repeat(32)}`;
	const burst = async (count: number, client: (index: number) => string): Promise<Record<number, number>> => {
		const answers = await Promise.all(Array.from({ length: count }, (_, index) => get(wrong(index), client(index))));
		const statuses: Record<number, number> = {};
		for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
		return statuses;
	};

	it("a thousand at once: no more reach a panel than one network has, and it is told to wait", async () => {
		const statuses = await burst(1000, () => "198.51.100.1");
		expect([live.asked.length, other.asked.length <= 30]).toEqual([30, true]);
		expect(new Set(Object.keys(statuses))).not.toContain("200");
		expect((await get(wrong(1), "198.51.100.1")).headers.get("retry-after")).toMatch(/^\d+$/);
	});

	it("from a /64 of IPv6, and from a /48 of them", async () => {
		await burst(200, index => `2001:db8:1:1::${index.toString(16)}`);
		expect(live.asked.length).toBe(30);
		await burst(900, index => `2001:db8:2:${index.toString(16)}::1`);
		expect(live.asked.length).toBeLessThanOrEqual(330);
	});

	it("is not slowed down by a panel's trouble, and neither is whoever is behind the same address", async () => {
		for (const front of fronts) say(front, knowing(says.status(503)));
		const statuses = await burst(100, () => "198.51.100.2");
		expect(Object.keys(statuses)).toEqual(["503"]);
		for (const front of fronts) say(front, knowing(NONE));
		expect((await get(GOOD, "198.51.100.2")).status).toBe(200);
		expect((await get(wrong(1), "198.51.100.2")).status).toBe(404);
	});

	it("is slowed down at a panel that is well while another one is in trouble", async () => {
		say(other, says.status(503));
		expect(await burst(300, () => "198.51.100.3")).not.toHaveProperty("404");
		expect(live.asked.length).toBe(30);
		for (let index = 0; index < 20; index++) await get(wrong(index), "198.51.100.3");
		expect(live.asked.length).toBe(30);
	});

	it("has a good link answered meanwhile, from an address that has spent all, once it was proven", async () => {
		say(live, knowing(NONE));
		expect((await get(`${GOOD}/links`, "198.51.100.4")).status).toBe(200);
		await burst(100, () => "198.51.100.4");
		for (let index = 0; index < 40; index++) expect((await get(`${GOOD}/links`, "198.51.100.4")).status).toBe(200);
		// What is no proof opens nothing: the same name with another key.
		expect((await get(`/sub/carl/${"1".repeat(32)}`, "198.51.100.4")).status).toBe(429);
	});

	it("leaves room at a panel that is slow for who is known, from however many networks", async () => {
		say(live, knowing(NONE));
		await get(`${GOOD}/links`, "198.51.100.5");
		let open = true;
		say(live, (req, res) => {
			if (req.url?.startsWith(GOOD)) return says.status(200, {}, "dmxlc3M6Ly9h")(req, res);
			const answer = (): void => void (open ? setTimeout(answer, 20) : NONE(req, res));
			answer();
			return true;
		});
		live.asked.length = 0;
		const guessing = burst(400, index => `203.0.113.${index % 250}`);
		await until(() => live.asked.length >= 32);
		expect((await get(`${GOOD}/links`, "198.51.100.5")).status).toBe(200);
		expect(live.asked.filter(path => !path.startsWith(GOOD))).toHaveLength(32);
		open = false;
		await guessing;
	});

	it("proves nothing by what a panel refuses, nor by a page", async () => {
		say(live, says.status(422, { "content-type": "application/json" }, "{}"));
		say(other, says.status(422, { "content-type": "application/json" }, "{}"));
		for (let index = 0; index < 60; index++) await get(`${wrong(index)}/usage?start=x`, "198.51.100.6");
		expect(live.asked.length).toBe(30);
	});
});
