/** Old links are led to what the operator said, and to nothing else: no plan of a smaller key, no address within, no word of a panel. */

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Door, openDoor } from "../support/door";
import { type Front, openFront, says } from "../support/fronts";

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
	open = await openDoor(folder, { ...environment, CONNECT_ALLOW: "loopback" });
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
async function listener(): Promise<{ port: number; met: () => number; server: Server }> {
	let met = 0;
	const server = createServer(socket => {
		met++;
		socket.destroy();
	}).listen(0, "127.0.0.1");
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
		["as a proxy", port => [{ url: "http://192.0.2.1", proxy: `http://127.0.0.1:${port}` }, {}]],
		[
			"as a database",
			port => [{ url: "http://192.0.2.1:1", timeoutMs: 200, database: `mysql://u:p@127.0.0.1:${port}/x` }, {}]
		]
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
