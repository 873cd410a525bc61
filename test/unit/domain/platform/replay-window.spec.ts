import { ReplayWindow } from "../../../../domain/platform/replay-window";

/** As good as chance, and the same each time. */
function* numbers(seed: number): Generator<number, never> {
	for (let state = seed; ; ) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		yield state / 2 ** 32;
	}
}

/** Counts around the highest one, now and then a leap; answers where it said something else than it must. */
function wrongs(seed: number): unknown[] {
	const chance = numbers(seed);
	const window = new ReplayWindow();
	const taken = new Set<number>();
	let highest = 0;
	return Array.from({ length: 5_000 }, (_, step) => {
		const leap = chance.next().value < 0.01 ? 20_000 : 40;
		const count = Math.max(1, highest + Math.floor((chance.next().value - 0.6) * leap));
		const isNew = !taken.has(count);
		// Of what is farther back than that it may say either.
		const mayBeForgotten = isNew && highest - count >= 8_000;
		const said = window.take(count);
		if (said) {
			taken.add(count);
			highest = Math.max(highest, count);
		}
		return { seed, step, count, said, isRight: said === isNew || mayBeForgotten };
	}).filter(({ isRight }) => !isRight);
}

describe("which counts were taken", () => {
	it("each is taken once, in any order near the highest, and what is far behind is not", () => {
		for (let seed = 1; seed <= 20; seed++) expect(wrongs(seed)).toEqual([]);
	});

	it.each([0, -1])("%d is none", count => expect(new ReplayWindow().take(count)).toBe(false));

	it("counts may be as large as six bytes hold, and a leap forgets what lies behind it", () => {
		const window = new ReplayWindow();
		expect([7, 2 ** 48 - 1, 2 ** 48 - 2, 7, 2 ** 48 - 1].map(count => window.take(count))).toEqual([
			true,
			true,
			true,
			false,
			false
		]);
	});
});
