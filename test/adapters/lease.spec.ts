import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type EventStore, NEW, openMemoryStore, StoreBusy } from "../../adapters/eventstore";
import { acquireLease, type Lease, type LeaseOptions } from "../../adapters/lease";
import type { LeaseEvent } from "../../domain/migration/lease";
import { type NatsCluster, startNatsCluster } from "../support/nats-cluster";
import { until } from "../support/until";
import { all } from "./events";
import { type Act, LEASE } from "./holder";
import { addressOf, openStore } from "./stores";

/** Long enough for a busy machine to renew it in time, short enough to be waited for. */
const options: LeaseOptions = { ttlMs: 1_500, boundMs: 300, holder: "a", scope: "cluster" };

/** A store whose appends can be made to fail before they are stored, or after. */
function faulty(): { store: EventStore; fail: (how: "before" | "after" | undefined) => void } {
	const inner = openMemoryStore();
	let failing: "before" | "after" | undefined;
	const append: EventStore["append"] = async (...args) => {
		if (failing === "before") throw new StoreBusy("a store", 1);
		const appended = await inner.append(...args);
		if (failing === "after") throw new StoreBusy("a store", 1);
		return appended;
	};
	const store = new Proxy(inner, {
		get: (target, key) => {
			if (key === "append") return append;
			const value: unknown = Reflect.get(target, key);
			return typeof value === "function" ? value.bind(target) : value;
		}
	});
	return {
		store,
		fail: how => {
			failing = how;
		}
	};
}
const types = async (store: EventStore): Promise<string[]> =>
	(await all(store.read("lease/run"))).map(recorded => recorded.event.type);

describe("a lease in the event store", () => {
	it("L12: has exactly one holder of many who ask at once; the next one comes when it is given back", async () => {
		const store = openMemoryStore();
		const holders: Lease[] = [];
		let atOnce = 0;
		const candidates = Array.from({ length: 8 }, async (_, i) => {
			const lease = await acquireLease(store, "run", { ...options, boundMs: 0, holder: `h${i}` });
			holders.push(lease);
			expect(++atOnce).toBe(1);
			await sleep(10);
			expect(lease.remainingMs()).toBeGreaterThan(0);
			atOnce--;
			await lease.release();
		});
		await Promise.all(candidates);
		expect(new Set(holders.map(({ token }) => token)).size).toBe(8);
	});

	it("L12: is renewed for as long as it is held, and is over once it is given back", async () => {
		const store = openMemoryStore();
		const lease = await acquireLease(store, "run", options);
		const began = performance.now();
		const renewals = async (): Promise<number> => (await types(store)).filter(type => type === "renewed").length;
		await until(async () => performance.now() - began > 2 * options.ttlMs && (await renewals()) > 3);
		expect(lease.signal.aborted).toBe(false);
		expect(lease.remainingMs()).toBeGreaterThan(0);
		await lease.release();
		await lease.release();
		expect(lease.signal.aborted).toBe(true);
		expect(lease.remainingMs()).toBe(0);
		const told = await types(store);
		expect(told.filter(type => type === "released")).toHaveLength(1);
	});

	it("L12: is over in time when the store fails; a short failure does no harm", async () => {
		const { store, fail } = faulty();
		const lease = await acquireLease(store, "run", options);
		fail("before");
		await sleep(options.ttlMs / 2);
		fail(undefined);
		await sleep(options.ttlMs);
		expect(lease.signal.aborted).toBe(false);
		fail("before");
		const since = performance.now();
		let held = since;
		for (; !lease.signal.aborted; await sleep(1)) {
			const now = performance.now();
			if (lease.remainingMs() > 0) held = now;
		}
		expect(held - since).toBeLessThanOrEqual(options.ttlMs);
		expect(lease.remainingMs()).toBe(0);
	});

	it("L10, L12: counts a renewal whose acknowledgement was lost from when it was asked for first", async () => {
		const { store, fail } = faulty();
		const lease = await acquireLease(store, "run", options);
		fail("after");
		await once(lease.signal, "abort");
		// One renewal was stored, however often it was asked for.
		expect(await types(store)).toEqual(["acquired", "renewed"]);
		fail(undefined);
		await lease.release();
		expect(await types(store)).toEqual(["acquired", "renewed", "released"]);
	});

	it("L12: counts from before a renewal was asked for, however long the answer takes", async () => {
		const inner = openMemoryStore();
		let now = 0;
		const slow: Pick<EventStore, "append" | "read" | "version"> = {
			version: stream => inner.version(stream),
			read: (...args) => inner.read(...args),
			append: (...args) => {
				now += 50;
				return inner.append(...args);
			}
		};
		const clocks = (): { monotonicMs: number; wallMs: number } => ({ monotonicMs: now, wallMs: now });
		const lease = await acquireLease(slow as EventStore, "run", { ...options, clocks });
		expect(lease.remainingMs()).toBe(options.ttlMs - 50);
		while (now < 100) await sleep(5);
		expect(lease.remainingMs()).toBe(options.ttlMs - 50);
		await lease.release();
	});

	it("L12: is lost to whoever appended first, and then not given back", async () => {
		const store = openMemoryStore();
		const lease = await acquireLease(store, "run", options);
		const data = { ...options, boundMs: 0, process: "elsewhere", token: "theirs" };
		await store.append("lease/run", await store.version("lease/run"), [{ type: "acquired", data }], "theirs");
		await once(lease.signal, "abort");
		await lease.release();
		expect(await types(store)).toEqual(["acquired", "acquired"]);
	});

	it("L12: ends when the wall clock says that the machine slept", async () => {
		let slept = 0;
		const clocks = (): { monotonicMs: number; wallMs: number } => ({
			monotonicMs: performance.now(),
			wallMs: Date.now() + slept
		});
		const lease = await acquireLease(openMemoryStore(), "run", { ...options, clocks });
		slept = 3_600_000;
		expect(lease.remainingMs()).toBe(0);
		await once(lease.signal, "abort");
	});

	it("L12: of a dead process is free at once where the data folder's lock proves it, elsewhere after its time", async () => {
		const store = openMemoryStore();
		const earlier: LeaseEvent = {
			type: "acquired",
			data: { holder: "earlier", process: "dead", token: "t", ttlMs: 600, boundMs: 400, scope: "local" }
		};
		await store.append("lease/run", NEW, [earlier], "t");
		const waited: string[] = [];
		const local = await acquireLease(store, "run", {
			...options,
			scope: "local",
			waiting: reason => waited.push(reason)
		});
		expect(waited).toEqual([]);
		await local.release();
		await store.append("lease/run", await store.version("lease/run"), [earlier], "u");
		const since = performance.now();
		await acquireLease(store, "run", { ...options, waiting: reason => waited.push(reason) });
		expect(performance.now() - since).toBeGreaterThanOrEqual(990);
		expect(waited).toEqual(["'earlier' holds it"]);
	});

	it("can be waited for no longer than one wants", async () => {
		const store = openMemoryStore();
		await acquireLease(store, "run", options);
		const waiting = acquireLease(store, "run", { ...options, signal: AbortSignal.timeout(30) });
		await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
	});

	describe.each([["a file"], ["JetStream"]])("of several processes, in %s", kind => {
		let dir: string;
		let servers: NatsCluster | undefined;
		let address: string;
		let store: EventStore;
		beforeAll(async () => {
			dir = mkdtempSync(join(tmpdir(), "banyan-lease-"));
			if (kind === "JetStream") servers = await startNatsCluster({ servers: 1 });
			address = servers ? addressOf(servers.url, "leases", 1) : join(dir, "events.db");
			store = await openStore(address);
		});
		afterAll(async () => {
			await store?.close();
			await servers?.[Symbol.asyncDispose]();
			rmSync(dir, { recursive: true, force: true });
		});

		/** Takes the lease as soon as it can, and says what it does under it. */
		function startHolder() {
			const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "holder.ts"), address], {
				stdio: ["ignore", "pipe", "inherit"]
			});
			const acts: Act[] = [];
			createInterface({ input: child.stdout }).on("line", line => acts.push(JSON.parse(line) as Act));
			return { child, acts };
		}

		it("L12: nobody acts under it after a stop longer than it lasts, once another holds it", async () => {
			const { child, acts } = startHolder();
			await until(() => acts.length > 0);
			child.kill("SIGSTOP");
			const mine = await acquireLease(store, "run", { ...LEASE, holder: "the parent" });
			const takenMs = Date.now();
			child.kill("SIGCONT");
			await until(() => acts.at(-1)?.over === true);
			expect(mine.remainingMs()).toBeGreaterThan(0);
			for (const { atMs } of acts) if (atMs) expect(atMs).toBeLessThan(takenMs);
			await mine.release();
			child.kill("SIGKILL");
		});

		it("L12: of several one holds it at a time; whoever is killed is followed once their time is over", async () => {
			const holders = [startHolder(), startHolder(), startHolder()];
			const terms: { readonly token: string; readonly from: number; readonly to: number }[] = [];
			for (let left = [...holders]; left.length > 0; ) {
				await until(() => left.some(({ acts }) => acts.length > 20), "somebody holds it");
				const [holder, another] = left.filter(({ acts }) => acts.length > 0);
				expect(another).toBeUndefined();
				holder?.child.kill("SIGKILL");
				const [first, last] = [holder?.acts[0], holder?.acts.at(-1)];
				terms.push({ token: first?.token ?? "", from: first?.atMs ?? 0, to: last?.atMs ?? 0 });
				left = left.filter(each => each !== holder);
			}
			expect(new Set(terms.map(({ token }) => token)).size).toBe(3);
			const gaps = terms.slice(1).map(({ from }, at) => from - (terms[at]?.to ?? 0));
			for (const gap of gaps) expect(gap).toBeGreaterThan(LEASE.boundMs);
		});
	});
});
