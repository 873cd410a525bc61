import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { NEW, openSqliteStore, StoreBroken, StoreBusy, StoreClosed, StoreFull } from "../../adapters/eventstore";
import { all, event, insist } from "./events";

let dir: string;
let file: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-limits-"));
	file = join(dir, "events.db");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("stores none of a group of which one append finds no room: all of them are told that it failed", async () => {
	const store = openSqliteStore(file, { maxPages: 40 });
	await store.append("before", NEW, [event(1)], "1");
	const group = await Promise.allSettled([
		store.append("small", NEW, [event(1)], "1"),
		store.append("large", NEW, [event("x".repeat(400_000))], "1"),
		store.append("late", NEW, [event(1)], "1")
	]);
	for (const each of group) expect(each).toMatchObject({ status: "rejected", reason: expect.any(StoreFull) });
	expect(await store.streams("")).toEqual(["before"]);
	expect(await store.append("small", NEW, [event(1)], "1")).toMatchObject({ repeated: false });
	await store.close();
});

it("stores none of a group that breaks in the middle, and takes it when asked again", async () => {
	const times = ["2026-01-01", "no time at all"];
	const store = openSqliteStore(file, { now: () => new Date(times.shift() ?? "2026-01-02") });
	const ask = () => Promise.allSettled(["a", "b"].map(stream => store.append(stream, NEW, [event(1)], "1")));
	expect((await ask()).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
	expect(await store.streams("")).toEqual([]);
	const again = await ask();
	for (const each of again) expect(each).toMatchObject({ status: "fulfilled", value: { repeated: false } });
	await store.close();
});

it("reads what is far larger than its memory", async () => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const store = openSqliteStore(file, { synchronous: "NORMAL" });
	for (let i = 0; i < 60; i++) await insist(store, "bulk", `${i}${"x".repeat(800_000)}`, `${i}`);
	collect();
	const before = process.memoryUsage().heapUsed;
	let most = 0;
	let seen = 0;
	for await (const recorded of store.readAll()) {
		expect(recorded.event.data).toMatch(new RegExp(`^${seen++}x`));
		collect();
		most = Math.max(most, process.memoryUsage().heapUsed - before);
	}
	expect(seen).toBe(60);
	expect(most).toBeLessThan(12_000_000);
	await store.close();
});

it("tells a waiting subscriber at once that it was closed, not at the next look at the file", async () => {
	const store = openSqliteStore(file, { pollMs: 60_000 });
	const subscribed = all(store.subscribe(undefined, new AbortController().signal));
	await sleep(10);
	const [outcome] = await Promise.allSettled([subscribed, store.close()]);
	expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(StoreClosed) });
});

it("gives a subscriber nothing more once it is told to end, in the middle of a page too", async () => {
	const store = openSqliteStore(file);
	for (let i = 0; i < 5; i++) await insist(store, "a", i, `${i}`);
	const stop = new AbortController();
	const seen: unknown[] = [];
	for await (const recorded of store.subscribe(undefined, stop.signal)) {
		if (seen.push(recorded.event.data) === 2) stop.abort();
	}
	expect(seen).toEqual([0, 1]);
	await store.close();
});

it("lets go of a file whose tables are gone, so that it can be moved away", async () => {
	await openSqliteStore(file).close();
	const other = new DatabaseSync(file);
	other.exec("DROP TABLE appends");
	expect(() => openSqliteStore(file)).toThrow(StoreBroken);
	expect(() => openSqliteStore(file, { access: "read" })).toThrow(/no such table: appends.*Restore it from a backup/);
	// Refused as long as any other handle is open.
	other.exec("PRAGMA journal_mode = DELETE");
	other.close();
});

it("says how long it waited for a file that stays locked", async () => {
	await openSqliteStore(file).close();
	const other = new DatabaseSync(file);
	other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
	for (const access of ["write", "read"] as const) {
		expect(() => openSqliteStore(file, { access, busyMs: 60 })).toThrow(StoreBusy);
		expect(() => openSqliteStore(file, { access, busyMs: 60 })).toThrow(/locked by another process for 60 ms/);
	}
	other.close();
	await openSqliteStore(file).close();
});

it("opens again whenever the process that made it was killed", async () => {
	const make = `const { openSqliteStore } = require(${JSON.stringify(join(__dirname, "../../adapters/eventstore/index.ts"))});
		require("node:fs").writeSync(1, "loaded");
		const store = openSqliteStore(process.argv[1]);
		store.append("a", "0", [{ type: "noted", data: 1 }], "1").then(() => require("node:fs").writeSync(1, "stored"));
		setInterval(() => undefined, 1000);`;
	for (const waitMs of [0, 1, 2, 4, 8, undefined]) {
		const each = join(dir, `${waitMs}.db`);
		const child = spawn(process.execPath, ["--import", "tsx", "-e", make, each], {
			stdio: ["ignore", "pipe", "inherit"]
		});
		let said = "";
		child.stdout.on("data", text => {
			said += text;
		});
		while (!said.includes(waitMs === undefined ? "stored" : "loaded")) await once(child.stdout, "data");
		await sleep(waitMs ?? 0);
		const gone = once(child, "close");
		child.kill("SIGKILL");
		expect((await gone)[1]).toBe("SIGKILL");
		const store = openSqliteStore(each);
		const found = await all(store.readAll());
		expect(found.length).toBeLessThanOrEqual(1);
		if (said.includes("stored")) expect(found).toHaveLength(1);
		await insist(store, "a", "after", "after");
		await store.close();
	}
});

it("is made once, however many processes open it first", async () => {
	const open = `const { openSqliteStore } = require(${JSON.stringify(join(__dirname, "../../adapters/eventstore/index.ts"))});
		const { writeSync } = require("node:fs");
		const [dir] = process.argv.slice(1);
		writeSync(1, "loaded");
		process.stdin.once("data", start => {
			for (let i = 0; i < 40; i++) {
				while (Date.now() < Number(start) + i * 12);
				openSqliteStore(dir + "/" + i + ".db").close();
			}
			process.exit(0);
		});`;
	const children = [1, 2, 3].map(() =>
		spawn(process.execPath, ["--import", "tsx", "-e", open, dir], { stdio: ["pipe", "pipe", "inherit"] })
	);
	await Promise.all(children.map(child => once(child.stdout, "data")));
	const start = Date.now() + 50;
	for (const child of children) child.stdin.write(`${start}`);
	const ended = await Promise.all(children.map(child => once(child, "exit")));
	expect(ended.map(([code]) => code)).toEqual([0, 0, 0]);
});
