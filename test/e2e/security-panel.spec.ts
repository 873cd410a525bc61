/** A server that plans against panels that mean ill: it stays alive and small, answers in words, and ends with its caller. */

import { readFileSync } from "node:fs";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Door, openDoor } from "../support/door";
import { BROKEN, type Choice, CODED, ENDLESS, hostilePanel, LARGE, type Misdeed } from "../support/hostile-panel";
import { until } from "../support/until";

let stage: Stage;
let door: Door;
beforeAll(async () => {
	stage = await openStage({ source: await startMarzneshin({ createMs: 0, loginMs: 0 }), users: 30 });
	door = await openDoor(stage.folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage.source.close();
	await stage[Symbol.asyncDispose]();
});

const TOKENS = new Set(["/api/admin/token", "/api/admins/token"]);
/** Lets in, is the panel behind for what tells one from another, and answers one thing ill. */
const ill =
	(path: string, misdeed: Misdeed): Choice =>
	(_method, { pathname }) =>
		pathname === path && !TOKENS.has(pathname) ? misdeed : undefined;
const definition = (side: "source" | "target", url: string, name: string): object => {
	const { source, target } = JSON.parse(readFileSync(stage.definition, "utf8"));
	const patience = { timeoutMs: 2_000, retryBaseMs: 1 };
	const sides = { source: { ...source, ...patience }, target: { ...target, ...patience } };
	return { name, ...sides, [side]: { ...sides[side], url } };
};
const plan = (body: object): Promise<Answer> =>
	door.ask("/api/v1/migrations/plan", {
		method: "POST",
		headers: { "content-type": "application/yaml" },
		body: JSON.stringify(body)
	});

/** Of the server's process, in bytes. */
const memory = (): number =>
	Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${door.node.pid}/status`, "utf8"))?.[1]) * 1024;
const LITTLE_BYTES = 700 * 1_048_576;

const WAYS: readonly (readonly ["source" | "target", string])[] = [
	["source", "/api/users"],
	["source", "/api/services"],
	["source", "/openapi.json"],
	["target", "/api/users"],
	["target", "/api/inbounds"]
];
const WORST: Readonly<Record<string, Misdeed>> = {
	"an answer without end": ENDLESS["an answer without end"],
	"a byte a second": ENDLESS["a byte a second"],
	"forty million values": LARGE["forty million values"],
	"a million levels": LARGE["a million levels"],
	"a gzip bomb": CODED["a gzip bomb"],
	"a total of 10^15": response =>
		void response.writeHead(200, { "content-type": "application/json" }).end('{"items":[],"users":[],"total":1e15}'),
	"names of every object": BROKEN["names of every object"],
	"half characters": BROKEN["half characters"]
};

describe.each(WAYS)("the %s answers %s with", (side, path) => {
	test.each(Object.entries(WORST))("%s: a plan ends in words, the server lives", async (_name, misdeed) => {
		await using panel = await hostilePanel(ill(path, misdeed), stage[side]);
		const { status, text, json } = await plan(definition(side, panel.url, "ill"));
		expect([200, 502, 504]).toContain(status);
		expect(text.length).toBeLessThan(200_000);
		if (status === 200 && path !== "/openapi.json") expect(typeof json.ok).toBe("boolean");
		expect((await door.ask("/live", { key: null })).status).toBe(200);
		expect(memory()).toBeLessThan(LITTLE_BYTES);
		await until(() => panel.open() === 0);
	});
});

describe("a caller who hangs up", () => {
	const mute: Misdeed = () => undefined;
	const asks: readonly (readonly [string, string, (document: string) => object])[] = [
		["a plan", "plan", document => ({ document })],
		["a dry-run", "dry-run", document => ({ document })],
		["a look at inbounds", "inbounds", document => ({ document, tags: ["VLESS TCP REALITY"] })]
	];
	test.each(asks)("takes %s along", async (_name, route, body) => {
		const path = route === "inbounds" ? "/api/nodes" : "/api/users";
		await using panel = await hostilePanel(ill(path, mute), stage.source);
		const document = JSON.stringify({
			...(definition("source", panel.url, "left") as { source: object }),
			source: { ...(definition("source", panel.url, "left") as { source: object }).source, timeoutMs: 600_000 }
		});
		const leaving = new AbortController();
		const asked = fetch(`${door.url}/api/v1/migrations/${route}`, {
			method: "POST",
			headers: { "content-type": "application/json", "x-api-key": door.key },
			body: JSON.stringify(body(document)),
			signal: leaving.signal
		});
		await until(() => panel.open() > 0 && panel.asked.some(one => one.startsWith(`GET ${path}?`)));
		leaving.abort();
		await expect(asked).rejects.toThrow();
		await until(() => panel.open() === 0);
		const { length } = panel.asked;
		expect((await door.ask("/live", { key: null })).status).toBe(200);
		expect(panel.asked).toHaveLength(length);
	});

	test("is no fault of ours in the log", () => {
		expect(door.node.log()).not.toMatch(/"level":"error"[^\n]*gone/);
	});
});
