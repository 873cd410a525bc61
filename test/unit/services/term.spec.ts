/** L12: a machine that was suspended does not write on when it wakes, though its timers are late. */

import { termOf } from "../../../services/migration/run/term";

it.each([
	["the wall clock", () => jest.spyOn(Date, "now")],
	["the monotonic clock", () => jest.spyOn(performance, "now")]
])("a term is over once its time has passed by %s, whatever the other one says", (_, clock) => {
	const spy = clock();
	try {
		spy.mockReturnValue(1_000_000);
		const term = termOf(500);
		expect(term.over).toBe(false);
		spy.mockReturnValue(1_000_499);
		expect(term.over).toBe(false);
		spy.mockReturnValue(1_000_500);
		expect(term.over).toBe(true);
	} finally {
		spy.mockRestore();
	}
});
