/** A backup of a data folder, restored into an empty one, is the same: while others write; and what is no backup changes nothing. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptInFolder } from "../../adapters/backup/data-folder";
import type { Manifest } from "../../adapters/backup/format";
import { intoFolder } from "../../adapters/backup/into-folder";
import { openBackup, verified } from "../../adapters/backup/read";
import { type Restored, restore } from "../../adapters/backup/restore";
import { backupBytes } from "../../adapters/backup/write";
import { Records, SqliteAdapter } from "../../adapters/collection";
import { NEW, openSqliteStore } from "../../adapters/eventstore";
import { openLinkStore } from "../../adapters/linkstore";
import { secretKey } from "../../adapters/secrets";

const PASSPHRASE = "correct horse battery staple";
const HOLDER = { pid: process.pid, command: "a test" };
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-backup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (...names: string[]): string => join(folder, ...names);

interface Thing {
	readonly name: string;
	readonly rank: number;
}
const shape = { name: "things", key: "name" } as const;

/** One of each kind of what is kept. */
async function fill(dir: string, appends = 40): Promise<void> {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const events = openSqliteStore(join(dir, "events.db"));
	let [run, lease] = [NEW, NEW];
	for (let at = 0; at < appends; at++) {
		const event = { type: "copied", v: 2, data: { at, text: `„${"ü".repeat(at)}“`, losses: {} } };
		({ version: run } = await events.append("odd/one", run, [event, event], `a-${at}`));
	}
	const held = { holder: "n1", process: "p", token: "t1", ttlMs: 30_000, boundMs: 1, scope: "cluster" };
	({ version: lease } = await events.append("lease/panel", lease, [{ type: "acquired", data: held }], "t1"));
	await events.append("lease/panel", lease, [{ type: "renewed", data: { token: "t1" } }], "t1-1");
	await events.close();
	const announcements = openSqliteStore(join(dir, "announcements.db"));
	await announcements.append("letters/idempotency", NEW, [{ type: "laid", data: { entry: { id: "e" } } }], "laid-e");
	await announcements.close();
	const adapter = new SqliteAdapter(join(dir, "things.db"), shape);
	await adapter.connect();
	const things = new Records<Thing>(adapter, { ...shape });
	for (let rank = 0; rank < 30; rank++) await things.insert({ name: `thing ${rank}`, rank });
	await adapter.write([], [{ event: "thing.made", payload: { id: "o1" } }], { id: "r1", partition: 3, position: 7 });
	await adapter.pass(new Map([[2, 5]]));
	await adapter.disconnect();
	const links = openLinkStore(join(dir, "links.db"), { access: "write" });
	const link = { keyDigest: "d", target: "https://t/sub/x" };
	await links.put(
		"panel",
		[1, 2, 3].map(id => ({ ...link, id: String(id), username: `user ${id}` }))
	);
	await links.close();
	secretKey(dir);
}

async function take(dir: string, file: string, passphrase?: string): Promise<Manifest> {
	let made: Manifest | undefined;
	const kept = keptInFolder(dir);
	const chunks: Buffer[] = [];
	const done = (manifest: Manifest): void => {
		made = manifest;
	};
	const writing = { release: "0.0.0", passphrase, done };
	for await (const chunk of backupBytes(kept, writing)) chunks.push(chunk);
	writeFileSync(file, Buffer.concat(chunks));
	if (!made) throw new Error("Nothing was said of it.");
	return made;
}

async function put(file: string, dir: string, passphrase?: string, secret?: Buffer): Promise<Restored> {
	const opened = await openBackup(file, passphrase);
	const into = intoFolder(dir, HOLDER);
	try {
		return await restore(opened, into, () => secret);
	} finally {
		await into.close();
	}
}

/** All lines, as a backup has them: what is the same kept is the same read. */
async function contents(dir: string): Promise<string[]> {
	const lines: string[] = [];
	for await (const { kind, name, lines: found } of keptInFolder(dir).parts())
		for await (const line of found) lines.push(JSON.stringify([kind, name, line]));
	return lines;
}

/** What a header may say, of whoever made it: none of it costs anything, and none is believed. */
const HEADERS = [
	{ sealed: {} },
	{ sealed: [] },
	{ sealed: { salt: 1, cost: 65_536 } },
	...[-1, 0, 1, 3, 65_537, 2 ** 30, 2 ** 40, 1e308, "65536", null].map(cost => ({ sealed: { salt: "AAAA", cost } })),
	{ sealed: undefined },
	{ mode: "both" },
	{ at: 7 },
	{ release: null },
	{ id: {} },
	{ format: "1" }
];

it("what is restored is what was kept, and whoever held a lease holds it no more", async () => {
	await fill(inFolder("data"));
	const manifest = await take(inFolder("data"), inFolder("b"), PASSPHRASE);
	expect(manifest.parts.map(({ kind, name = "", lines }) => [kind, name, lines])).toEqual([
		["collection", "things", 33],
		["announcements", "", 1],
		["events", "", 42],
		["links", "", 3],
		["secret", "", 1]
	]);
	expect(await verified(await openBackup(inFolder("b"), PASSPHRASE))).toEqual(manifest);
	expect((await put(inFolder("b"), inFolder("back"), PASSPHRASE)).held).toEqual([]);
	expect(readdirSync(inFolder("back")).sort()).toEqual(
		["announcements.db", "events.db", "links.db", "lock.db", "lock.json", "secret.key", "things.db"].sort()
	);
	const [before, after] = [await contents(inFolder("data")), await contents(inFolder("back"))];
	const added = after.filter(line => !before.includes(line));
	expect(added).toEqual([expect.stringContaining("released")]);
	expect(after.filter(line => !added.includes(line))).toEqual(before);
	expect(secretKey(inFolder("back"))).toEqual(secretKey(inFolder("data")));
});

it("one that is not sealed has no secret in it, and is not restored without that", async () => {
	await fill(inFolder("data"));
	await take(inFolder("data"), inFolder("b"));
	const secret = secretKey(inFolder("data"));
	expect(readFileSync(inFolder("b")).includes(secret)).toBe(false);
	await expect(put(inFolder("b"), inFolder("back"))).rejects.toThrow(/name the secret.key that was kept apart/);
	await expect(put(inFolder("b"), inFolder("back"), undefined, Buffer.alloc(32))).rejects.toThrow(/another secret/);
	expect(readdirSync(inFolder("back")).sort()).toEqual(["lock.db", "lock.json"]);
	await put(inFolder("b"), inFolder("back"), undefined, secret);
	expect(secretKey(inFolder("back"))).toEqual(secret);
});

it("what is cut off, altered, or of another kind, is refused before anything is changed", async () => {
	await fill(inFolder("data"));
	for (const passphrase of [undefined, PASSPHRASE]) {
		await take(inFolder("data"), inFolder("b"), passphrase);
		const whole = readFileSync(inFolder("b"));
		const header = whole.indexOf("\n") + 1;
		const damages: ((bytes: Buffer) => Buffer)[] = [
			bytes => bytes.subarray(0, bytes.length - 1),
			bytes => bytes.subarray(0, header + 100),
			bytes => bytes.subarray(0, header),
			bytes => bytes.subarray(0, 10),
			bytes => Buffer.concat([bytes, Buffer.from("more")]),
			bytes => flipped(bytes, bytes.length - 20),
			bytes => flipped(bytes, header + ((bytes.length - header) >> 1)),
			bytes => flipped(bytes, header + 20),
			() => Buffer.alloc(0),
			() => Buffer.from('{"banyan":"backup"}\n'),
			...HEADERS.map(said => (bytes: Buffer) => {
				const first = JSON.parse(bytes.subarray(0, header).toString()) as object;
				return Buffer.concat([Buffer.from(`${JSON.stringify({ ...first, ...said })}\n`), bytes.subarray(header)]);
			}),
			bytes => Buffer.from(bytes.toString("latin1").replace('"format":1', '"format":9'), "latin1")
		];
		for (const damage of damages) {
			writeFileSync(inFolder("b"), damage(whole));
			await expect(put(inFolder("b"), inFolder("back"), passphrase)).rejects.toThrow(/cannot be restored: /);
			rmSync(inFolder("back"), { recursive: true, force: true });
		}
	}
	await expect(openBackup(inFolder("none"), undefined)).rejects.toThrow(/ENOENT/);
	await expect(openBackup(folder, undefined)).rejects.toThrow(/cannot be restored/);
});

it("another passphrase, or none, is told", async () => {
	await fill(inFolder("data"));
	await take(inFolder("data"), inFolder("b"), PASSPHRASE);
	await expect(put(inFolder("b"), inFolder("back"), "another one, and long enough")).rejects.toThrow(
		/the passphrase is/
	);
	await expect(put(inFolder("b"), inFolder("back"))).rejects.toThrow(/it is sealed: name the file of its passphrase/);
});

it("a place that is not empty is refused, a restore that was cut off is begun anew, and nobody starts on half of one", async () => {
	await fill(inFolder("data"));
	await take(inFolder("data"), inFolder("b"), PASSPHRASE);
	await expect(put(inFolder("b"), inFolder("data"), PASSPHRASE)).rejects.toThrow(/is not empty/);
	mkdirSync(inFolder("back", "restoring"), { recursive: true, mode: 0o700 });
	writeFileSync(inFolder("back", "restoring", "events.db"), "half");
	expect(() => keptInFolder(inFolder("back"))).toThrow(/a restore into it is under way, or was cut off/);
	await put(inFolder("b"), inFolder("back"), PASSPHRASE);
	expect(await contents(inFolder("back"))).toHaveLength((await contents(inFolder("data"))).length + 1);
});

it("one that was whole and not yet in its place comes there", async () => {
	await fill(inFolder("data"));
	await take(inFolder("data"), inFolder("b"), PASSPHRASE);
	await put(inFolder("b"), inFolder("back"), PASSPHRASE);
	const expected = await contents(inFolder("back"));
	mkdirSync(inFolder("again", "restored"), { recursive: true, mode: 0o700 });
	// Killed between two of them.
	for (const [at, name] of readdirSync(inFolder("back"))
		.filter(each => !each.startsWith("lock"))
		.entries())
		writeFileSync(inFolder("again", at === 0 ? "." : "restored", name), readFileSync(inFolder("back", name)), {
			mode: 0o600
		});
	expect((await put(inFolder("b"), inFolder("again"), PASSPHRASE)).held).toBeUndefined();
	expect(await contents(inFolder("again"))).toEqual(expected);
});

it("a store that is damaged is named, and no backup of it is made", async () => {
	await fill(inFolder("data"));
	truncateSync(inFolder("data", "links.db"), 8_000);
	await expect(take(inFolder("data"), inFolder("b"))).rejects.toThrow(/links\.db.*cannot be used/);
	expect(() => keptInFolder(inFolder("nowhere"))).toThrow(/Nothing is kept in/);
});

function flipped(bytes: Buffer, at: number): Buffer {
	const altered = Buffer.from(bytes);
	altered[at] = (altered[at] ?? 0) ^ 0x40;
	return altered;
}
