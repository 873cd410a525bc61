import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { type Announcement, type Collection, Duplicate, StoreClosed } from "../../../adapters/collection";
import { acquireLock, DataDirLocked } from "../../../adapters/datadir";
import type { Settings } from "../../../cluster/settings";
import { collection } from "../../../mixins/collection.mixin";

interface Note {
	id: string;
	text?: string;
	mail?: string;
}
interface Opened {
	readonly broker: ServiceBroker;
	readonly notes: Collection<Note, Announcement>;
	/** What the service heard. */
	readonly heard: string[];
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

const notesMixin = collection<"notes", Note>("notes", "id", { unique: ["mail"] });

const made = (access: Settings["access"] = "write"): Opened => {
	const settings: Partial<Settings> = { dataDir: dir, access };
	const broker = new ServiceBroker({ logger: false, settings } as never);
	const heard: string[] = [];
	const { notes } = broker.createService({ name: "notes", mixins: [notesMixin] }) as unknown as Opened;
	// Made later, so that it starts later, too.
	broker.createService({
		name: "listener",
		events: { "notes.changed": (ctx: { params: { id: string } }) => void heard.push(ctx.params.id) }
	} as never);
	return { broker, notes, heard };
};
async function opened(): Promise<Opened> {
	const opened = made();
	brokers.push(opened.broker);
	await opened.broker.start();
	return opened;
}
const changed = (id: string) => ({ events: [{ event: "notes.changed", payload: { id } }] });

describe("a collection of a service", () => {
	it("is there over a restart", async () => {
		const { broker, notes } = await opened();
		await notes.put({ id: "a", text: "one" });
		await broker.stop();
		const after = await opened();
		expect(await after.notes.get("a")).toEqual({ id: "a", text: "one" });
		await expect(after.notes.insert({ id: "a" })).rejects.toThrow(Duplicate);
		expect(statSync(join(dir, "notes.db")).mode & 0o777).toBe(0o600);
	});

	it("refuses what it is asked before its service has started and after it was stopped", async () => {
		const { broker, notes } = made();
		await expect(notes.put({ id: "early" })).rejects.toThrow(/not open: its service has not started, or was stopped/);
		await broker.start();
		await notes.put({ id: "a" });
		await broker.stop();
		await expect(notes.put({ id: "late" })).rejects.toThrow(StoreClosed);
		expect(await (await opened()).notes.count()).toBe(1);
	});

	it("opens none of it to callers", async () => {
		const { broker } = await opened();
		for (const action of ["insert", "remove", "update", "create", "find", "list", "get", "count", "put"])
			await expect(broker.call(`notes.${action}`, { id: "a" })).rejects.toMatchObject({ type: "SERVICE_NOT_FOUND" });
	});

	it("is its only one, and each broker's own", async () => {
		const settings = { dataDir: dir, access: "write" };
		const broker = new ServiceBroker({ logger: false, settings } as never);
		const two = { name: "two", mixins: [notesMixin, collection<"more", Note>("more", "id")] };
		expect(() => broker.createService(two)).toThrow(/A mixin provides 'adapter', which its service has already/);
		const [first, second] = [await opened(), await opened()];
		expect(first.notes).not.toBe(second.notes);
	});

	it("that is only read locks nothing, makes nothing, and says so of a change", async () => {
		const lock = acquireLock(dir, { pid: 1, command: "elsewhere" });
		const { broker, notes } = made("read");
		await broker.start();
		expect(await notes.get("a")).toBeUndefined();
		await expect(notes.insert({ id: "a" })).rejects.toThrow(/open for reading only/);
		await broker.stop();
		await expect(notes.get("a")).rejects.toThrow(StoreClosed);
		lock.release();
		expect(existsSync(join(dir, "notes.db"))).toBe(false);
	});

	it("that is only read has what another one writes meanwhile", async () => {
		const writing = await opened();
		await writing.notes.insert({ id: "a" });
		const { broker, notes } = made("read");
		await broker.start();
		expect(await notes.get("a")).toEqual({ id: "a" });
		await writing.notes.insert({ id: "b" });
		expect((await notes.find({})).records.map(({ id }) => id)).toEqual(["a", "b"]);
		await expect(notes.remove("a")).rejects.toThrow(/open for reading only/);
		await broker.stop();
	});

	it("announces what changed before the change is answered, to whoever listens", async () => {
		const { notes, heard } = await opened();
		await notes.insert({ id: "a" }, changed("a"));
		expect(heard).toEqual(["a"]);
		await expect(notes.insert({ id: "a" }, changed("again"))).rejects.toThrow(Duplicate);
		await notes.remove("a", changed("removed"));
		expect(heard).toEqual(["a", "removed"]);
	});

	it("announces after a start what was stored and not yet announced, once all services of the node have started", async () => {
		const { broker, notes, heard } = await opened();
		jest.spyOn(broker, "broadcast").mockRejectedValue(new Error("away"));
		await notes.insert({ id: "a" }, changed("a"));
		brokers.pop();
		await broker.stop();
		expect(heard).toEqual([]);
		const after = await opened();
		while (after.heard.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
		expect(after.heard).toEqual(["a"]);
	});
});

describe("the folder of a collection", () => {
	it("is not opened while another process holds it", async () => {
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
		const lock = acquireLock(dir, { pid: process.pid, command: "shared" });
		await broker.stop();
		lock.release();
		acquireLock(dir, { pid: process.pid, command: "alone" }).release();
	});

	it("is free again where the collection cannot be opened", async () => {
		writeFileSync(join(dir, "notes.db"), "no collection at all\n");
		const { broker } = made();
		await expect(broker.start()).rejects.toThrow(/notes.db' cannot be used \(its line 1 cannot be read\)\. Restore it/);
		await broker.stop();
		acquireLock(dir, { pid: process.pid, command: "alone" }).release();
	});
});

describe("a file of NeDB, as versions before had it", () => {
	const file = (): string => join(dir, "notes.db");
	const line = (record: object): string => `${JSON.stringify(record)}\n`;
	const earlier = [
		line({ _id: "1", id: "a", text: "first" }),
		line({ $$indexCreated: { fieldName: "id", unique: true, sparse: false } }),
		line({ _id: "1", id: "a", text: "second" }),
		line({ _id: "2", id: "b" }),
		line({ $$deleted: true, _id: "2" }),
		line({
			_id: "3",
			id: "c",
			text: { "vless%2Etcp": { "%24%24deleted": true }, "50%25": 1, __proto__x: [{ "%24": 2 }] }
		})
	].join("");
	const records = [
		{ id: "a", text: "second" },
		{ id: "c", text: { "vless.tcp": { $$deleted: true }, "50%": 1, __proto__x: [{ $: 2 }] } }
	];

	it("is taken over once, and kept under another name", async () => {
		writeFileSync(file(), earlier);
		const { broker, notes } = await opened();
		expect((await notes.find()).records).toEqual(records);
		expect(readFileSync(`${file()}.nedb`, "utf8")).toBe(earlier);
		expect(statSync(`${file()}.nedb`).mode & 0o777).toBe(0o600);
		await notes.remove("c");
		await broker.stop();
		expect((await (await opened()).notes.find()).records).toEqual(records.slice(0, 1));
	});

	it("loses a last row that was cut off, which was never acknowledged, and no other", async () => {
		writeFileSync(file(), `${earlier}{"_id":"4","id":"d","te`);
		const { notes } = await opened();
		expect((await notes.find()).records).toEqual(records);
	});

	it("is taken from beside it where a rewrite of NeDB was cut off", async () => {
		writeFileSync(`${file()}~`, earlier);
		const { notes } = await opened();
		expect((await notes.find()).records).toEqual(records);
		expect(readdirSync(dir).filter(name => name.endsWith("~"))).toEqual([]);
	});

	it("is left as it is where one of its rows cannot be read, or two have the same unique value", async () => {
		const twice = line({ _id: "5", id: "e", mail: "a@x" }) + line({ _id: "6", id: "f", mail: "a@x" });
		for (const [text, expected] of [
			[`${earlier}{"id":damaged}\n${line({ _id: "x", id: "x" })}`, /its line 7 cannot be read/],
			[earlier.replace("\n", "\n\n"), /its line 2 cannot be read/],
			["\0\0\0\0 torn", /it is no file of Banyan/],
			[earlier + twice, /UNIQUE constraint failed/]
		] as const) {
			writeFileSync(file(), text);
			const { broker } = made();
			await expect(broker.start()).rejects.toThrow(expected);
			await broker.stop();
			expect(readFileSync(file(), "utf8")).toBe(text);
		}
	});
});
