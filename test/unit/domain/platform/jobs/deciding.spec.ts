/** What is to be done with a job, by what its record says. */

import { decided, overdueBy } from "../../../../../domain/platform/jobs/deciding";

const at = (text: string): number => Date.parse(`2026-11-27T${text}Z`);
const every5 = { cron: "*/5 * * * *", zone: "UTC", lateMs: 60_000 } as const;
const DAY_MS = 86_400_000;

it("nothing before its time, and each time alone is begun at it", () => {
	for (const missed of ["skip", "once", "all"] as const) {
		const rules = { ...every5, missed };
		expect(decided(rules, { taken: at("09:00:00") }, at("09:04:59"))).toBeUndefined();
		expect(decided(rules, { taken: at("09:00:00") }, at("09:05:00"))).toEqual({
			begin: { at: at("09:05:00"), times: 1 },
			taken: at("09:05:00")
		});
		expect(decided(rules, { taken: at("09:05:00") }, at("09:05:00"))).toBeUndefined();
	}
});

it("of what was missed `once` makes one run, for the last time", () => {
	expect(decided({ ...every5, missed: "once" }, { taken: at("09:00:00") }, at("09:17:00"))).toEqual({
		begin: { at: at("09:15:00"), times: 3 },
		taken: at("09:15:00")
	});
});

it("of what was missed `skip` makes nothing, but for a time that has only just come", () => {
	const skip = { ...every5, missed: "skip" } as const;
	expect(decided(skip, { taken: at("09:00:00") }, at("09:17:00"))).toEqual({
		passed: { at: at("09:15:00"), times: 3 },
		taken: at("09:15:00")
	});
	expect(decided(skip, { taken: at("09:00:00") }, at("09:15:30"))).toEqual({
		passed: { at: at("09:10:00"), times: 2 },
		begin: { at: at("09:15:00"), times: 1 },
		taken: at("09:15:00")
	});
});

it("of what was missed `all` makes each, the oldest first", () => {
	const all = { ...every5, missed: "all" } as const;
	let taken = at("09:00:00");
	const begun: number[] = [];
	for (let next = decided(all, { taken }, at("09:17:00")); next; next = decided(all, { taken }, at("09:17:00"))) {
		begun.push(next.begin?.at ?? 0);
		({ taken } = next);
	}
	expect(begun).toEqual([at("09:05:00"), at("09:10:00"), at("09:15:00")]);
});

it("a cluster that slept for days does not flood: a hundred are made up for, and it is told of the others", () => {
	const all = { ...every5, missed: "all" } as const;
	const now = at("09:00:00");
	let taken = now - 10 * DAY_MS;
	let begun = 0;
	let passed = 0;
	for (let next = decided(all, { taken }, now); next; next = decided(all, { taken }, now)) {
		if (next.begin) begun++;
		if (next.passed) passed++;
		({ taken } = next);
	}
	expect([begun, passed, taken]).toEqual([100, 1, now]);
	expect(decided({ ...every5, missed: "once" }, { taken: now - 10 * DAY_MS }, now)?.begin).toEqual({
		at: now,
		times: 100
	});
	expect(decided({ ...every5, missed: "skip" }, { taken: now - 10 * DAY_MS }, now)).toMatchObject({
		begin: { at: now, times: 1 },
		passed: { times: 100 }
	});
});

it("a clock that was a year ahead keeps nothing from being done once it is right; one that is off by seconds changes nothing", () => {
	const now = at("09:00:00");
	const rules = { ...every5, missed: "once" } as const;
	expect(decided(rules, { taken: now + 365 * DAY_MS }, now)).toEqual({ taken: now });
	expect(decided(rules, { taken: at("09:00:00") }, at("08:59:55"))).toBeUndefined();
});

it("how late it is, is from the first time that nobody took", () => {
	expect(overdueBy(every5, { taken: at("09:00:00") }, at("09:04:00"))).toBe(0);
	expect(overdueBy(every5, { taken: at("09:00:00") }, at("09:12:00"))).toBe(7 * 60_000);
});
