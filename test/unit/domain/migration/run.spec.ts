import fc from "fast-check";
import { OUTCOMES, type Outcome, type Severity } from "../../../../contracts/migration/records";
import type { RunEvent } from "../../../../domain/migration/events";
import { apply } from "../../../../domain/migration/fold";
import { IdSet } from "../../../../domain/migration/idset";
import { VOCABULARY } from "../../../../domain/migration/mappings";
import { addsUp, isComplete, nextStep } from "../../../../domain/migration/next-step";
import { removalsAllowed, tooFew } from "../../../../domain/migration/removals";
import { newRun, noOutcomes, type Run } from "../../../../domain/migration/run";
import { statusOf } from "../../../../domain/migration/status";
import { verdictOf } from "../../../../domain/migration/verdict";

const planned = {
	definition: { name: "panel", streams: ["admins", "users"], catchUp: { passes: 2, removals: 10 } },
	hash: "h",
	mapping: "m",
	context: {},
	plan: { findings: [], streams: [{ stream: "users", source: 3 }] }
} as unknown as Extract<RunEvent, { type: "planned" }>["data"];

const run = (...events: RunEvent[]): Run => {
	const state = newRun("panel", planned, "0");
	for (const [index, event] of events.entries()) apply(state, event, String(index + 1), "2026-01-01T00:00:00Z");
	return state;
};
const taken: RunEvent = { type: "taken", data: { token: "t" } };
const copied = (stream: string, ids: string[], last: boolean, outcome: Outcome = "created"): RunEvent => ({
	type: "copied",
	data: {
		stream,
		batch: 1,
		cursor: last ? null : "c",
		last,
		total: ids.length,
		ids,
		moved: outcome === "created" ? ids.map(id => [id, `n${id}`]) : [],
		claimed: [],
		held: outcome === "quarantined" ? ids.map(id => [id, "limited"]) : [],
		removed: [],
		outcomes: { ...noOutcomes(), [outcome]: ids.length },
		quarantine: outcome === "quarantined" ? { limited: { count: ids.length } } : {},
		losses: {},
		records: "1"
	}
});
const compared = (stream: string, ids: string[], differences = 0, added = 0, absent: string[] = []): RunEvent => ({
	type: "compared",
	data: {
		added,
		absent,
		stream,
		batch: 1,
		cursor: null,
		last: true,
		ids,
		compared: ids.length,
		differences,
		digest: "d",
		comparisons: "1"
	}
});
const surveyed = (stream: string): RunEvent => ({ type: "surveyed", data: { stream, extra: 0 } });
const copies = [taken, copied("admins", ["1"], true), copied("users", ["1", "2"], true)] as const;
const kinds = (...events: RunEvent[]): string => {
	const step = nextStep(run(...events));
	return "stream" in step ? `${step.kind} ${step.stream.stream}` : step.kind;
};

describe("what a run does next", () => {
	it("follows from its events alone", () => {
		expect(kinds(taken)).toBe("copy admins");
		expect(kinds(taken, copied("admins", ["1"], false))).toBe("copy admins");
		expect(kinds(taken, copied("admins", ["1"], true))).toBe("copy users");
		expect(kinds(...copies)).toBe("compare admins");
		const admins = [...copies, compared("admins", ["1"])];
		expect(kinds(...admins)).toBe("survey admins");
		expect(kinds(...admins, surveyed("admins"))).toBe("compare users");
		const all = [...admins, surveyed("admins"), compared("users", ["1", "2"])];
		expect(kinds(...all)).toBe("survey users");
		expect(kinds(...all, surveyed("users"))).toBe("finish");
		expect(kinds({ type: "finished", data: { result: "clean", certificate: "c" } })).toBe("idle");
	});

	it("is one listing more when the last one named other records, as often as the definition allows", () => {
		const again: RunEvent = { type: "again", data: { stream: "admins", force: false, reason: "", follows: true } };
		const added = compared("admins", ["1", "2"], 0, 1);
		expect(kinds(...copies, added)).toBe("again admins");
		expect(kinds(...copies, compared("admins", [], 1, 0, ["1"]))).toBe("again admins");
		expect(kinds(...copies, added, again)).toBe("compare admins");
		expect(kinds(...copies, added, again, added)).toBe("survey admins");
	});

	it("is as many listings again when the operator asks for one", () => {
		const asked: RunEvent = { type: "again", data: { stream: "admins", force: false, reason: "" } };
		const added = compared("admins", ["1", "2"], 0, 1);
		expect(kinds(...copies, added, asked, added)).toBe("again admins");
	});

	it("is no listing more for what waits for a word, or cannot be taken away (L32)", () => {
		const listing = (rest: object): RunEvent => {
			const { data } = compared("admins", [], 3, 0, ["1", "2", "3"]) as Extract<RunEvent, { type: "compared" }>;
			return { type: "compared", data: { ...data, ...rest } };
		};
		expect(kinds(...copies, listing({ holds: true, once: ["3"] }))).toBe("again admins");
		expect(kinds(...copies, listing({ holds: true, left: [["3", "r"]] }))).toBe("survey admins");
	});

	it("goes back stream by stream, dependents first, and never forward again", () => {
		const undoing: RunEvent = { type: "undoing", data: { reason: "" } };
		const undone = (stream: string): RunEvent => ({
			type: "undone",
			data: { stream, ids: [], restored: 0, changed: 0, records: "1", last: true, undos: "0" }
		});
		expect(kinds(taken, undoing)).toBe("undo users");
		expect(kinds(taken, undoing, undone("users"))).toBe("undo admins");
		expect(kinds(taken, undoing, undone("users"), undone("admins"))).toBe("rolledBack");
		expect(kinds(taken, undoing, { type: "rolledBack", data: { changed: 0 } })).toBe("idle");
		expect(kinds(taken, { type: "cancelled", data: { reason: "" } })).toBe("idle");
	});

	it("is the same after a failure", () => {
		const failed: RunEvent = { type: "failed", data: { code: "SYSTEM_FAILED", message: "away" } };
		expect(kinds(...copies, failed)).toBe(kinds(...copies));
		expect(run(...copies, failed).failure).toEqual(failed.data);
		expect(run(...copies, failed, taken).failure).toBeNull();
	});
});

describe("how a run ends", () => {
	const end = (...events: RunEvent[]) => verdictOf(run(...events));
	const clean = [...copies, compared("admins", ["1"]), compared("users", ["1", "2"])];

	it.each<[string, RunEvent[], RegExp | null]>([
		["there is one", [compared("users", ["1", "2"])], null],
		["something differs", [compared("users", ["1", "2"], 1)], /1 users are not as they should be.*diff panel/],
		["the last listing named more", [compared("users", ["1", "2", "3"], 0, 1)], /listing of users named 1 more/],
		["a listing named fewer", [compared("users", ["1"])], /listings of users named different records/]
	])("says why there is no certificate: %s", (_, events, why) => {
		const state = run(...copies, compared("admins", ["1"]), ...events);
		apply(state, { type: "finished", data: verdictOf(state) }, "9", "2026-01-01T00:00:00Z");
		const { certificate, unproven } = statusOf(state, false, VOCABULARY).verdict ?? {};
		for (const phase of ["rolling-back", "rolled-back", "cancelled"] as const)
			expect(statusOf({ ...state, phase }, false, VOCABULARY).verdict).toBeNull();
		expect([certificate === null, unproven]).toEqual([why !== null, why === null ? null : expect.stringMatching(why)]);
	});

	it("is clean when everything moved, is equal, and both listings agree", () => {
		expect(end(...clean)).toEqual({ result: "clean", certificate: expect.stringMatching(/^[0-9a-f]{64}$/) });
	});

	it.each<[string, RunEvent[]]>([
		["a difference", [...copies, compared("admins", ["1"]), compared("users", ["1", "2"], 1)]],
		[
			"a record that was only in the first listing (L4)",
			[...copies, compared("admins", ["1"]), compared("users", ["1"])]
		],
		[
			"a record that was only in the second listing (L4)",
			[...copies, compared("admins", ["1"]), compared("users", ["1", "2", "3"])]
		]
	])("has no certificate with %s", (_, events) => {
		expect(end(...events)).toEqual({ result: "attention", certificate: null });
	});

	const losing = (severity: Severity, accept: string[] = []): Run => {
		const { data } = copied("users", ["1", "2"], true) as Extract<RunEvent, { type: "copied" }>;
		const acts: [string, string[]][] = severity === "act" ? [["2", ["renamed"]]] : [];
		const lost: RunEvent = { type: "copied", data: { ...data, losses: { renamed: { [severity]: 1 } }, acts } };
		const state = run(
			taken,
			copied("admins", ["1"], true),
			lost,
			compared("admins", ["1"]),
			compared("users", ["1", "2"])
		);
		return { ...state, definition: { ...state.definition, accept }, result: "attention" };
	};

	it.each<[Severity, "clean" | "attention", number]>([
		["info", "clean", 0],
		["degraded", "clean", 0],
		["act", "attention", 1]
	])("by its losses' severity: %s is %s", (severity, result, records) => {
		const verdict = statusOf(losing(severity), false, VOCABULARY).verdict;
		expect(verdict).toMatchObject({ result, losses: 1, severities: { [severity]: 1 }, needHand: { records } });
	});

	it("clean again once the operator, or the definition, accepts the loss", () => {
		const state = losing("act");
		apply(state, { type: "accepted", data: { codes: ["renamed"] } }, "9", "2026-01-01T00:00:00Z");
		for (const accepted of [state, losing("act", ["renamed"])])
			expect(statusOf(accepted, false, VOCABULARY).verdict).toMatchObject({
				result: "clean",
				accepted: { renamed: 1 },
				needHand: { records: 0, losses: 0 }
			});
		expect(statusOf(losing("act", ["limited_disabled"]), false, VOCABULARY).verdict?.result).toBe("attention");
	});

	it("counts whoever needs a hand once, whatever is the matter", () => {
		const { data } = compared("users", ["1", "2"], 2) as Extract<RunEvent, { type: "compared" }>;
		const state = losing("act");
		apply(state, { type: "compared", data: { ...data, differing: ["1", "2"] } }, "9", "2026-01-01T00:00:00Z");
		expect(statusOf(state, false, VOCABULARY).verdict?.needHand).toMatchObject({
			records: 2,
			differences: 2,
			losses: 1
		});
	});

	it("of a store from before that knows how many and not who, each counts for itself", () => {
		const { data } = copied("users", ["1"], true) as Extract<RunEvent, { type: "copied" }>;
		const state = run(taken, { type: "copied", data: { ...data, losses: { renamed: { act: 3 } } } });
		expect(statusOf({ ...state, result: "clean" }, false, VOCABULARY).verdict).toMatchObject({
			result: "attention",
			needHand: { records: 3, losses: 3 }
		});
	});

	it.each<Outcome>(["quarantined", "skipped"])(
		"needs a human when a record was %s, though what moved is proven",
		outcome => {
			const events = [taken, copied("admins", ["1"], true), copied("users", ["1", "2"], true, outcome)];
			const { result, certificate } = end(...events, compared("admins", ["1"]), compared("users", ["1", "2"]));
			expect(result).toBe("attention");
			expect(certificate).not.toBeNull();
		}
	);
});

it("the outcomes always add up to what was read, however it is cut in batches", () => {
	const batch = fc.record({ outcome: fc.constantFrom(...OUTCOMES), size: fc.nat(5) });
	fc.assert(
		fc.property(fc.array(batch), batches => {
			let next = 0;
			const events = batches.map(({ outcome, size }) =>
				copied(
					"users",
					Array.from({ length: size }, () => String(next++)),
					false,
					outcome
				)
			);
			const state = run(taken, ...events);
			expect(state.streams.every(addsUp)).toBe(true);
			expect(statusOf(state, true, VOCABULARY).streams.find(({ stream }) => stream === "users")?.read).toBe(next);
		})
	);
});

it("two listings are equal only when they name the same ids", () => {
	const stream = (ids: string[], seen: string[]) => {
		const found = run(...copies, compared("users", [])).streams[1] as Run["streams"][number];
		const sets = [ids, seen].map(list => {
			const set = new IdSet();
			for (const id of list) set.add(id);
			return set;
		}) as [IdSet, IdSet];
		return { ...found, ids: sets[0], comparison: { ...found.comparison, ids: sets[1], listed: true } };
	};
	expect(isComplete(stream(["1", "2"], ["2", "1"]))).toBe(true);
	expect(isComplete(stream(["1", "2"], ["1", "3"]))).toBe(false);
});

describe("deletions at the source", () => {
	const asked = (removals?: number): RunEvent => ({
		type: "again",
		data: { stream: "users", force: true, reason: "", ...(removals !== undefined && { removals }) }
	});
	const waits = (ids: string[]): RunEvent => {
		const { data } = compared("users", [], ids.length, 0, ids) as Extract<RunEvent, { type: "compared" }>;
		return { type: "compared", data: { ...data, holds: true } };
	};
	const took = (removed: string[], released: string[] = []): RunEvent => {
		const { data } = copied("users", [], true) as Extract<RunEvent, { type: "copied" }>;
		return { type: "settled", data: { ...data, removed, released } };
	};

	it("are followed as far as the definition says, or the operator confirmed and until it is finished", () => {
		const end: RunEvent = { type: "finished", data: { result: "attention", certificate: null } };
		expect(removalsAllowed(run(...copies))).toBe(10);
		expect(removalsAllowed(run(...copies, asked()))).toBe(10);
		expect(removalsAllowed(run(...copies, asked(30)))).toBe(30);
		expect(removalsAllowed(run(...copies, asked(2), took(["1"])))).toBe(1);
		expect(removalsAllowed(run(...copies, asked(0)))).toBe(0);
		expect(removalsAllowed(run(...copies, asked(30), end))).toBe(10);
	});

	it("are confirmed all or not at all, with the true number", () => {
		const state = run(...copies, waits(["1", "2"]));
		expect(tooFew(state, 1)).toMatch(/^2 records wait to be taken away \(2 users\), not 1: .*--removals 2/);
		expect(tooFew(state, 2)).toBeUndefined();
		expect(statusOf(state, false, VOCABULARY).streams[1]?.removals).toEqual({ waiting: 2, left: 0, allowed: 10 });
	});

	it("free the name for whoever waits for it, and one more listing moves them", () => {
		const held: RunEvent = {
			type: "settled",
			data: {
				...(copied("users", ["3"], true, "quarantined").data as never as object),
				held: [["3", "name_taken"]]
			} as never
		};
		const names = (...events: RunEvent[]) => run(...copies, ...events).streams[1]?.names;
		expect([names()?.has("n1"), names(took(["1"], ["N1"]))?.has("n1")]).toEqual([true, false]);
		const listed = [
			compared("admins", ["1"]),
			surveyed("admins"),
			held,
			took(["1"], ["n1"]),
			compared("users", ["2", "3"])
		];
		expect(kinds(...copies, ...listed)).toBe("again users");
	});

	it("that come again are moved again, and counted once", () => {
		const taken = run(...copies, took(["1"])).streams[1] as Run["streams"][number];
		expect([taken.removed.has("1"), taken.moved.has("1")]).toEqual([true, false]);
		const back = run(...copies, took(["1"]), copied("users", ["1"], true)).streams[1] as Run["streams"][number];
		expect([back.removed.has("1"), back.moved.has("1"), back.ids.size]).toEqual([false, true, 2]);
	});
});

describe("a row that the source cannot show", () => {
	const lost = "unreadable:1";
	const data = { ...copied("users", [lost], true, "quarantined").data } as Extract<
		RunEvent,
		{ type: "copied" }
	>["data"];
	const held: RunEvent = {
		type: "copied",
		data: { ...data, held: [[lost, "source_unreadable"]], quarantine: { source_unreadable: { count: 1 } } }
	};
	const begun = [taken, copied("admins", ["1"], true), copied("users", ["1", "2"], false), held] as const;
	const again: RunEvent = { type: "again", data: { stream: "users", force: false, reason: "" } };
	const users = (...events: RunEvent[]) => run(...begun, ...events).streams[1] as Run["streams"][number];

	it("listed again is as it was: the listing is whole", () => {
		const stream = users(compared("users", ["1", "2", lost]));
		expect([isComplete(stream), addsUp(stream), stream.outcomes.quarantined]).toEqual([true, true, 1]);
	});

	it("makes a listing prove of nobody that they are gone", () => {
		const listed = compared("users", ["1", lost], 1, 0, ["2"]);
		expect(users(listed, again).comparison.absentBefore).toEqual([]);
		expect(users(compared("users", ["1"], 1, 0, ["2"]), again).comparison.absentBefore).toEqual(["2"]);
	});

	it("not listed any more waits no longer, and the next listing is whole without it", () => {
		const gone = [compared("users", ["1", "2", "3"], 1, 1, [lost]), again, compared("users", ["1", "2"])];
		const stream = users(...gone);
		expect(stream.quarantine).toEqual({});
		expect([stream.outcomes.quarantined, stream.outcomes.removed]).toEqual([0, 1]);
		expect([isComplete(stream), addsUp(stream)]).toEqual([true, true]);
	});

	it("that comes again waits again", () => {
		const stream = users(compared("users", ["1", "2"], 1, 0, [lost]), again, compared("users", ["1", "2", lost]));
		expect(stream.quarantine.source_unreadable?.count).toBe(1);
		expect([stream.outcomes.quarantined, stream.outcomes.removed, isComplete(stream)]).toEqual([1, 0, true]);
	});
});
