/** What every collection promises of its inbox: the effect of a delivery is had once. */

import { type Receipt, Repeated } from "../../adapters/announcements";
import { Conflict, Relay } from "../../adapters/collection";
import type { Opened } from "./collection.conformance";

const receipt = (id: string, position: number, partition = 3): Receipt => ({ id, partition, position });

export function inbox(given: () => Opened): void {
	const ids = async (): Promise<string[]> => (await given().collection.find()).records.map(({ id }) => id);

	it("a delivery changes something once, and what would change again is refused as a whole", async () => {
		const { collection } = given();
		await collection.write([{ insert: { id: "a" } }, { insert: { id: "b" } }], { once: receipt("1", 10) });
		const again = { insert: { id: "c" } };
		await expect(collection.write([again], { once: receipt("1", 10) })).rejects.toThrow(Repeated);
		await expect(collection.remove("a", { once: receipt("1", 10) })).rejects.toThrow(Repeated);
		await collection.write([], { once: receipt("2", 11) });
		await expect(collection.write([again], { once: receipt("2", 11) })).rejects.toThrow(Repeated);
		expect(await ids()).toEqual(["a", "b"]);
		expect((await given().adapter.received()).beyond).toEqual(new Set(["1", "2"]));
	});

	it("a change that is refused leaves no receipt", async () => {
		const { collection } = given();
		await collection.insert({ id: "a" });
		const once = receipt("1", 10);
		await expect(collection.put({ id: "a" }, { expected: "another", once })).rejects.toThrow(Conflict);
		expect((await given().adapter.received()).beyond.size).toBe(0);
		await collection.put({ id: "a", kind: "k" }, { once });
		expect(await collection.get("a")).toMatchObject({ kind: "k" });
		await expect(collection.put({ id: "a" }, { once })).rejects.toThrow(TypeError);
	});

	it("forgets the receipts of what is passed, and refuses it still; never goes back", async () => {
		const { collection, adapter } = given();
		await collection.insert({ id: "a" }, { once: receipt("1", 10) });
		await collection.insert({ id: "b" }, { once: receipt("2", 12) });
		await collection.insert({ id: "c" }, { once: receipt("3", 11, 4) });
		await adapter.pass(new Map([[3, 11]]));
		await adapter.pass(new Map([[3, 9]]));
		expect(await adapter.received()).toEqual({ passed: new Map([[3, 11]]), beyond: new Set(["2", "3"]) });
		await expect(collection.insert({ id: "d" }, { once: receipt("1", 10) })).rejects.toThrow(Repeated);
		await expect(collection.insert({ id: "d" }, { once: receipt("late", 11) })).rejects.toThrow(Repeated);
		await collection.insert({ id: "d" }, { once: receipt("other partition", 11, 5) });
		expect(await ids()).toEqual(["a", "b", "c", "d"]);
	});

	it("of many who do the same at once one does it", async () => {
		const { collection } = given();
		const tries = Array.from({ length: 8 }, (_, n) => collection.insert({ id: `${n}` }, { once: receipt("1", 10) }));
		const settled = await Promise.allSettled(tries);
		expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		for (const each of settled) if (each.status === "rejected") expect(each.reason).toBeInstanceOf(Repeated);
		expect(await ids()).toHaveLength(1);
	});

	it("passed while others write: nobody has an effect behind it", async () => {
		const { collection, adapter } = given();
		const late = Array.from({ length: 12 }, (_, n) =>
			collection.insert({ id: `${n}` }, { once: receipt(`${n}`, n) }).then(
				() => true,
				() => false
			)
		);
		const passing = adapter.pass(new Map([[3, 20]]));
		const done = await Promise.all(late);
		await passing;
		await adapter.pass(new Map([[3, 20]]));
		expect(await ids()).toHaveLength(done.filter(Boolean).length);
		expect((await adapter.received()).beyond.size).toBe(0);
	});

	it("durable events leave it in runs, each forgotten before the next is kept", async () => {
		const { collection, adapter } = given();
		const left: string[] = [];
		let again = true;
		const relay = new Relay(adapter, {
			announce: async ({ payload }) => left.push(Object.values(payload).join()),
			durable: {
				has: event => event === "durable",
				append: async announcements => {
					// The first look is at what others did.
					again = !again;
					if (!again) return 0;
					left.push(announcements.map(({ payload }) => Object.values(payload).join()).join("+"));
					return announcements.length;
				}
			},
			failed: error => left.push(String(error))
		});
		const of = (event: string, name: string) => ({ event, payload: { name } });
		await collection.insert({ id: "a" }, { events: [of("durable", "1"), of("durable", "2"), of("plain", "3")] });
		await collection.insert({ id: "b" }, { events: [of("plain", "4"), of("durable", "5")] });
		await relay.begin();
		await relay.end();
		expect(left).toEqual(["1+2", "3", "4", "5"]);
		expect(await adapter.pending(10)).toEqual([]);
	});
}
