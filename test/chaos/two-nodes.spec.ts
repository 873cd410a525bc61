/**
 * Two nodes on one data folder and one migration. The lock on the folder is the operating system's: the second node is
 * refused for as long as the first one's process is there, also while that is suspended for longer than its lease.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { startMarzneshin } from "../../demo/panels/marzneshin";
import type { Panel } from "../../demo/panels/panel";
import { openStage, type Stage } from "../support/banyan";
import { suspended } from "../support/crashes";
import { keepFirst } from "../support/few";
import { openGate } from "../support/gate";
import { until } from "../support/until";

const USERS = 230;
const LEASE_MS = 3_000;
let source: Panel;
beforeAll(async () => {
	source = await startMarzneshin({ createMs: 0, loginMs: 0 });
	keepFirst(source, USERS);
});
afterAll(() => source.close());

interface Watched extends AsyncDisposable {
	readonly stage: Stage;
	readonly definition: string;
	/** Each request that writes, as it reached the target. */
	readonly writes: string[];
	/** Each user that was created, as often as that happened. */
	readonly made: string[];
}

async function watched(): Promise<Watched> {
	const stage = await openStage({ source, target: { createMs: 3 } });
	const writes: string[] = [];
	const made: string[] = [];
	const gate = await openGate(stage.target, {
		call: ({ method, path, body }) => {
			if (isWrite(method, path)) writes.push(`${method} ${path} ${body}`);
			return undefined;
		},
		answered: ({ method, path, body }, status) => {
			if (method === "POST" && path === "/api/user" && status === 200)
				made.push((JSON.parse(body) as { username: string }).username);
		}
	});
	const target = { connector: "marzban", url: gate.url, username: "admin", password: "${TARGET_PASSWORD}" };
	const close = async (): Promise<void> => {
		await gate.close();
		await stage[Symbol.asyncDispose]();
	};
	return { stage, writes, made, definition: stage.define({ target }), [Symbol.asyncDispose]: close };
}

const isWrite = (method: string, path: string): boolean => method !== "GET" && path !== "/api/admin/token";

it("a second node is refused with a sentence while the first one moves; nobody is written twice", async () => {
	await using there = await watched();
	const { stage, writes, made, definition } = there;
	const first = stage.banyan(["migration", "run", definition]);
	await until(() => made.length > 20);
	// It cannot come to its end meanwhile.
	stage.target.pause(600_000);
	const seconds = [
		["migration", "run", definition],
		["migration", "rollback", "panel"]
	];
	for (const command of seconds) {
		const second = await stage.banyan(command).ended;
		expect(second.code).toBe(1);
		expect(second.stderr).toContain(`is in use by process ${first.process.pid}`);
		expect(second.stderr).toContain("wait for that process, stop it, or set DATA_DIR");
	}
	stage.target.pause(0);
	expect((await first.ended).code).toBe(0);
	expect(new Set(made).size).toBe(USERS);
	expect(made).toHaveLength(USERS);
	expect(new Set(writes).size).toBe(writes.length);
});

it("L6: suspended for longer than its lease, the first one keeps the second out, and writes nothing more after it", async () => {
	await using there = await watched();
	const { stage, writes, made, definition } = there;
	const first = stage.banyan(["migration", "run", definition], { LEASE_MS: String(LEASE_MS) });
	await until(() => made.length > 20);
	first.process.kill("SIGSTOP");
	await suspended(first.process);
	// What was on its way has long arrived when the lease is over.
	await sleep(LEASE_MS);
	const during = writes.length;
	await sleep(LEASE_MS);
	const second = await stage.banyan(["migration", "run", definition], { LEASE_MS: String(LEASE_MS) }).ended;
	expect(second.code).toBe(1);
	expect(second.stderr).toContain(`is in use by process ${first.process.pid}`);
	first.process.kill("SIGCONT");
	const { code, stderr } = await first.ended;
	expect(code).toBe(1);
	expect(stderr).toMatch(/run it again/);
	expect(writes).toHaveLength(during);
	expect((await stage.banyan(["migration", "run", definition]).ended).code).toBe(0);
	expect(new Set(made).size).toBe(USERS);
	expect(made).toHaveLength(USERS);
});
