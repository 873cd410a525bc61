/** Times of a job, on days that have 23, 25, 23½ and 24½ hours, too. */

import fc from "fast-check";
import { dueBetween, nextAfter, nextTimes } from "../../../../../domain/platform/jobs/times";

const at = (text: string): number => Date.parse(text);
const shown = (moments: readonly number[]): string[] => moments.map(each => new Date(each).toISOString().slice(0, 16));
const due = (cron: string, zone: string, from: string, to: string): string[] =>
	shown(dueBetween({ cron, zone }, at(from), at(to), 1000));

describe("a time that does not exist comes once, when clocks jump", () => {
	it.each([
		["Europe/Berlin", "30 2 * * *", "2026-03-28T12:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]],
		[
			"Europe/Berlin",
			"0,30 2 * * *",
			"2026-03-28T12:00Z",
			["2026-03-29T01:00", "2026-03-30T00:00", "2026-03-30T00:30"]
		],
		[
			"Europe/Berlin",
			"30 2,3 * * *",
			"2026-03-28T12:00Z",
			["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-30T00:30", "2026-03-30T01:30"]
		],
		["America/New_York", "15 2 * * *", "2026-03-07T12:00Z", ["2026-03-08T07:00", "2026-03-09T06:15"]],
		["Australia/Lord_Howe", "10 2 * * *", "2026-10-03T00:00Z", ["2026-10-03T15:30", "2026-10-04T15:10"]],
		["Pacific/Apia", "0 10 * * *", "2011-12-29T00:00Z", ["2011-12-29T20:00", "2011-12-30T10:00", "2011-12-30T20:00"]]
	])("%s, %s", (zone, cron, from, expected) => {
		const to = new Date(at(from) + 48 * 3_600_000).toISOString();
		expect(due(cron, zone, from, to)).toEqual(expected);
	});
});

describe("a time that comes twice comes the first time", () => {
	it.each([
		["Europe/Berlin", "30 2 * * *", "2026-10-24T12:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
		[
			"Europe/Berlin",
			"*/30 2 * * *",
			"2026-10-24T12:00Z",
			["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-26T01:00", "2026-10-26T01:30"]
		],
		["America/New_York", "30 1 * * *", "2026-10-31T12:00Z", ["2026-11-01T05:30", "2026-11-02T06:30"]],
		["Australia/Lord_Howe", "45 1 * * *", "2026-04-03T15:00Z", ["2026-04-04T14:45", "2026-04-05T15:15"]]
	])("%s, %s", (zone, cron, from, expected) => {
		const to = new Date(at(from) + 54 * 3_600_000).toISOString();
		expect(due(cron, zone, from, to)).toEqual(expected);
	});

	it("whoever looks between the two does not take it again", () => {
		const berlin = { cron: "30 2 * * *", zone: "Europe/Berlin" };
		for (const between of ["2026-10-25T00:30Z", "2026-10-25T00:45Z", "2026-10-25T01:10Z", "2026-10-25T01:30Z"])
			expect(shown([nextAfter(berlin, at(between)) ?? 0])).toEqual(["2026-10-26T01:30"]);
	});
});

it.each([
	["Europe/Berlin", "2026-03-28T23:00Z", 23],
	["Europe/Berlin", "2026-10-24T22:00Z", 25],
	["America/New_York", "2026-11-01T04:00Z", 25],
	["America/New_York", "2026-03-08T05:00Z", 23]
])("what comes each hour comes as time goes by: %s has a day from %s with %d of them", (zone, from, hours) => {
	const to = new Date(at(from) + hours * 3_600_000).toISOString();
	expect(due("0 * * * *", zone, new Date(at(from) - 1).toISOString(), new Date(at(to) - 1).toISOString())).toHaveLength(
		hours
	);
});

it("where clocks are put by half an hour what comes each hour goes by the wall, and what comes each half hour misses nothing", () => {
	expect(due("*/30 * * * *", "Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-04T17:00Z")).toHaveLength(8);
	expect(due("*/30 * * * *", "Australia/Lord_Howe", "2026-10-03T13:00Z", "2026-10-03T17:00Z")).toHaveLength(8);
});

it("days of the month and of the week are either, as cron has it; Sunday is 0 and 7", () => {
	expect(shown(nextTimes({ cron: "0 0 1 * 1", zone: "UTC" }, at("2026-01-27T00:00Z"), 3))).toEqual([
		"2026-02-01T00:00",
		"2026-02-02T00:00",
		"2026-02-09T00:00"
	]);
	for (const day of ["0", "7"])
		expect(shown(nextTimes({ cron: `0 0 * * ${day}`, zone: "UTC" }, at("2026-01-27T00:00Z"), 1))).toEqual([
			"2026-02-01T00:00"
		]);
});

it("a day that never comes never does", () => {
	expect(nextAfter({ cron: "0 0 31 2 *", zone: "UTC" }, at("2026-01-01T00:00Z"))).toBeUndefined();
	expect(dueBetween({ cron: "0 0 31 2 *", zone: "Europe/Berlin" }, 0, at("2026-01-01T00:00Z"), 3)).toEqual([]);
});

it("of a year that nobody looked only the last are made, and at what they cost", () => {
	const found = dueBetween({ cron: "* * * * *", zone: "UTC" }, at("2025-01-01T00:00Z"), at("2026-01-01T00:00Z"), 3);
	expect(shown(found)).toEqual(["2025-12-31T23:58", "2025-12-31T23:59", "2026-01-01T00:00"]);
});

const ZONES = [
	"UTC",
	"Europe/Berlin",
	"America/New_York",
	"Australia/Lord_Howe",
	"Asia/Kathmandu",
	"Africa/Casablanca",
	"America/Asuncion"
];
/** What the wall shows, by no code of ours. */
const walls = new Map(
	ZONES.map(zone => [
		zone,
		new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" })
	])
);
const wall = (zone: string, moment: number): string => walls.get(zone)?.format(moment) ?? "";
const MINUTE_MS = 60_000;

const someTimes = fc.record({
	zone: fc.constantFrom(...ZONES),
	minute: fc.constantFrom("0", "30", "7", "*/15", "*/30", "15,45", "10-20"),
	hour: fc.constantFrom("*", "0", "1", "2", "3", "1,2", "0-3", "*/2", "23"),
	// Around the days on which these zones put their clocks, and anywhere.
	from: fc.oneof(
		fc
			.constantFrom(
				"2026-03-29",
				"2026-10-25",
				"2026-03-08",
				"2026-11-01",
				"2026-04-05",
				"2026-10-04",
				"2026-02-15",
				"2026-03-22"
			)
			.map(day => at(`${day}T00:00Z`)),
		fc.integer({ min: at("2024-01-01"), max: at("2030-01-01") })
	),
	back: fc.integer({ min: 0, max: 30 * 60 })
});

const inField = (field: string, value: number): boolean =>
	field.split(",").some(part => {
		const [, from = "", to = from, step = "1"] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
		return from === "*" ? value % Number(step) === 0 : Number(from) <= value && value <= Number(to);
	});

it("whatever the zone and the time: hours that are named come once a day, others whenever the wall shows them", () => {
	fc.assert(
		fc.property(someTimes, ({ zone, minute, hour, from, back }) => {
			const [begin, end] = [from - back * MINUTE_MS, from + 30 * 60 * MINUTE_MS];
			const found = dueBetween({ cron: `${minute} ${hour} * * *`, zone }, begin, end, 10_000);
			const expected: number[] = [];
			const seen = new Set<string>();
			const isTime = (shows: string): boolean =>
				inField(minute, Number(shows.slice(14))) && inField(hour, Number(shows.slice(11, 13)));
			const first = Math.floor(begin / MINUTE_MS) * MINUTE_MS - 3 * 60 * MINUTE_MS;
			let before = wall(zone, first - MINUTE_MS);
			for (let moment = first; moment <= end; moment += MINUTE_MS) {
				const shows = wall(zone, moment);
				// What lies between two minutes that follow each other is what clocks jump over.
				const jumped = Math.min(
					24 * 60,
					(at(`${shows.replace(" ", "T")}Z`) - at(`${before.replace(" ", "T")}Z`)) / MINUTE_MS - 1
				);
				const over = Array.from({ length: Math.max(0, jumped) }, (_, index) =>
					new Date(at(`${before.replace(" ", "T")}Z`) + (index + 1) * MINUTE_MS).toISOString().slice(0, 16)
				);
				const isNamed = hour !== "*";
				const is = (isTime(shows) && !(isNamed && seen.has(shows))) || (isNamed && over.some(isTime));
				seen.add(shows);
				before = shows;
				if (is && moment > begin) expected.push(moment);
			}
			expect(shown(found)).toEqual(shown(expected));
			expect([...found]).toEqual([...new Set(found)].sort((a, b) => a - b));
		}),
		{ numRuns: 25 }
	);
});

it("looked at in parts it comes to the same as looked at once", () => {
	fc.assert(
		fc.property(someTimes, fc.integer({ min: 1, max: 600 }), ({ zone, minute, hour, from, back }, step) => {
			const times = { cron: `${minute} ${hour} * * *`, zone };
			const [begin, end] = [from - back * MINUTE_MS, from + 10 * 60 * MINUTE_MS];
			const parts: number[] = [];
			for (let seen = begin; seen < end; seen += step * MINUTE_MS)
				parts.push(...dueBetween(times, seen, Math.min(end, seen + step * MINUTE_MS), 10_000));
			expect(parts).toEqual(dueBetween(times, begin, end, 10_000));
		}),
		{ numRuns: 15 }
	);
});
