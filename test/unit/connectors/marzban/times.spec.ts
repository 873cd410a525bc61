import { ahead, isTime, sameTime, shown, stored, toSecond } from "../../../../connectors/marzban/times";

describe("times of Marzban", () => {
	test.each([
		["2026-01-02T03:04:05", "2026-01-02 03:04:05.000000", "2026-01-02 03:04:05"],
		["2026-01-02T03:04:05.9Z", "2026-01-02 03:04:05.900000", "2026-01-02 03:04:05"],
		["2026-01-02 03:04:05.1234567", "2026-01-02 03:04:05.123456", "2026-01-02 03:04:05"],
		["2026-12-31T23:59:59.999999+00:00", "2026-12-31 23:59:59.999999", "2026-12-31 23:59:59"]
	])("%s is stored by SQLite as %s and by MySQL, which would round it up, as %s", (time, sqlite, mysql) => {
		expect(isTime(time)).toBe(true);
		expect([stored(time, "sqlite"), stored(time, "mysql"), toSecond(time)]).toEqual([sqlite, mysql, mysql]);
	});

	test.each([
		"2026-02-30T00:00:00",
		"2026-01-01T24:00:00",
		"2026-01-01",
		"0999-01-01T00:00:00",
		"2026-01-01T00:00:00+03:30",
		5,
		null
	])("%s is none", time => expect(isTime(time)).toBe(false));

	test("spellings of one time are the same, and none is before all", () => {
		expect(sameTime("2026-01-02 03:04:05", "2026-01-02T03:04:05.000Z")).toBe(true);
		expect(ahead("2026-01-02T03:04:05.1", "2026-01-02 03:04:05")).toBe(true);
		expect([ahead(null, "2026-01-02 03:04:05"), ahead("2026-01-02 03:04:05", null), ahead(null, null)]).toEqual([
			false,
			true,
			false
		]);
		expect([shown("2026-01-02 03:04:05.000000"), shown("2026-01-02 03:04:05.120000"), shown(null)]).toEqual([
			"2026-01-02T03:04:05",
			"2026-01-02T03:04:05.120000",
			null
		]);
	});
});
