import { NEW, openMemoryStore, StoreFull } from "../../adapters/eventstore";
import { conformance } from "./conformance";
import { all, event } from "./events";

conformance("the event store in memory", openMemoryStore);

it("refuses what it has no room for, and keeps the rest", async () => {
	const store = openMemoryStore({ maxCharacters: 200 });
	const { version } = await store.append("a", NEW, [event("x".repeat(100))], "1");
	await expect(store.append("a", version, [event("x".repeat(100))], "2")).rejects.toThrow(StoreFull);
	expect(await store.version("a")).toBe(version);
	expect(await all(store.readAll())).toHaveLength(1);
});

it("keeps what was given, whatever becomes of the object afterwards", async () => {
	const store = openMemoryStore();
	const data = { name: "before" };
	await store.append("a", NEW, [event(data)], "1");
	data.name = "after";
	expect((await all(store.read("a")))[0]?.event.data).toEqual({ name: "before" });
});
