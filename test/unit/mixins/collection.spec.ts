import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { DataDirLocked, lockDataDir } from "../../../adapters/datadir";
import type { Settings } from "../../../cluster/settings";
import { type Collection, collection, Duplicate } from "../../../mixins/collection.mixin";

interface Note {
	id: string;
	text?: string;
	mail?: string;
	done?: boolean;
}
interface Opened {
	readonly broker: ServiceBroker;
	readonly notes: Collection<Note>;
}

let dir: string;
const brokers: ServiceBroker[] = [];
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), "banyan-notes-"));
});
afterEach(async () => {
	for (const broker of brokers.splice(0)) await broker.stop();
	rmSync(dir, { recursive: true, force: true });
});

const made = (access: Settings["access"] = "write"): Opened => {
	const settings: Partial<Settings> = { dataDir: dir, access };
	const broker = new ServiceBroker({ logger: false, settings } as never);
	const mixins = [collection<"notes", Note>("notes", "id", { unique: ["mail"] })];
	const { notes } = broker.createService({ name: "notes", mixins }) as unknown as Opened;
	return { broker, notes };
};
async function opened(): Promise<Opened> {
	const { broker, notes } = made();
	brokers.push(broker);
	await broker.start();
	return { broker, notes };
}
const lines = (): string[] => readFileSync(join(dir, "notes.db"), "utf8").split("\n").filter(Boolean);

describe("a collection", () => {
	it("gives back what was put, nothing more", async () => {
		const { notes } = await opened();
		await notes.put({ id: "a", text: "one" });
		await notes.insert({ id: "b", text: "two", done: true });
		expect(await notes.get("a")).toEqual({ id: "a", text: "one" });
		expect(await notes.get("c")).toBeUndefined();
		expect(await notes.find({ done: true })).toEqual([{ id: "b", text: "two", done: true }]);
		expect([await notes.count(), await notes.count({ done: true })]).toEqual([2, 1]);
		expect([await notes.remove("a"), await notes.remove("a")]).toEqual([true, false]);
		expect(await notes.count()).toBe(1);
	});

	it("keeps names within a record that no field of the database may have, as they were", async () => {
		const names = [
			"vless.tcp",
			"$tag",
			"$$deleted",
			"$$date",
			"50%",
			"%2E",
			"%2e",
			"a%24",
			"",
			".",
			"$",
			"length",
			"_id"
		];
		const within = Object.fromEntries(names.map((name, at) => [name, [{ [name]: at }, { $$date: at }]]));
		const record = { id: "a", text: within as never };
		const { broker, notes } = await opened();
		await notes.put(record);
		await notes.insert({ ...record, id: "b" });
		expect(await notes.get("a")).toEqual(record);
		brokers.pop();
		await broker.stop();
		const again = await opened();
		expect(await again.notes.find({ id: { $in: ["a", "b"] } })).toHaveLength(2);
		expect(await again.notes.get("b")).toEqual({ ...record, id: "b" });
	});

	it("replaces a record as a whole, also when many put it at once", async () => {
		const { notes } = await opened();
		await notes.put({ id: "a", text: "one", done: true });
		await notes.put({ id: "a", text: "two" });
		expect(await notes.get("a")).toEqual({ id: "a", text: "two" });
		await Promise.all(Array.from({ length: 20 }, (_, i) => notes.put({ id: "b", text: `${i}` })));
		expect(await notes.count({ id: "b" })).toBe(1);
	});

	it("refuses a second record of a key or a unique value, and says which", async () => {
		const { notes } = await opened();
		await notes.insert({ id: "a", mail: "a@x" });
		const again = notes.insert({ id: "a", mail: "b@x" });
		await expect(again).rejects.toThrow(Duplicate);
		await expect(again).rejects.toThrow(`There is a record in 'notes' already whose id is "a".`);
		await expect(notes.put({ id: "b", mail: "a@x" })).rejects.toMatchObject({ field: "mail", value: "a@x" });
		await notes.put({ id: "a", mail: "a@x", done: true });
		await notes.put({ id: "c" });
		await notes.put({ id: "d" });
		expect(await notes.count()).toBe(3);
	});

	it("opens none of it to callers", async () => {
		const { broker } = await opened();
		for (const action of ["insert", "remove", "update", "create", "find", "list", "get", "count", "put"]) {
			await expect(broker.call(`notes.${action}`, { id: "a" })).rejects.toMatchObject({ type: "SERVICE_NOT_FOUND" });
		}
	});

	it("that is only read locks nothing and makes nothing", async () => {
		const lock = lockDataDir(dir, { pid: 1, command: "elsewhere" });
		const { broker, notes } = made("read");
		await broker.start();
		expect(notes).toBeUndefined();
		await broker.stop();
		lock.release();
	});
});

describe("the file of a collection", () => {
	it("holds everything over a restart", async () => {
		const { broker, notes } = await opened();
		await notes.put({ id: "a", text: "one" });
		await broker.stop();
		const after = await opened();
		expect(await after.notes.get("a")).toEqual({ id: "a", text: "one" });
		await expect(after.notes.insert({ id: "a" })).rejects.toThrow(Duplicate);
	});

	it("shrinks: only the present records are left", async () => {
		const { broker, notes } = await opened();
		for (let i = 0; i < 300; i++) await notes.put({ id: "a", text: `${i}` });
		const before = lines().length;
		expect(before).toBeGreaterThan(300);
		await broker.stop();
		expect(lines().length).toBeLessThan(5);
	});

	it("is compacted by a timer, which ends with the service", async () => {
		jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
		const { broker, notes } = await opened();
		for (let i = 0; i < 50; i++) await notes.put({ id: "a", text: `${i}` });
		jest.advanceTimersByTime(61_000);
		jest.useRealTimers();
		while (lines().length > 5) await new Promise(resolve => setTimeout(resolve, 5));
		await broker.stop();
		expect(statSync(join(dir, "notes.db")).mode & 0o777).toBe(0o600);
	});

	it("is not opened while another process holds the folder", async () => {
		const keeper = join(__dirname, "..", "..", "adapters", "keeper.ts");
		const child = spawn(process.execPath, ["--import", "tsx", keeper, dir, "locked"]);
		await once(child.stdout, "data");
		expect(() => made()).toThrow(DataDirLocked);
		child.kill("SIGKILL");
		await once(child, "exit");
		await opened();
	});

	it("is locked until its service has stopped", async () => {
		const { broker } = await opened();
		const lock = lockDataDir(dir, { pid: process.pid, command: "shared" });
		await broker.stop();
		lock.release();
		lockDataDir(dir, { pid: process.pid, command: "alone" }).release();
	});

	it("loses no row but a last one that was cut off, which was never acknowledged", async () => {
		const { broker, notes } = await opened();
		await notes.put({ id: "a", text: "one" });
		await broker.stop();
		appendFileSync(join(dir, "notes.db"), '{"id":"b","te');
		const after = await opened();
		expect(await after.notes.find({})).toEqual([{ id: "a", text: "one" }]);
		await after.notes.put({ id: "b" });
		expect(await after.notes.count()).toBe(2);
	});

	it("with a damaged row is refused, however many others can be read", async () => {
		const rows = Array.from({ length: 50 }, (_, i) => JSON.stringify({ _id: `${i}`, id: `${i}` }));
		writeFileSync(
			join(dir, "notes.db"),
			`${rows.join("\n")}\n{"id":damaged}\n${JSON.stringify({ _id: "x", id: "x" })}\n`
		);
		const { broker } = made();
		brokers.push(broker);
		await expect(broker.start()).rejects.toThrow(/notes.db' cannot be read .*Restore it from a backup/);
	});

	it("is whole again after a write that failed", async () => {
		const { broker, notes } = await opened();
		const file = join(dir, "notes.db");
		await notes.put({ id: "a" });
		rmSync(file);
		mkdirSync(file);
		await expect(notes.put({ id: "b" })).rejects.toThrow();
		rmSync(file, { recursive: true });
		await notes.put({ id: "c" });
		const rows = lines().join("\n");
		for (const id of ["a", "c"]) expect(rows).toContain(`"id":"${id}"`);
		await broker.stop();
	});
});
