/** What a server takes at most: settings, shown to whoever has a key, and what is refused is counted. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SETTINGS } from "../../contracts/cluster";
import { settingIn } from "../../domain/platform/setting";
import { type Door, openDoor } from "../support/door";

let folder: string;
let door: Door;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "banyan-limits-"));
	door = await openDoor(folder, { GATEWAY_BODY_LIMIT: "2048" });
});
afterAll(async () => {
	await door[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

describe("the limits of a server", () => {
	it("are shown to a caller with a key, as they are set, and to nobody else", async () => {
		const { json } = await door.ask("/health/detailed");
		// An address, or whose account is made, is no limit, and not for whoever has any key.
		const numbers = SETTINGS.filter(setting => /^\d+$/.test(settingIn(setting).fallback));
		expect(numbers.length).toBeLessThan(SETTINGS.length);
		const expected = numbers.map(setting => ({
			name: setting.key,
			variable: setting.variable,
			says: setting.summary,
			unit: setting.unit ?? null,
			value: setting.key === "bodyBytes" ? 2048 : Number(settingIn(setting).fallback)
		}));
		expect(json.limits).toEqual(expected);
		for (const key of [null, "bny_unknown"]) {
			const other = await door.ask("/health/detailed", { key });
			expect(other.status).toBe(200);
			expect(other.text).not.toContain("limits");
		}
	});

	it("that are reached are refused with a code, and counted under it", async () => {
		const body = { name: "x".repeat(4096), scopes: [] };
		const { status, json } = await door.ask("/api/v1/api-keys", { method: "POST", body });
		expect([status, json.code]).toEqual([413, "BODY_TOO_LARGE"]);
		const { text } = await door.ask("/metrics");
		expect(text).toMatch(/^banyan_requests_refused_total\{.*code="BODY_TOO_LARGE".*\} 1$/m);
	});
});
