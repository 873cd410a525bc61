import { ended, type Fate, UNTRIED, waitMs } from "../../../local/backoff";

it("what had run steadily is back at once", () => {
	expect(waitMs(ended({ quick: 6 }, 3_600_000))).toBe(200);
});

it("what ends at its start waits twice as long each time, and never for longer than ten seconds", () => {
	const waits: number[] = [];
	let fate: Fate = UNTRIED;
	for (let nth = 0; nth < 9; nth++) {
		fate = ended(fate, 30);
		waits.push(waitMs(fate));
	}
	expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
});
