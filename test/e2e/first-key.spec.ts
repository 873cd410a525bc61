/** kill -9 at any moment of the first start: the next one ends with a key in its file that works. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDoor } from "../support/door";
import { killOnce } from "../support/until";

const START = join(__dirname, "..", "..", "dist", "start.js");

it("leaves no key that nobody has", async () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-first-key-"));
	try {
		// What is there once the life may end; each goes on where the one before was killed.
		for (const seen of ["keys.db", "api-key.new", "api-key"]) {
			const data = join(folder, seen);
			const child = spawn(process.execPath, [START], {
				env: { PATH: process.env.PATH, DATA_DIR: join(data, "server"), SERVICES: "access" },
				stdio: "ignore"
			});
			const gone = once(child, "exit");
			await killOnce(child, () => existsSync(join(data, "server", seen)));
			await gone;
			await using door = await openDoor(data, { SERVICES: "access,idempotency,gateway" });
			const { status, json } = await door.ask("/api/v1/api-keys");
			expect([seen, status, json.length]).toEqual([seen, 200, 1]);
			expect(existsSync(join(data, "server", "api-key.new"))).toBe(false);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
