/** L33: what several migrations moved belongs to the latest that holds it. */

import fc from "fast-check";
import { type Ends, PHASES, type Phase } from "../../../../contracts/migration/migration";
import { holdersOf, linkSourcesOf } from "../../../../domain/migration/link-holders";

const day = (number: number): string => `2026-11-${String(number).padStart(2, "0")}T00:00:00.000Z`;
const ends = (name: string, phase: Phase, began: number | null, more: Partial<Ends> = {}): Ends => ({
	name,
	phase,
	startedAt: began === null ? null : day(began),
	ok: true,
	mapping: "marzneshin-to-marzban",
	source: "http://source",
	target: `http://${name}`,
	ways: { source: { insecure: name === "b" }, target: {} },
	...more
});
const link = (migration: string) => ({ migration, id: "1", username: "a", keyDigest: "", target: "/sub/T" });
const order = (...all: Ends[]): [string, boolean][] =>
	holdersOf(
		all.map(({ name }) => link(name)),
		all
	).map(({ ends: { name }, final }) => [name, final]);

describe("who answers for a customer of several migrations", () => {
	it.each<[string, Ends[], [string, boolean][]]>([
		["the only one", [ends("a", "finished", 1)], [["a", true]]],
		[
			"the latest, whatever its name",
			[ends("a", "finished", 1, { target: "http://t" }), ends("b", "copying", 2, { target: "http://t" })],
			[
				["b", true],
				["a", true]
			]
		],
		[
			"not the cancelled one, though it is the latest",
			[ends("a", "finished", 1), ends("b", "cancelled", 2)],
			[
				["a", true],
				["b", false]
			]
		],
		["never what was rolled back", [ends("a", "rolled-back", 2)], []],
		[
			"what is rolled back last",
			[ends("a", "rolling-back", 3), ends("b", "cancelled", 1)],
			[
				["b", false],
				["a", false]
			]
		],
		["none that is not there any more", [], []]
	])("is %s", (_, all, expected) => {
		expect(order(...all)).toEqual(expected);
	});

	it("is the rehearsal until the real one has moved the customer; its no is not the last word", () => {
		const all = [ends("rehearsal", "finished", 1), ends("real", "copying", 2)];
		expect(holdersOf([link("rehearsal")], all).map(({ final }) => final)).toEqual([false]);
		expect(holdersOf([link("rehearsal")], [...all.slice(0, 1), ends("real", "planned", null)])[0]?.final).toBe(true);
		// The same target once more, or another source, takes nothing from it.
		const again = ends("again", "copying", 2, { target: "http://rehearsal" });
		expect(holdersOf([link("rehearsal")], [...all.slice(0, 1), again])[0]?.final).toBe(true);
		const other = ends("other", "copying", 2, { source: "http://other" });
		expect(holdersOf([link("rehearsal")], [...all.slice(0, 1), other])[0]?.final).toBe(true);
	});

	const anyEnds = fc
		.uniqueArray(
			fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.constantFrom(...PHASES), fc.integer({ min: 1, max: 28 })),
			{ selector: ([name]) => name }
		)
		.map(list => list.map(([name, phase, began]) => ends(name, phase, phase === "planned" ? null : began)));

	it("is never one that is worse than another, and does not depend on the order in which they are told", () => {
		const lives = ["copying", "comparing", "finished"];
		fc.assert(
			fc.property(anyEnds, all => {
				const names = order(...all).map(([name]) => name);
				expect(order(...[...all].reverse()).map(([name]) => name)).toEqual(names);
				const at = (name: string): Ends => all.find(each => each.name === name) as Ends;
				const winner = names[0] === undefined ? undefined : at(names[0]);
				const live = all.filter(({ phase }) => lives.includes(phase));
				if (live.length === 0) return;
				expect(winner?.startedAt).toBe(
					live
						.map(({ startedAt }) => startedAt as string)
						.sort()
						.at(-1)
				);
				expect(lives).toContain(winner?.phase);
			})
		);
	});
});

describe("the sources that may know a link", () => {
	it("are asked once each, those of the latest first", () => {
		const all = [ends("a", "finished", 1), ends("b", "copying", 3, { source: "http://new" }), ends("c", "copying", 2)];
		expect(linkSourcesOf(all)).toEqual([
			{ address: "http://new", way: { insecure: true }, matters: true },
			{ address: "http://source", way: { insecure: false }, matters: true }
		]);
	});

	it.each<[string, Ends, boolean]>([
		["of a finished one", ends("a", "finished", 1), false],
		["of a plan that was refused", ends("a", "planned", null, { ok: false }), false],
		["of a plan", ends("a", "planned", null), true],
		["of a cancelled one", ends("a", "cancelled", 1), true],
		["of one that was rolled back", ends("a", "rolled-back", 1), true],
		["that is not known here", ends("a", "copying", 1, { source: null }), true]
	])("%s matters while it is away: %#", (_, one, matters) => {
		expect(linkSourcesOf([one])[0]?.matters).toBe(matters);
	});
});
