import { randomBytes } from "node:crypto";
import { type EventStore, openMemoryStore } from "../../../adapters/eventstore";
import { sharedRing } from "../../../adapters/secrets/shared";

const [old, next, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const hex = async (store: EventStore, ...keys: Buffer[]): Promise<string> =>
	(await sharedRing(store, keys)).root.toString("hex");

describe("the secret of a cluster", () => {
	it("is made once, however many nodes begin at once, and stands nowhere in the clear", async () => {
		const store = openMemoryStore();
		const secrets = new Set(await Promise.all(Array.from({ length: 8 }, () => hex(store, old))));
		expect(secrets.size).toBe(1);
		const [secret = ""] = secrets;
		for await (const { event } of store.readAll()) {
			const kept = JSON.stringify(event);
			expect(kept).not.toContain(secret);
			expect(kept).not.toContain(Buffer.from(secret, "hex").toString("base64url"));
		}
	});

	it("stays what it is while the cluster's key changes, and needs the old one no more", async () => {
		const store = openMemoryStore();
		const secret = await hex(store, old);
		// As a key is changed: the old one first, then the new one first, node by node, then it alone.
		expect(await hex(store, old, next)).toBe(secret);
		expect(await Promise.all([hex(store, next, old), hex(store, old, next), hex(store, next, old)])).toEqual(
			[1, 2, 3].map(() => secret)
		);
		expect(await hex(store, next, old)).toBe(secret);
		expect(await hex(store, next)).toBe(secret);
	});

	it("of another key is a sentence", async () => {
		const store = openMemoryStore();
		await hex(store, old);
		await expect(hex(store, other)).rejects.toThrow(
			/sealed under another CLUSTER_KEY than this node's: give it that key/
		);
		await expect(hex(store)).rejects.toThrow("set CLUSTER_KEY");
	});
});
