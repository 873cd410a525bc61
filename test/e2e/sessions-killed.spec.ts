/** A4 across a crash: the server is killed where a refresh token was exchanged, and nobody was told. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashed } from "../../adapters/passwords/passwords";
import { type Answer, type Door, openDoor } from "../support/door";

const PASSWORD = "seven wild swans";
const MINE = "/api/v1/auth/sessions";
let data: string;
let door: Door;
beforeAll(() => {
	data = mkdtempSync(join(tmpdir(), "banyan-sessions-killed-"));
});
afterAll(async () => {
	await door?.[Symbol.asyncDispose]();
	rmSync(data, { recursive: true, force: true });
});

const open = (more: Record<string, string> = {}): Promise<Door> => openDoor(data, { REFRESH_GRACE: "300", ...more });
const refresh = (refreshToken: string): Promise<Answer> =>
	door.ask("/api/v1/auth/refresh", { method: "POST", key: null, body: { refreshToken } });

it("kill -9 between the write and the answer: whoever asks again gets the pair that was made, and goes on with it", async () => {
	door = await open({ FAILPOINT: "rotated@1=kill" });
	const accounts = [{ id: "1", email: "ada@example.com", password: await hashed(PASSWORD) }];
	const brought = await door.ask("/api/v1/auth/accounts", {
		method: "POST",
		body: { migration: "m", source: "s", accounts }
	});
	expect(brought.status).toBe(200);
	const login = { email: "ada@example.com", password: PASSWORD };
	const signedIn = await door.ask("/api/v1/auth/login", { method: "POST", key: null, body: login });
	const { refreshToken, session, accessToken } = signedIn.json;
	await expect(refresh(refreshToken)).rejects.toThrow();

	door = await open();
	const again = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
	expect(again.map(({ status }) => status)).toEqual([200, 200]);
	expect(again[1]?.text).toBe(again[0]?.text);
	const next = await refresh(again[0]?.json.refreshToken);
	expect([next.status, next.json.session]).toEqual([200, session]);
	// What was signed before holds: the keys outlive the process, and nobody kept them.
	for (const token of [accessToken, next.json.accessToken]) {
		const { status, json } = await door.ask(MINE, { key: null, headers: { authorization: `Bearer ${token}` } });
		expect([status, json.length]).toEqual([200, 1]);
	}
});
