import { durableEntry, isDurableEvent, payloadNow } from "../../../mixins/durable-events";

const EVENT = "access.revoked";

describe("a durable event", () => {
	it("is what its contract says: checked, ordered by its key, under an id of its own or the one given", () => {
		expect([isDurableEvent(EVENT), isDurableEvent("access.changed")]).toEqual([true, false]);
		const entry = durableEntry(EVENT, { id: "k-1" }, "once");
		expect(entry).toMatchObject({ id: "once", event: EVENT, v: 1, key: "k-1", payload: { id: "k-1" } });
		expect(durableEntry(EVENT, { id: "k-1" }).id).not.toBe(durableEntry(EVENT, { id: "k-1" }).id);
	});

	it.each<[string, object, RegExp]>([
		["lacks its key", {}, /its id is not as the contract says \(required\)/],
		["has another type", { id: 7 }, /its id is not as the contract says \(string\)/],
		["has a field too many", { id: "k", secret: "hunter2" }, /is not as the contract says \(objectStrict\)/],
		["is too large for a message", { id: "k".repeat(300_000) }, /more than 256000 bytes/]
	])("that %s is not announced, and its value is not told", (_, payload, said) => {
		const refused = (): unknown => durableEntry(EVENT, payload);
		expect(refused).toThrow(said);
		expect(refused).not.toThrow(/hunter2/);
	});

	it("of no contract, or not durable, cannot be kept", () => {
		expect(() => durableEntry("access.changed", {})).toThrow("No contract says that 'access.changed' is durable.");
	});

	it("of a newer release is not read as one of this", () => {
		expect(payloadNow({ event: EVENT, v: 1, payload: { id: "k" } })).toEqual({ id: "k" });
		expect(() => payloadNow({ event: EVENT, v: 2, payload: {} })).toThrow(
			"It has version 2, which a newer Banyan announced, and this node knows 1: upgrade it, then replay."
		);
	});
});
