import { type EventStore, openMemoryStore } from "../../../adapters/eventstore";
import type { Sealer } from "../../../adapters/secrets";
import type { Caller } from "../../../domain/migration/callers";
import type { RunEvent } from "../../../domain/migration/events";
import { appendRun, loadRun } from "../../../services/migration/run/journal";
import type { Planned, PlannedDefinition } from "../../../services/migration/run/planned";
import { openCollection } from "../../support/collections";
import { runsOn } from "../../support/runs";

const definition = {
	name: "panel",
	source: { connector: "marzneshin", url: "http://s", password: "sealed by the test" },
	target: { connector: "marzban", url: "http://t", password: "sealed by the test" },
	streams: ["users"],
	catchUp: { passes: 2, removals: 10 }
};
const planned = {
	definition,
	hash: "h",
	mapping: "m",
	context: {},
	plan: { streams: [], findings: [] }
} as unknown as Planned;
const sealer: Pick<Sealer, "seal" | "open"> = {
	seal: text => text,
	open: text => text.replace("sealed by the test", "in the clear")
};

/** A store that says after which version it was read. */
function watched(): { store: EventStore; reads: (string | undefined)[] } {
	const store = openMemoryStore();
	const reads: (string | undefined)[] = [];
	const read: EventStore["read"] = (stream, after) => {
		reads.push(after);
		return store.read(stream, after);
	};
	return { store: Object.assign(Object.create(store) as EventStore, { read }), reads };
}

const LIMITS = { plans: 1, plansEach: 1, planDays: 1 };

const say = async (store: EventStore, event: RunEvent): Promise<void> => {
	const run = await loadRun(store, "panel");
	if (run) await appendRun(store, run, event, `${event.type}-${run.version}`);
	else await store.append("migration/panel", "0", [event], "planned");
};

describe("a run that is looked at", () => {
	it("is folded on from the last look, however many look at once, with its secrets in the clear", async () => {
		const { store, reads } = watched();
		const runs = runsOn({ store, definitions: undefined as never, sealer, limits: LIMITS });
		await say(store, { type: "planned", data: planned });
		await say(store, { type: "taken", data: { token: "1" } });
		const first = await runs.seen("panel");
		expect([first.phase, first.definition.source.password]).toEqual(["copying", "in the clear"]);
		const { version } = first;
		await say(store, { type: "paused", data: { reason: "" } });
		reads.length = 0;
		const [second, third] = await Promise.all([runs.seen("panel"), runs.seen("panel")]);
		expect([second.status.paused, third.status.paused, second.definition.source.password]).toEqual([
			true,
			true,
			"in the clear"
		]);
		expect(reads[0]).toBe(version);
		expect(reads).not.toContain(undefined);
	});

	it("is another one than that which a controller goes on with", async () => {
		const { store } = watched();
		const runs = runsOn({ store, definitions: undefined as never, sealer, limits: LIMITS });
		await say(store, { type: "planned", data: planned });
		const [seen, own] = [await runs.seen("panel"), await runs.run("panel")];
		own.paused = true;
		expect(seen.status.paused).toBe(false);
		expect((await runs.seen("panel")).status.paused).toBe(false);
	});

	it("that is not there is said so each time, and found once it is", async () => {
		const { store } = watched();
		await using kept = await openCollection<PlannedDefinition>({ name: "definitions", key: "name" });
		const runs = runsOn({ store, definitions: kept.collection, sealer, limits: LIMITS });
		const missing = (message: string) => ({ type: "MIGRATION_NOT_FOUND", message: expect.stringContaining(message) });
		await expect(runs.seen("panel")).rejects.toMatchObject(missing("plan it and run it first"));
		await kept.collection.put({ name: "panel", planned });
		for (const look of [runs.seen("panel"), runs.run("panel"), runs.whole("panel")])
			await expect(look).rejects.toMatchObject(missing("'panel' is planned, not begun: start it"));
		await say(store, { type: "planned", data: planned });
		expect((await runs.seen("panel")).name).toBe("panel");
	});
});

describe("a plan that was approved, planned again as it is by a key that may only plan", () => {
	const planner: Caller = { id: "planner", scopes: ["migration:plan"] };
	const runner: Caller = { id: "runner", scopes: ["migration:plan", "migration:run"] };
	const found = (ok: boolean): Planned =>
		({ ...planned, plan: { ok, streams: [], findings: [] } }) as unknown as Planned;

	/** Who planned, and what was found, in turn; then it begins. */
	async function begun(...plans: readonly (readonly [Caller, boolean])[]): Promise<unknown> {
		await using kept = await openCollection<PlannedDefinition>({ name: "definitions", key: "name" });
		const runs = runsOn({ definitions: kept.collection, sealer, limits: LIMITS });
		for (const [caller, ok] of plans) await runs.keep(found(ok), caller);
		return await runs.begin("panel", "h").then(
			({ phase }) => phase,
			({ type }) => type
		);
	}

	it("begins though a panel was away then", async () => {
		const first = await begun([runner, true]);
		expect(await begun([runner, true], [planner, false])).toBe(first);
		expect(await begun([planner, true], [runner, true], [planner, false], [planner, true])).toBe(first);
	});

	it.each<[string, (readonly [Caller, boolean])[]]>([
		[
			"whoever may run it found something since",
			[
				[runner, true],
				[runner, false]
			]
		],
		[
			"nobody approved it",
			[
				[planner, true],
				[planner, false]
			]
		]
	])("does not where %s", async (_, plans) => {
		expect(await begun(...plans)).toMatch(/PREFLIGHT_REFUSED/);
	});
});
