import { setTimeout as sleep } from "node:timers/promises";
import { type EventStore, openMemoryStore } from "../../../adapters/eventstore";
import { openMemoryProjections } from "../../../adapters/projections";
import type { Broker } from "../../../cluster";
import type { RunEvent } from "../../../domain/migration/events";
import { newRun } from "../../../domain/migration/run";
import { Controller } from "../../../services/migration/run/controller";
import { Folds } from "../../../services/migration/run/folds";
import { appendRun } from "../../../services/migration/run/journal";
import { Lists } from "../../../services/migration/run/lists";
import { all } from "../../adapters/events";

const LEASE_MS = 60;
const planned = {
	definition: {
		name: "panel",
		streams: ["users"],
		catchUp: { passes: 2, removals: 10 },
		batch: { records: 10, bytes: 1000 },
		source: { connector: "s" },
		target: { connector: "t" }
	},
	hash: "h",
	mapping: "m",
	context: {},
	plan: { ok: true, findings: [], streams: [] }
} as unknown as Extract<RunEvent, { type: "planned" }>["data"];

/** A store whose leases cannot be renewed. */
const unrenewed = (store: EventStore): EventStore => ({
	append: (stream, expected, events, appendId) =>
		events.some(({ type }) => type === "renewed")
			? Promise.reject(new Error("the disk is too slow"))
			: store.append(stream, expected, events, appendId),
	version: stream => store.version(stream),
	last: stream => store.last(stream),
	read: (stream, after) => store.read(stream, after),
	readAll: after => store.readAll(after),
	subscribe: (after, signal) => store.subscribe(after, signal),
	streams: prefix => store.streams(prefix),
	close: () => store.close()
});

/** A controller whose source answers only once its lease is over. @param meanwhile what happens until then */
async function ended(meanwhile: (store: EventStore) => Promise<void>): Promise<{ types: string[]; last: unknown }> {
	const below = openMemoryStore();
	let once: Promise<void> | undefined;
	const store = unrenewed(below);
	const run = newRun("panel", planned, "0");
	await appendRun(store, run, { type: "planned", data: planned }, "planned");
	const logger = { warn: () => undefined, error: () => undefined };
	const late = async () => {
		once ??= meanwhile(below);
		await once;
		await sleep(3 * LEASE_MS);
		return { records: [], next: null, total: 0 };
	};
	const broker = { call: late, logger, getLocalService: () => ({}) } as unknown as Broker;
	const projections = openMemoryProjections();
	const nothing = async () => undefined;
	await new Controller({
		broker,
		store,
		lists: new Lists(store, projections),
		folds: new Folds({ store, projections, open: all => all, seal: all => all }),
		run,
		leaseMs: LEASE_MS,
		holder: "test",
		scope: "local",
		secretsFor: async () => new Map(),
		backups: "",
		backupTaken: true,
		copied: nothing,
		undone: nothing
	}).ended;
	await once;
	const events = (await all(below.read("migration/panel"))).map(({ event }) => event);
	return { types: events.map(({ type }) => type), last: events.at(-1)?.data };
}

it("a run whose lease is over says so, for whoever watches it", async () => {
	const { types, last } = await ended(async () => undefined);
	expect(types).toEqual(["planned", "taken", "failed"]);
	expect(last).toMatchObject({ code: "LEASE_LOST", message: expect.stringMatching(/lease .* start it again/) });
});

it("one that another controller took over meanwhile says nothing: that one does", async () => {
	const { types } = await ended(async store => {
		const version = await store.version("migration/panel");
		await store.append("migration/panel", version, [{ type: "taken", data: { token: "another" } }], "another");
	});
	expect(types).toEqual(["planned", "taken", "taken"]);
});
