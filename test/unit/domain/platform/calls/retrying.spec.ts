/** Which calls are made again, and when: a table of what is known of each, and laws over all of it. */

import fc from "fast-check";
import { backoffMs } from "../../../../../domain/platform/calls/backoff";
import { type Fate, fateOf } from "../../../../../domain/platform/calls/fate";
import { type Tried, waitBeforeRetry } from "../../../../../domain/platform/calls/retrying";

const BACKOFF = { firstMs: 50, mostMs: 1_000, base: 2 };
const RULES = { tries: 5, patienceMs: 5_000, backoff: BACKOFF };
const TRIED: Tried = {
	fate: "unknown",
	idempotent: true,
	retries: 0,
	elapsedMs: 0,
	remainingMs: 60_000,
	isElsewhere: true,
	isLoss: false
};
const waits = (tried: Partial<Tried>, hasBudget = true) =>
	waitBeforeRetry({ ...TRIED, ...tried }, RULES, 0.5, () => hasBudget) !== undefined;

it.each<[string, Partial<Tried>, boolean]>([
	["one that was answered never", { fate: "answered" }, false],
	["one whose fate is unknown, where twice is once", {}, true],
	["and not where it is twice", { idempotent: false }, false],
	["one that nobody began, whatever it is", { fate: "unbegun", idempotent: false }, true],
	["also where nobody is, if somebody was a moment ago", { fate: "unbegun", isElsewhere: false, isLoss: true }, true],
	["and not where nobody ever was", { fate: "unbegun", isElsewhere: false }, false],
	["nor for ever", { fate: "unbegun", isLoss: true, elapsedMs: 5_000 }, false],
	["one that was refused by a busy node, whatever it is", { fate: "busy", idempotent: false }, true],
	["not after the last try", { retries: 4 }, false],
	["nor once nobody waits for it", { remainingMs: 1 }, false]
])("%s", (_, tried, expected) => expect(waits(tried)).toBe(expected));

it("without a budget nothing is made twice; what nobody began is no second time", () => {
	const fates: Fate[] = ["unbegun", "busy", "unknown", "answered"];
	expect(fates.filter(fate => waits({ fate }, false))).toEqual(["unbegun"]);
});

it("the first one that was lost goes on at once, later ones wait, and never beyond the deadline", () => {
	const any = fc.record({
		fate: fc.constantFrom<Fate>("unbegun", "busy", "unknown", "answered"),
		idempotent: fc.boolean(),
		retries: fc.nat(10),
		elapsedMs: fc.nat(10_000),
		remainingMs: fc.nat(3_000),
		isElsewhere: fc.boolean(),
		isLoss: fc.boolean()
	});
	fc.assert(
		fc.property(any, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (tried, random) => {
			const wait = waitBeforeRetry(tried, RULES, random, () => true);
			if (wait === undefined) return;
			expect(wait).toBeLessThan(tried.remainingMs);
			expect(wait).toBeGreaterThanOrEqual(0);
			expect(tried.fate === "unknown" && !tried.idempotent).toBe(false);
			if (tried.fate === "unknown" && tried.retries === 0) expect(wait).toBeLessThanOrEqual(20);
		})
	);
});

it("waits double up to the most, each between half of it and all of it", () => {
	const middle = [1, 2, 3, 4, 5, 6, 7].map(retry => backoffMs(BACKOFF, retry, 0));
	expect(middle).toEqual([50, 100, 200, 400, 800, 1_000, 1_000]);
	expect(backoffMs(BACKOFF, 3, 0.999)).toBeCloseTo(100, 0);
});

it.each<[string, unknown, Fate]>([
	["nobody has it", { type: "SERVICE_NOT_FOUND", data: { action: "a.b" } }, "unbegun"],
	["its node is going", { type: "SERVICE_NOT_AVAILABLE", data: { action: "a.b", nodeID: "n" } }, "unbegun"],
	["what it calls itself is not there", { type: "SERVICE_NOT_FOUND", data: { action: "c.d" } }, "answered"],
	["it calls itself where nobody is", { type: "SERVICE_NOT_FOUND", data: { action: "a.b", begun: true } }, "answered"],
	["its node was lost", { type: "REQUEST_REJECTED", data: { action: "a.b" } }, "unknown"],
	["its node left with nothing open", { type: "REQUEST_REJECTED", data: { action: "a.b", unbegun: true } }, "unbegun"],
	["it took too long", { type: "REQUEST_TIMEOUT", data: { action: "a.b" } }, "unknown"],
	["its node is full", { type: "OVERLOADED", data: { action: "a.b" } }, "busy"],
	["the gateway is full", { type: "OVERLOADED", data: {} }, "answered"],
	["it does not like what it was given", { type: "VALIDATION_ERROR", code: 422, data: [] }, "answered"],
	["it says that there is none", { type: "NOT_FOUND", code: 404, data: {} }, "answered"],
	["a panel is away", { type: "UNAVAILABLE", code: 503, data: {} }, "answered"],
	["nothing at all", undefined, "answered"]
])("%s", (_, error, fate) => expect(fateOf(error, "a.b")).toBe(fate));
