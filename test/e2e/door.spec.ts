/** The whole way by REST: a migration begun and followed from afar, its customers' old links before, during and after. */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import { openStage, type Stage } from "../support/banyan";
import { type Door, eventsOf, openDoor, type Said, type ServerEvent } from "../support/door";
import { until } from "../support/until";

let stage: Stage;
let door: Door;
/** The source is closed on the way; the target takes its time, so that there is a middle to be killed in. */
beforeAll(async () => {
	const source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	stage = await openStage({ source, target: { createMs: 4 } });
	door = await openDoor(stage.folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	await stage[Symbol.asyncDispose]();
});

const AGENTS = ["v2rayNG/1.9.5", "ClashMeta/1.18", "SFA/1.9.0", "Streisand/1.5", "Shadowrocket/2070"];
const FORMATS = ["", "/sing-box", "/clash-meta", "/clash", "/xray", "/v2ray", "/links"];

interface OldUser {
	readonly username: string;
	readonly subscription_url: string;
}
const sourceUsers = async (): Promise<OldUser[]> => {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.source.url}/api/admins/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const list = await fetch(`${stage.source.url}/api/users?page=1&size=100`, {
		headers: { authorization: `Bearer ${access_token}` }
	});
	return ((await list.json()) as { items: OldUser[] }).items;
};
const pathOf = ({ subscription_url }: OldUser): string => new URL(subscription_url, "http://x").pathname;

/** Those whose links the source itself answers. */
const goodPaths = async (): Promise<string[]> => {
	const paths = (await sourceUsers()).map(pathOf);
	const answers = await Promise.all(
		paths.map(async path => (await fetch(`${stage.source.url}${path.slice(path.indexOf("/sub/"))}/links`)).status)
	);
	return paths.filter((_, index) => answers[index] === 200).slice(0, 50);
};

let paths: string[];

describe("a migration from afar", () => {
	it("is planned with the definition as it is, and says what it finds", async () => {
		const { status, json } = await door.ask("/api/v1/migrations/plan", {
			method: "POST",
			headers: { "content-type": "application/yaml" },
			body: readFileSync(stage.definition, "utf8")
		});
		expect(status).toBe(200);
		expect(json).toMatchObject({ name: "panel", ok: true });
		const test = await door.ask("/api/v1/extract/test-connection?name=panel");
		expect(test.json).toMatchObject({ ok: true, system: "marzneshin", account: "admin" });
	});

	it("has its customers' links answered by the source before it begins", async () => {
		paths = await goodPaths();
		expect(paths.length).toBe(50);
		const path = paths[0] as string;
		const [old, here] = await Promise.all([
			fetch(`${stage.source.url}${path}/links`).then(answer => answer.text()),
			door.ask(`${path}/links`, { key: null })
		]);
		expect([here.status, here.text]).toEqual([200, old]);
	});

	it("begins with 202 and a link to look on, once for a key however often it is sent", async () => {
		const start = { method: "POST", headers: { "idempotency-key": "first-start" }, body: {} };
		const first = await door.ask("/api/v1/migrations/panel/start", start);
		expect([first.status, first.headers.get("location")]).toEqual([202, "/api/v1/migrations/panel"]);
		const second = await door.ask("/api/v1/migrations/panel/start", start);
		expect([second.status, second.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
		expect(second.json).toEqual(first.json);
		const more = await Promise.all(
			Array.from({ length: 8 }, () => door.ask("/api/v1/migrations/panel/start", { method: "POST", body: {} }))
		);
		expect(more.map(({ status }) => status)).toEqual(Array(8).fill(202));
		const other = await door.ask("/api/v1/migrations/panel/start", { ...start, body: { limit: 5 } });
		expect([other.status, other.json.code]).toEqual([422, "IDEMPOTENCY_REUSED"]);
	});

	it("is followed live, is killed in the middle, goes on, and the stream too", async () => {
		const before = await untilKilled(200);
		expect(before.some(({ data }) => data.event === "copied")).toBe(true);
		const last = before.findLast(({ id }) => id !== undefined)?.id as string;
		door = await door.again();
		const after: ServerEvent[] = [];
		for await (const event of eventsOf(door, "/api/v1/migrations/panel/logs", { lastEventId: last })) {
			after.push(event);
			if (event.data.event === "finished" || event.data.failure) break;
		}
		expect(after.at(-1)?.data).toMatchObject({ event: "finished" });
		const ids = [...before, ...after].flatMap(({ id }) => id ?? []);
		expect(new Set(ids).size).toBe(ids.length);
		const status = await door.ask("/migration/panel/status");
		expect(status.json).toMatchObject({ phase: "finished", failure: null, verdict: { differences: 0 } });
	});

	it("tells where it stands by gauges, for which nothing is asked of it", async () => {
		const lines = async (pattern: RegExp): Promise<string[]> =>
			(await door.ask("/metrics")).text.split("\n").filter(line => pattern.test(line));
		const phases = () => lines(/^banyan_migration_phase\{.*migration="panel"/);
		await until(async () => (await phases()).some(line => /phase="finished".* 1$/.test(line)));
		expect(await phases()).toHaveLength(1);
		const moved = await lines(/^banyan_migration_records\{.*stream="users".*outcome="created"/);
		expect(moved.map(line => Number(line.split(" ").at(-1)))).toEqual([expect.any(Number)]);
		const asked = () => lines(/^moleculer_request_total\{.*action="migration\./);
		const before = await asked();
		for (let times = 0; times < 5; times++) await phases();
		expect(await asked()).toEqual(before);
	});

	it("leaves fifty old links alive, in every format, for every kind of client", async () => {
		await stage.source.close();
		const wrong: string[] = [];
		for (const [index, path] of paths.entries()) {
			const agent = AGENTS[index % AGENTS.length] as string;
			for (const format of FORMATS) {
				const answer = await door.ask(`${path}${format}`, { key: null, headers: { "user-agent": agent } });
				if (answer.status !== 200 || answer.headers.get("subscription-userinfo") === null) {
					wrong.push(`${answer.status} ${path}${format}`);
				}
			}
		}
		expect(wrong).toEqual([]);
	});

	it("gives each format what the target gives, links in the clear, and lets the client's kind decide on a bare link", async () => {
		const path = paths[3] as string;
		const headers = { "user-agent": "curl/8" };
		const links = await door.ask(`${path}/links`, { key: null, headers });
		const v2ray = await door.ask(`${path}/v2ray`, { key: null, headers });
		expect(Buffer.from(v2ray.text, "base64").toString("utf8")).toBe(links.text);
		expect(links.headers.get("content-type")).toBe("text/plain; charset=utf-8");
		expect(Array.isArray((await door.ask(`${path}/xray`, { key: null })).json)).toBe(true);
		expect((await door.ask(`${path}/wireguard`, { key: null })).status).toBe(404);
		const clash = await door.ask(path, { key: null, headers: { "user-agent": "ClashMeta/1.18" } });
		expect(clash.text).toMatch(/^mode: global\nproxies:/);
		const prefixed = await door.ask(`/any/prefix${path}/links`, { key: null });
		expect(prefixed.text).toBe(links.text);
		// Not the panel's own address.
		expect(prefixed.headers.get("profile-web-page-url")).toBe(`${door.url}/any/prefix${path}/links`);
	});

	it("tells nobody why a link is wrong: key, user, format and removed users alike", async () => {
		const path = paths[5] as string;
		const name = path.split("/").at(-2) as string;
		const removed = paths[6] as string;
		const removedName = removed.split("/").at(-2) as string;
		// Marzban answers 500 where the user had no owner, and deletes them all the same.
		await targetCall("DELETE", `/api/user/${removedName}`);
		expect((await targetCall("GET", `/api/user/${removedName}`)).status).toBe(404);
		const asked = await Promise.all(
			[`/sub/${name}/${"0".repeat(32)}`, `/sub/nobody/${"0".repeat(32)}`, removed].map(each =>
				door.ask(each, { key: null, headers: { "x-correlation-id": "same" } })
			)
		);
		const seen = asked.map(({ status, text, headers }) => [status, text, headers.get("content-type")]);
		expect(new Set(seen.map(each => JSON.stringify(each))).size).toBe(1);
		expect(seen[0]?.[0]).toBe(404);
	});

	it("revokes a link where the target revokes it", async () => {
		const path = paths[7] as string;
		await sleep(1100);
		const { status } = await targetCall("POST", `/api/user/${path.split("/").at(-2)}/revoke_sub`);
		expect(status).toBe(200);
		expect((await door.ask(path, { key: null })).status).toBe(404);
	});

	it("slows down who guesses, and nobody else behind the same address", async () => {
		const statuses: number[] = [];
		for (let guess = 0; guess < 40; guess++)
			statuses.push((await door.ask(`/sub/user${guess}/${"a".repeat(32)}`, { key: null })).status);
		expect(statuses.slice(0, 25)).toEqual(Array(25).fill(404));
		expect(statuses.slice(-3)).toEqual([429, 429, 429]);
		expect((await door.ask(`${paths[8]}/links`, { key: null })).status).toBe(200);
	});

	it("keeps no secret in the clear: neither in its folder nor in its log", async () => {
		const { execFileSync } = await import("node:child_process");
		const found = (text: string): string =>
			execFileSync("bash", ["-c", `grep -rlaF -- "$0" "$1" || true`, text, `${stage.folder}/server`], {
				encoding: "utf8"
			});
		expect(found("admin123")).toBe("");
		const key = (paths[0] as string).split("/").at(-1) as string;
		expect(found(key)).toBe("");
		expect(found(door.key).trim()).toBe(`${stage.folder}/server/api-key`);
		expect(door.node.log()).not.toContain(key);
	});
});

/** The log of the migration as it comes, until so many users were read and the server was killed. */
async function untilKilled(read: number): Promise<ServerEvent[]> {
	const seen: ServerEvent[] = [];
	const users = ({ event, data }: ServerEvent): number =>
		event === "status" ? data.streams.find(({ stream }: Said) => stream === "users").read : 0;
	try {
		for await (const event of eventsOf(door, "/api/v1/migrations/panel/logs")) {
			seen.push(event);
			if (users(event) >= read) await door.node.kill();
		}
	} catch {
		// The stream breaks off with the server.
	}
	return seen;
}

const targetCall = async (method: string, path: string): Promise<{ status: number }> => {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.target.url}/api/admin/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	return fetch(`${stage.target.url}${path}`, { method, headers: { authorization: `Bearer ${access_token}` } });
};
