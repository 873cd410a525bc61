/** How both sample panels go wrong: under load, on purpose, and after a 500. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBody } from "../../demo/panels/json";
import { startMarzban } from "../../demo/panels/marzban";
import { ask, logIn, object } from "../support/panels";
import { closeAll, marzban, marzneshin, quick, vless } from "../support/panels-session";

afterEach(closeAll);

describe("A sample panel", () => {
	test("after a 500 the connection is gone, after anything else it is kept", async () => {
		const source = await marzneshin();
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		let connections = 0;
		const counted = agent as unknown as { createConnection: (...args: unknown[]) => unknown };
		const create = counted.createConnection.bind(agent);
		counted.createConnection = (...args) => {
			connections++;
			return create(...args);
		};
		const quiet = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 20));
		for (const path of ["/api/users/abc", "/api/users/none", "/api/services/1/inbounds", "/api/users/abc"]) {
			await source.ask("GET", path, undefined, agent);
			await quiet();
		}
		agent.destroy();
		expect(connections).toBe(2);
	});

	test("creates are worked off one at a time, whatever the concurrency", async () => {
		const target = await marzban({ createMs: 5 });
		const started = performance.now();
		const names = Array.from({ length: 24 }, (_, index) => `user_${index}`);
		const replies = await Promise.all(names.map(name => target.ask("POST", "/api/user", vless(name))));
		expect(replies.every(reply => reply.status === 200)).toBe(true);
		expect(performance.now() - started).toBeGreaterThan(110);
	});

	test("at 64 in flight it collapses: most wait, then fail, a few of them after the row was written", async () => {
		const target = await marzban({ createMs: 20, poolMs: 60 });
		// All of them arrive before the first one is served.
		target.panel.pause(3_000);
		const names = Array.from({ length: 200 }, (_, index) => `user_${index}`);
		const outcomes = await Promise.all(
			names.map(name =>
				target.ask("POST", "/api/user", vless(name)).then(
					reply => reply.status,
					() => 0
				)
			)
		);
		const count = (status: number): number => outcomes.filter(outcome => outcome === status).length;
		expect(count(500)).toBeGreaterThan(20);
		expect(count(0)).toBeGreaterThan(20);
		const rows = Number(target.panel.db.prepare("SELECT count(*) AS rows FROM users").get()?.rows);
		expect(rows).toBeGreaterThan(count(200));
		expect(rows).toBeLessThan(count(200) + 50);
	});

	test("faults come at the rate asked for; failing writes had taken effect at theirs", async () => {
		const target = await marzban();
		target.panel.setFaults({ rate: 1, afterCommit: 0.5, seed: 7 });
		const names = Array.from({ length: 100 }, (_, index) => `user_${index}`);
		const outcomes: (number | string)[] = [];
		for (const name of names) {
			const outcome = await target.ask("POST", "/api/user", vless(name)).then(
				reply => reply.status,
				(error: NodeJS.ErrnoException) => error.code ?? ""
			);
			outcomes.push(outcome);
		}
		expect([...new Set(outcomes)].map(String).sort()).toEqual(["429", "500", "502", "503", "ECONNRESET"]);
		target.panel.setFaults({ rate: 0 });
		const { total } = object((await target.ask("GET", "/api/users?limit=1")).body);
		expect(total).toBeGreaterThan(30);
		expect(total).toBeLessThan(70);
	});

	test("a 429 says when to come back, and nothing was written", async () => {
		const target = await marzban();
		target.panel.setFaults({ rate: 1, kinds: ["tooMany"] });
		const reply = await target.ask("POST", "/api/user", vless("later"));
		expect([reply.status, reply.headers["retry-after"]]).toEqual([429, "1"]);
		target.panel.setFaults({ rate: 0 });
		expect((await target.ask("GET", "/api/user/later")).status).toBe(404);
	});

	test("a paused panel answers later; every call is counted by its template", async () => {
		const target = await marzban();
		target.panel.pause(60);
		const started = performance.now();
		await target.ask("GET", "/api/user/nobody");
		expect(performance.now() - started).toBeGreaterThan(50);
		expect(target.panel.requests).toEqual({ "POST /api/admin/token": 1, "GET /api/user/:username": 1 });
	});

	test("a file keeps what was written, secrets and tokens included", async () => {
		const folder = mkdtempSync(`${tmpdir()}/panels-`);
		const file = `${folder}/marzban.sqlite`;
		const first = await startMarzban({ ...quick, file });
		const token = await logIn(first);
		await ask(first, "/api/user", { method: "POST", token, json: vless("kept") });
		await first.close();
		const second = await marzban({ file });
		const reply = await ask(second.panel, "/api/user/kept", { token });
		rmSync(folder, { recursive: true });
		expect(isBody(reply.body) && reply.body.username).toBe("kept");
	});

	test("as a program it says where it listens, and ends when told to", async () => {
		const program = spawn(
			process.execPath,
			["--import", "tsx", "demo/panels/serve.ts", "marzban", "--create-ms", "0"],
			{
				cwd: join(__dirname, "../.."),
				stdio: ["ignore", "pipe", "inherit"]
			}
		);
		const [line] = (await once(program.stdout, "data")) as [Buffer];
		const said = JSON.parse(line.toString()) as { panel: string; url: string };
		expect(said.panel).toBe("marzban");
		expect((await fetch(`${said.url}/api/users`)).status).toBe(401);
		program.kill("SIGTERM");
		expect(await once(program, "exit")).toEqual([0, null]);
	});
});
