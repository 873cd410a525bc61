/**
 * L6: Marzban has no compare-and-set, so one applier at a time writes to it. One that cannot renew its lease any more
 * and one that waits for it are let loose on one panel; requests dawdle on their way. Once the new one has written,
 * nothing of the old one's reaches the panel.
 */

import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type EventStore, openMemoryStore } from "../../adapters/eventstore";
import { acquireLease, type Lease } from "../../adapters/lease";
import type { Json } from "../../contracts/json";
import { startMarzban } from "../../demo/panels/marzban";
import type { Panel } from "../../demo/panels/panel";
import { live } from "../../services/migration/run/appliers";
import { oneApplier } from "../../services/migration/run/batch";
import type { WriteCall } from "../../services/migration/run/run-context";
import { type CrashingNode, startCrashingNode } from "../support/crashing-node";
import { type Gate, openGate, type Passing } from "../support/gate";

const TTL_MS = 250;
/** Longer than any request dawdles. */
const BOUND_MS = 400;
const MOST_DAWDLING_MS = 50;
const RUNS = Number(process.env.APPLIER_RUNS ?? 15);

type Who = "old" | "new";
let panel: Panel;
const gates: Gate[] = [];
const nodes = {} as Record<Who, CrashingNode>;
/** Who wrote whom, in the order in which it reached the panel. */
let log: { who: Who; wrote: string }[] = [];
let dawdling: Record<Who, readonly number[]>;
const sent = { old: 0, new: 0 };

beforeAll(async () => {
	panel = await startMarzban({ createMs: 0, loginMs: 0, jobSeconds: 0 });
	for (const who of ["old", "new"] as const) {
		const gate = await openGate(panel, { call: passing => pass(who, passing) });
		gates.push(gate);
		const environment = { TARGET_URL: gate.url };
		nodes[who] = await startCrashingNode({ store: openMemoryStore(), environment, shut: gate.shut });
	}
});
afterAll(async () => {
	for (const who of ["new", "old"] as const) await nodes[who].stop();
	for (const gate of gates) await gate.close();
	await panel.close();
});

async function pass(who: Who, { method, path, body }: Passing): Promise<undefined> {
	if (method === "GET" || path === "/api/admin/token") return;
	const delays = dawdling[who];
	await sleep(delays[sent[who]++ % delays.length]);
	const name = method === "POST" ? (JSON.parse(body) as { username: string }).username : path;
	log.push({ who, wrote: `${method} ${name}` });
}

const dawdlingArbitrary = fc.array(fc.integer({ min: 0, max: MOST_DAWDLING_MS }), { minLength: 1, maxLength: 12 });
const fight = fc.record({
	old: dawdlingArbitrary,
	new: dawdlingArbitrary,
	batch: fc.integer({ min: 1, max: 12 }),
	/** When the old one is cut off from the store, and when the new one comes. */
	cutOffMs: fc.integer({ min: 0, max: 120 }),
	comesMs: fc.integer({ min: 0, max: 150 })
});

it(
	"L6: of two appliers, the old one writes nothing after the new one's first write",
	async () => {
		let fought = 0;
		const property = fc.asyncProperty(fight, async ({ batch, cutOffMs, comesMs, ...delays }) => {
			panel.db.exec("DELETE FROM proxies; DELETE FROM users");
			dawdling = delays;
			log = [];
			const store = openMemoryStore();
			let isCutOff = false;
			const cut = (async () => {
				await sleep(cutOffMs);
				isCutOff = true;
			})();
			const lease = { ttlMs: TTL_MS, boundMs: BOUND_MS, scope: "cluster" } as const;
			const old = await acquireLease(
				cuttable(store, () => isCutOff),
				"panel",
				{ ...lease, holder: "old" }
			);
			let isOver = false;
			const olds = writeOn("old", old, batch, () => isOver);
			await sleep(comesMs);
			const young = await acquireLease(store, "panel", { ...lease, holder: "new" });
			await writeOn("new", young, batch, () => log.filter(({ who }) => who === "new").length >= 3);
			isOver = true;
			await Promise.all([olds, cut]);
			await Promise.all([old.release(), young.release()]);
			const order = log.map(({ who }) => who);
			const [first, last] = [order.indexOf("new"), order.lastIndexOf("old")];
			if (first >= 0 && last >= 0) fought++;
			expect(first).toBeGreaterThan(last);
		});
		await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
		// A fight in which one side never wrote shows nothing.
		expect(fought).toBeGreaterThan(RUNS / 3);
	},
	RUNS * 60_000
);

it("L6: a call that came later than its lease holds writes nothing, and undoes nothing", async () => {
	[log, dawdling] = [[], { old: [0], new: [0] }];
	const lease = { token: "late", remainingMs: 1_000, sentAt: Date.now() - 1_000 };
	const call = { connection: CONNECTION, stream: "users", lease };
	const { write, undo } = live(nodes.old.broker);
	const records = [record("late")];
	await expect(write({ ...call, conflict: "skip", records }, 5_000)).rejects.toMatchObject({
		data: { code: "stopped" }
	});
	const inTime = { ...lease, sentAt: Date.now() };
	const [made] = await write({ ...call, conflict: "skip", records, lease: inTime }, 5_000);
	expect(made).toMatchObject({ outcome: "created" });
	const ours = { id: "late", name: "late", before: null, ours: String(made?.fingerprint) };
	await expect(undo({ ...call, records: [ours] }, 5_000)).rejects.toMatchObject({ data: { code: "stopped" } });
	expect(log.map(({ wrote }) => wrote)).toEqual(["POST late", "PUT /api/user/late"]);
});

/** Batch after batch, as a run does, and on after every failure: it is not its politeness that is tried. */
async function writeOn(who: Who, lease: Lease, size: number, isOver: () => boolean): Promise<void> {
	const { write } = live(nodes[who].broker);
	for (let batch = 0; !isOver(); batch++) {
		const records = Array.from({ length: size }, (_, index) => record(`${who}_${batch}_${index}`));
		const call = { connection: CONNECTION, stream: "users", conflict: "skip" as const, records };
		const held = { token: lease.token, remainingMs: lease.remainingMs(), sentAt: Date.now() };
		await oneApplier(held, (given, timeout) => write({ ...call, lease: given }, timeout)).catch(() => sleep(5));
	}
}

const CONNECTION = {
	connector: "marzban",
	url: "${TARGET_URL}",
	username: "admin",
	password: "admin123",
	retryBaseMs: 1,
	settleMs: 10,
	timeoutMs: 1_000
};

function record(username: string): WriteCall["records"][number] {
	const id = "5f7a0c9e-1111-4222-8333-444455556666";
	const data: Json = {
		username,
		status: "disabled",
		proxies: { vless: { id } },
		inbounds: {},
		expire: null,
		data_limit: null,
		data_limit_reset_strategy: "no_reset",
		on_hold_expire_duration: null,
		on_hold_timeout: null,
		note: null,
		admin: null
	};
	return { id: username, name: username, data, before: null };
}

const cuttable = (store: EventStore, isCutOff: () => boolean): EventStore => ({
	append: async (...given) => {
		if (isCutOff()) throw new Error("The store does not answer.");
		return store.append(...given);
	},
	version: stream => store.version(stream),
	last: stream => store.last(stream),
	read: (stream, after) => store.read(stream, after),
	readAll: after => store.readAll(after),
	subscribe: (after, signal) => store.subscribe(after, signal),
	streams: prefix => store.streams(prefix),
	close: () => store.close()
});
