import { type Bounds, rowOf, type Sample } from "../../../../local/chaos/verdict";

const BOUNDS: Bounds = { slowestMs: 1_500, recoverMs: 5_000, unknown: 0 };
const NONE = { lost: [], twice: [], unknown: { all: 0, there: 0 } };
const sample = (begun: number, ended: number, more: Partial<Sample> = {}): Sample => ({
	kind: "read",
	begun,
	ended,
	tries: 1,
	outcome: "answered",
	why: null,
	...more
});
const judge = (samples: readonly Sample[], judged: Parameters<typeof rowOf>[0]["judged"] = NONE) =>
	rowOf({ fault: "some", at: 1_000, samples, judged, bounds: BOUNDS });

it("where nobody notices, there is nothing to recover from", () => {
	expect(judge([sample(0, 20), sample(1_100, 1_150)])).toMatchObject({
		requests: 2,
		recoverMs: 0,
		slowestMs: 50,
		short: []
	});
});

it("it has recovered with the last request that was tried again, or slow", () => {
	const row = judge([sample(1_000, 1_300, { tries: 2 }), sample(1_100, 2_200), sample(4_000, 4_010)]);
	expect(row).toMatchObject({ recoverMs: 1_200, triedAgain: 1, slowestMs: 1_100, short: [] });
});

it.each([
	["a failed one", [sample(1_000, 1_010, { outcome: "failed" })], NONE, "failed 1 (at most 0)"],
	["a slow one", [sample(1_000, 2_501)], NONE, "slowest 1501 ms (at most 1500 ms)"],
	["a late one", [sample(6_000, 6_100, { tries: 2 })], NONE, "recovered after 5100 ms (at most 5000 ms)"],
	["an unknown one", [sample(1_000, 1_010, { outcome: "unknown" })], NONE, "unknown 1 (at most 0)"],
	["a lost write", [sample(0, 1)], { ...NONE, lost: ["a"] }, "lost 1 (at most 0)"],
	["a second effect", [sample(0, 1)], { ...NONE, twice: ["a"] }, "done twice 1 (at most 0)"],
	["no load at all", [], NONE, "nobody asked"]
])("%s is more than may be", (_, samples, judged, short) => {
	expect(judge(samples, judged).short).toEqual([short]);
});

it("what a server of others takes to be there again is theirs, and beside the bounds", () => {
	const samples = [sample(1_000, 8_000, { tries: 3 })];
	const of = (theirsMs: number) => rowOf({ fault: "some", at: 1_000, samples, judged: NONE, bounds: BOUNDS, theirsMs });
	expect(of(6_000).short).toEqual([]);
	expect(of(5_000).short).toEqual(["slowest 7000 ms (at most 6500 ms)"]);
});
