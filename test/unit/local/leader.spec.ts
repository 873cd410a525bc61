import { isLedWithout, type Led, leaderOf } from "../../../local/leader";

const led = (leaders: Record<string, string | null>): Led => new Map(Object.entries(leaders));
const DOWN = led({});

it("the event store's own stream says who leads", () => {
	expect(leaderOf([led({ "EVENTS_a-announcements": "n1", EVENTS_a: "n2" })])).toBe("n2");
	expect(leaderOf([led({ EVENTS_a: null }), led({ EVENTS_a: "n3" })])).toBe("n3");
	expect(leaderOf([DOWN])).toBeNull();
});

it.each([
	["the others still name it", DOWN, [led({ a: "gone" }), led({ a: "gone" })], false],
	["one of them has not heard of another", DOWN, [led({ a: "n2" }), led({ a: "gone" })], false],
	["nobody is chosen yet", DOWN, [led({ a: null }), led({ a: null })], false],
	["of one stream only", DOWN, [led({ a: "n2", b: "gone" })], false],
	["nobody says anything", DOWN, [], false],
	["another is chosen", DOWN, [led({ a: "n2" }), led({ a: "n2" })], true],
	["it is back, and chosen itself", led({ a: "gone" }), [led({ a: "gone" })], true]
])("after a death, %s", (_, own, others, isLed) => {
	expect(isLedWithout("gone", own, others)).toBe(isLed);
});
