/** What is said of the event loop is of a while, not of whoever asked last. */

import { LoopDelay, WINDOWS } from "../../../services/platform/gateway/loop-delay";
import { until } from "../../support/until";

const HELD_MS = 300;
const hold = (): void => {
	const end = performance.now() + HELD_MS;
	while (performance.now() < end);
};

it("two who ask are told the same, however often one of them asks", async () => {
	const delay = new LoopDelay();
	try {
		await until(async () => {
			hold();
			await new Promise(resolve => setImmediate(resolve));
			return delay.worst >= HELD_MS / 2;
		});
		const first = delay.worst;
		for (let times = 0; times < 20; times++) expect(delay.worst).toBeGreaterThanOrEqual(first);
	} finally {
		delay.end();
	}
});

it("what was long ago is told no more, and what was lately still is", async () => {
	const delay = new LoopDelay();
	try {
		await until(async () => {
			hold();
			await new Promise(resolve => setImmediate(resolve));
			return delay.worst >= HELD_MS / 2;
		});
		const seen = delay.worst;
		for (let window = 1; window < WINDOWS; window++) {
			delay.turn();
			expect(delay.worst).toBeGreaterThanOrEqual(seen);
		}
		// A machine that others use too may hold this process up meanwhile: what is long ago is gone, whatever came since.
		await until(() => {
			delay.turn();
			return delay.worst < seen;
		});
	} finally {
		delay.end();
	}
});
