/** Keys of secrets follow each other: what any of them sealed opens while it is there, and by none once it is gone. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type EventStore, openMemoryStore } from "../../../adapters/eventstore";
import { fileKeeper, type Keeper, secretKey } from "../../../adapters/secrets";
import { newestOnly, newRing, readRing, ringBytes, withKey } from "../../../adapters/secrets/ring";
import { sharedKeeper, sharedRing } from "../../../adapters/secrets/shared";

const dirs: string[] = [];
const folder = (): string => {
	const dir = mkdtempSync(join(tmpdir(), "banyan-ring-"));
	dirs.push(dir);
	return dir;
};
afterAll(() => {
	for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

const PLACE = "panel/source/password";

describe("a ring", () => {
	it("is read as it was written, and nothing else is one", () => {
		const ring = withKey(withKey(newRing(), "second", 5), "third", 7);
		expect(readRing(ringBytes(ring))).toEqual(ring);
		expect(ring.keys.map(({ id }) => id)).toEqual(["third", "second", expect.any(String)]);
		expect(withKey(ring, "third", 9)).toBe(ring);
		expect(newestOnly(ring).keys.map(({ id }) => id)).toEqual(["third"]);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.uint8Array({ maxLength: 200 }),
					fc.json().map(text => Buffer.from(text))
				),
				bytes => {
					if (bytes.length !== 32) expect(readRing(Buffer.from(bytes))).toBeUndefined();
				}
			)
		);
		for (const change of [{ root: "short" }, { keys: [] }, { keys: [{ id: "x" }] }, { keys: "x" }])
			expect(
				readRing(Buffer.from(JSON.stringify({ ...JSON.parse(String(ringBytes(ring))), ...change })))
			).toBeUndefined();
	});

	it("of the first form is one secret, and stays so until it gets another key", () => {
		const first = randomBytes(32);
		const ring = readRing(first);
		expect(ring && ringBytes(ring)).toEqual(first);
		expect(ring && ringBytes(withKey(ring, "next", 0))).not.toEqual(first);
	});
});

/** Both kinds of keepers, and where they keep. */
const KEEPERS: readonly (readonly [string, () => Promise<{ open: () => Promise<Keeper>; kept: () => string }>])[] = [
	[
		"a node's own",
		async () => {
			const dir = folder();
			return { open: async () => fileKeeper(dir), kept: () => readFileSync(join(dir, "secret.key"), "latin1") };
		}
	],
	[
		"a cluster's",
		async () => {
			const [store, key] = [openMemoryStore(), randomBytes(32)];
			const means = { keys: [key], within: <T>(work: (of: EventStore) => Promise<T>) => work(store) };
			return {
				open: () => sharedKeeper({ ...means, tell: async () => undefined, wait: async () => undefined }),
				kept: () => ""
			};
		}
	]
];

describe.each(KEEPERS)("%s keeper", (_, made) => {
	it("seals with the newest key, opens with all, and with none that is retired", async () => {
		const { open } = await made();
		const keeper = await open();
		const { sealer } = keeper;
		const before = sealer.seal("p@ss", PLACE);
		const derived = sealer.derive("ann");
		expect(sealer.isStale(before)).toBe(false);
		const now = Date.now();
		await keeper.renew("next");
		jest.spyOn(Date, "now").mockReturnValue(now + 10_000);
		const after = sealer.seal("p@ss", PLACE);
		expect([before, after, "plain"].map(text => sealer.isStale(text))).toEqual([true, false, false]);
		for (const text of [before, after]) expect(sealer.open(text, PLACE)).toBe("p@ss");
		const again = await open();
		for (const text of [before, after]) expect(again.sealer.open(text, PLACE)).toBe("p@ss");
		await keeper.retire();
		await again.refresh();
		for (const { sealer: each } of [keeper, again, await open()]) {
			expect(each.open(after, PLACE)).toBe("p@ss");
			expect(() => each.open(before, PLACE)).toThrow(/was sealed (with another secret.key|by another cluster)/);
			expect(() => each.open(after, "elsewhere")).toThrow();
			expect(each.derive("ann")).toBe(derived);
		}
		jest.restoreAllMocks();
	});

	it("gets one key, however often it is asked for it", async () => {
		const keeper = await (await made()).open();
		const text = keeper.sealer.seal("p@ss", PLACE);
		await Promise.all([keeper.renew("next"), keeper.renew("next")]);
		await keeper.retire();
		expect(() => keeper.sealer.open(text, PLACE)).toThrow();
		await keeper.retire();
	});
});

it("a node's first secret goes on as a key of its ring, for its owner alone", async () => {
	const dir = folder();
	writeFileSync(join(dir, "secret.key"), randomBytes(32), { mode: 0o600 });
	const keeper = fileKeeper(dir);
	const before = keeper.sealer.seal("p@ss", PLACE);
	expect(before).toMatch(/^sealed:v1:/);
	await keeper.renew("next");
	expect(secretKey(dir).length).toBeGreaterThan(32);
	expect(statSync(join(dir, "secret.key")).mode & 0o777).toBe(0o600);
	expect(keeper.sealer.open(before, PLACE)).toBe("p@ss");
	expect(keeper.sealer.seal("p@ss", PLACE)).toMatch(/^sealed:v2:next:/);
	expect(fileKeeper(dir).sealer.open(before, PLACE)).toBe("p@ss");
});

it("a cluster's ring is changed by one node at a time, and none of it is lost", async () => {
	const [store, key] = [openMemoryStore(), randomBytes(32)];
	await Promise.all(["a", "b", "c", "d"].map(id => sharedRing(store, [key], ring => withKey(ring, id, 0))));
	const { keys } = await sharedRing(store, [key]);
	expect(keys.map(({ id }) => id)).toEqual(expect.arrayContaining(["a", "b", "c", "d"]));
	for await (const { event } of store.readAll()) expect(JSON.stringify(event)).not.toMatch(/root|"keys"/);
});
