/** What may be tried again never exceeds its share, whatever comes when. */

import fc from "fast-check";
import { RetryBudget } from "../../../../../domain/platform/calls/budget";

const RULES = { share: 0.2, least: 3, windowMs: 10_000 };

it("within a window, no more than a share of its calls, or the few that always may", () => {
	const step = fc.record({ pauseMs: fc.integer({ min: 0, max: 3_000 }), isRetry: fc.boolean() });
	fc.assert(
		fc.property(fc.array(step, { maxLength: 300 }), steps => {
			const budget = new RetryBudget(RULES);
			const [calls, retries]: [number[], number[]] = [[], []];
			let now = 0;
			for (const { pauseMs, isRetry } of steps) {
				now += pauseMs;
				if (!isRetry) {
					budget.called(now);
					calls.push(now);
				} else if (budget.spend(now)) retries.push(now);
				// A slot is a tenth of the window: what is older than that beyond it is forgotten for sure.
				const recent = (times: number[], ms: number) => times.filter(at => at > now - ms).length;
				const allowed = Math.max(RULES.least, RULES.share * recent(calls, RULES.windowMs));
				expect(recent(retries, RULES.windowMs * 0.9)).toBeLessThanOrEqual(Math.ceil(allowed));
			}
		})
	);
});

it("three may always be, and again when they are long ago", () => {
	const budget = new RetryBudget(RULES);
	const spend = (now: number) => [1, 2, 3, 4].map(() => budget.spend(now));
	expect(spend(0)).toEqual([true, true, true, false]);
	expect(budget.spend(9_000)).toBe(false);
	expect(spend(20_000)).toEqual([true, true, true, false]);
});

it("a fifth of many", () => {
	const budget = new RetryBudget(RULES);
	for (let call = 0; call < 1_000; call++) budget.called(5_000 + call);
	const spent = Array.from({ length: 1_000 }, () => budget.spend(6_000)).filter(Boolean).length;
	expect(spent).toBe(200);
});
