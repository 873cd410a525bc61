/** A server that cannot begin leaves nothing behind, and one that is told to stop says of no run that it failed. */

import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Status } from "../../contracts/migration/migration";
import { openStage } from "../support/banyan";
import { openDoor } from "../support/door";
import { startNode } from "../support/started-node";
import { until } from "../support/until";

const SECRETS = { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" };

it("a port that is taken is told before an API key is made", async () => {
	const folder = mkdtempSync(join(tmpdir(), "banyan-port-"));
	const holder = createServer().listen(0, "127.0.0.1");
	await once(holder, "listening");
	const { port } = holder.address() as AddressInfo;
	const started = startNode({ DATA_DIR: join(folder, "data"), GATEWAY_PORT: String(port) });
	await expect(started).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
	expect(existsSync(join(folder, "data", "api-key"))).toBe(false);
	holder.close();
	rmSync(folder, { recursive: true, force: true });
});

it("a run whose panel is away when the server is told to stop did not fail", async () => {
	await using stage = await openStage({ users: 60, target: { createMs: 20 } });
	const door = await openDoor(stage.folder, { ...SECRETS, PATIENCE_MS: "60000" });
	const args = ["--url", door.url, "--api-key-file", join(stage.folder, "server", "api-key")];
	expect((await stage.banyan(["migration", "plan", stage.definition, ...args]).ended).code).toBe(0);
	expect((await door.ask("/api/v1/migrations/panel/start", { method: "POST", body: {} })).status).toBe(202);
	await until(() => (stage.target.requests["POST /api/user"] ?? 0) > 0);
	await stage.target.close();
	// It is closed once.
	Object.assign(stage.target, { close: async () => undefined });
	const status = async (): Promise<Status> => (await door.ask("/api/v1/migrations/panel")).json;
	await until(async () => (await status()).waiting !== null);
	expect(await door.node.stop()).toBe(0);
	expect(door.node.log()).not.toMatch(/panel stopped:/);
	const { stdout } = await stage.banyan(["migration", "status", "panel", "--json"], {
		DATA_DIR: join(stage.folder, "server")
	}).ended;
	expect(JSON.parse(stdout)).toMatchObject({ phase: "copying", running: false, failure: null });
});
