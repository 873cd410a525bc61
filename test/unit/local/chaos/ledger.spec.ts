import * as fc from "fast-check";
import { Ledger } from "../../../../local/chaos/ledger";

it("what was acknowledged and is not there is lost", () => {
	const ledger = new Ledger();
	ledger.made("a");
	ledger.made("b");
	expect(ledger.judge(["b"]).lost).toEqual(["a"]);
});

it("what was said to be gone and is there is lost, too", () => {
	const ledger = new Ledger();
	ledger.made("a");
	ledger.leaving("a");
	ledger.gone("a");
	expect(ledger.judge(["a"]).lost).toEqual(["a"]);
	expect(ledger.judge([]).lost).toEqual([]);
});

it("while nobody has said whether it is gone, both are right", () => {
	const ledger = new Ledger();
	ledger.made("a");
	ledger.leaving("a");
	expect([...ledger.judge(["a"]).lost, ...ledger.judge([]).lost]).toEqual([]);
});

it("an effect that was had twice is there twice, also where nobody acknowledged it", () => {
	const ledger = new Ledger();
	ledger.unknown("a");
	expect(ledger.judge(["a", "a", "not ours", "not ours"]).twice).toEqual(["a"]);
});

it("what ended unknown is counted by itself, and is never lost", () => {
	const ledger = new Ledger();
	ledger.unknown("a");
	ledger.unknown("b");
	expect(ledger.judge(["b"])).toEqual({ lost: [], twice: [], unknown: { all: 2, there: 1 } });
});

it("finds exactly what a store lost and doubled of what it acknowledged", () => {
	const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 });
	const fates = fc.constantFrom("kept", "lost", "twice");
	void fc.assert(
		fc.property(names, fc.infiniteStream(fates), (all, stream) => {
			const ledger = new Ledger();
			const held = all.map(name => ({ name, fate: stream.next().value as string }));
			for (const { name } of held) ledger.made(name);
			const times: Record<string, number> = { kept: 1, lost: 0, twice: 2 };
			const there = held.flatMap(({ name, fate }) => Array<string>(times[fate] ?? 0).fill(name));
			const judged = ledger.judge(there);
			const of = (fate: string): string[] => held.filter(each => each.fate === fate).map(({ name }) => name);
			expect(judged.lost).toEqual(of("lost"));
			expect(judged.twice).toEqual(of("twice"));
		})
	);
});
