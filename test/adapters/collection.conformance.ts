/** What every collection promises, whatever it is kept in. A store runs it by one call. */

import fc from "fast-check";
import {
	type Announcement,
	type Change,
	type Collection,
	type CollectionAdapter,
	Conflict,
	Duplicate,
	type Filter,
	type FindOptions,
	InvalidCursor,
	type Page,
	Relay,
	StoreClosed,
	type Versioned
} from "../../adapters/collection";
import { until } from "../support/until";
import { inbox } from "./collection.inbox";
import { Model, type Note } from "./collection.model";

export interface Opened {
	readonly collection: Collection<Note>;
	readonly adapter: CollectionAdapter;
	/** Closed and opened anew, on what it held. */
	again(): Promise<Opened>;
	close(): Promise<void>;
}
/** A new, empty collection of SHAPE. */
export type Open = () => Promise<Opened>;

const event = (name: string): { readonly events: readonly Announcement[] } => ({
	events: [{ event: "notes.changed", payload: { name } }]
});

async function all(
	collection: Collection<Note>,
	filter: Filter<Note> = {},
	options: FindOptions<Note> = {}
): Promise<Note[]> {
	const found: Note[] = [];
	let after: string | null = null;
	do {
		const page: Awaited<ReturnType<typeof collection.find>> = await collection.find(filter, {
			...options,
			...(after !== null && { after })
		});
		expect(page.records.length).toBeLessThanOrEqual(options.limit ?? 100);
		found.push(...page.records);
		after = page.next;
	} while (after !== null);
	return found;
}
const names = (notes: readonly Note[]): string[] => notes.map(({ id }) => id);

/** @param share of the runs that what is drawn has: where a server is asked, each takes longer */
export function collectionConformance(name: string, open: Open, share = 1): void {
	describe(name, () => {
		let opened: Opened;
		beforeEach(async () => {
			opened = await open();
		});
		afterEach(() => opened.close());
		const given = (): Collection<Note> => opened.collection;

		describe("records", () => records(given));
		describe("versions", () => versions(given));
		describe("pages", () => pages(given, share));
		describe("outbox", () => outbox(() => opened));
		describe("inbox", () => inbox(() => opened));
		describe("against a plain model", () => models(open, share));

		it("holds everything when it is opened again, and refuses what is asked of it while it is closed", async () => {
			const version = await given().insert({ id: "a", mail: "a@x" }, event("a"));
			const closed = opened;
			opened = await opened.again();
			expect(await given().read("a")).toEqual({ record: { id: "a", mail: "a@x" }, version });
			expect(await opened.adapter.pending(10)).toMatchObject([{ payload: { name: "a" } }]);
			for (const ask of [
				() => closed.collection.get("a"),
				() => closed.collection.put({ id: "b" }),
				() => closed.collection.remove("a"),
				() => closed.collection.find(),
				() => closed.collection.count()
			])
				await expect(ask()).rejects.toThrow(StoreClosed);
			expect(await given().count()).toBe(1);
		});

		it("stores what was asked for before it was closed", async () => {
			const asked = Array.from({ length: 20 }, (_, at) => given().put({ id: `${at}` }));
			const again = opened.again();
			await Promise.all(asked);
			opened = await again;
			expect(await given().count()).toBe(20);
		});
	});
}

function records(given: () => Collection<Note>): void {
	it("gives back what was put, nothing more", async () => {
		await given().put({ id: "a", kind: "one" });
		await given().insert({ id: "b", kind: "two", done: true });
		expect(await given().get("a")).toEqual({ id: "a", kind: "one" });
		expect(await given().get("c")).toBeUndefined();
		expect((await given().find({ done: true })).records).toEqual([{ id: "b", kind: "two", done: true }]);
		expect([await given().count(), await given().count({ done: true })]).toEqual([2, 1]);
		expect([await given().remove("a"), await given().remove("a")]).toEqual([true, false]);
		expect(await given().count()).toBe(1);
	});

	it("keeps any names and texts within a record as they were, and any key", async () => {
		const NAMES = [
			"vless.tcp",
			"$tag",
			"$$deleted",
			"$$date",
			"50%",
			"%2E",
			"a%24",
			"",
			".",
			"$",
			"length",
			"_id",
			"__proto__"
		];
		const within = Object.fromEntries(
			NAMES.map((name, at) => [name, [{ [name]: at }, { $$date: at }, null, "\u0000"]])
		);
		for (const id of ["", "a'; DROP TABLE records; --", "کلید", "😀", " ", "a\nb", "%_", "x".repeat(2_000)]) {
			await given().put({ id, within });
			expect(await given().get(id)).toEqual({ id, within });
			expect((await given().find({ id })).records).toEqual([{ id, within }]);
		}
	});

	it("replaces a record as a whole, also when many put it at once", async () => {
		await given().put({ id: "a", kind: "one", done: true });
		await given().put({ id: "a", kind: "two" });
		expect(await given().get("a")).toEqual({ id: "a", kind: "two" });
		await Promise.all(Array.from({ length: 20 }, (_, size) => given().put({ id: "b", size })));
		expect(await given().count({ id: "b" })).toBe(1);
	});

	it("refuses a second record of a key or a unique value, and says which; many may have none", async () => {
		await given().insert({ id: "a", mail: "a@x" });
		const again = given().insert({ id: "a", mail: "b@x" });
		await expect(again).rejects.toThrow(Duplicate);
		await expect(again).rejects.toThrow(`There is a record in 'notes' already whose id is "a".`);
		await expect(given().put({ id: "b", mail: "a@x" })).rejects.toMatchObject({ field: "mail", value: "a@x" });
		await given().put({ id: "a", mail: "a@x", done: true });
		for (const id of ["c", "d"]) await given().put({ id });
		for (const id of ["e", "f"]) await given().put({ id, mail: null });
		expect(await given().count()).toBe(5);
	});

	it("of many at once fails only what cannot be kept", async () => {
		const within: unknown[] = [];
		within.push(within);
		const settled = await Promise.allSettled([
			given().put({ id: "a" }),
			given().put({ id: "b", within }),
			given().insert({ id: "a" }),
			given().put({ id: "c" })
		]);
		expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
		expect(names((await given().find()).records)).toEqual(["a", "c"]);
	});

	it("of many who insert the same exactly one wins", async () => {
		const settled = await Promise.allSettled(
			Array.from({ length: 20 }, (_, at) => given().insert({ id: `${at}`, mail: "one@x" }))
		);
		expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect(await given().count()).toBe(1);
	});

	it("takes no value for one of another type", async () => {
		await given().write([
			{ insert: { id: "true", kind: true as never } },
			{ insert: { id: "one", kind: 1 as never } },
			{ insert: { id: "text", kind: "1" } },
			{ insert: { id: "true as text", kind: "true" } }
		]);
		const found = async (filter: Filter<Note>): Promise<string[]> => names((await given().find(filter)).records);
		expect(await found({ kind: "1" })).toEqual(["text"]);
		expect(await found({ kind: 1 })).toEqual(["one"]);
		expect(await found({ kind: true })).toEqual(["true"]);
		expect(await found({ kind: { $gte: 0 } })).toEqual(["one"]);
		expect(await found({ kind: { $gt: "" } })).toEqual(["text", "true as text"]);
	});

	it("refuses fields that it keeps for itself, and what it cannot search by", async () => {
		await expect(given().put({ id: "a", _id: 1 } as never)).rejects.toThrow(/a field '_id': names that begin with _/);
		await expect(given().put({} as never)).rejects.toThrow(/no text as its 'id'/);
		await expect(given().find({ "a'b": 1 } as never)).rejects.toThrow(RangeError);
		await expect(given().find({ kind: { $regex: "x" } } as never)).rejects.toThrow(/'\$regex'/);
		await expect(given().find({}, { sort: "done" })).rejects.toThrow(/not sorted by 'done': it is no index/);
	});
}

function versions(given: () => Collection<Note>): void {
	it("a change that expects another version than is there is a conflict, and changes nothing", async () => {
		const first = await given().insert({ id: "a", size: 1 });
		const second = await given().put({ id: "a", size: 2 }, { expected: first });
		for (const late of [
			() => given().put({ id: "a", size: 3 }, { expected: first }),
			() => given().remove("a", { expected: first })
		])
			await expect(late()).rejects.toThrow(Conflict);
		await expect(given().put({ id: "none" }, { expected: second })).rejects.toMatchObject({
			code: "CONFLICT",
			key: "none"
		});
		expect(await given().read("a")).toEqual({ record: { id: "a", size: 2 }, version: second });
		expect(await given().remove("a", { expected: second })).toBe(true);
	});

	it("no version comes back with a record that is made anew", async () => {
		const first = await given().insert({ id: "a" });
		await given().remove("a");
		await given().insert({ id: "a" });
		await expect(given().put({ id: "a", size: 1 }, { expected: first })).rejects.toThrow(Conflict);
	});

	it("of many who saw the same version exactly one wins", async () => {
		const expected = await given().insert({ id: "a", size: 0 });
		const settled = await Promise.allSettled(
			Array.from({ length: 20 }, (_, size) => given().put({ id: "a", size }, { expected }))
		);
		expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
	});

	it("counts right with many who read, add one and try again", async () => {
		await given().insert({ id: "a", size: 0 });
		const add = async (): Promise<void> => {
			for (;;) {
				const { record, version } = (await given().read("a")) as Versioned<Note>;
				try {
					await given().put({ id: "a", size: Number(record.size) + 1 }, { expected: version });
					return;
				} catch (error) {
					if (!(error instanceof Conflict)) throw error;
				}
			}
		};
		await Promise.all(Array.from({ length: 25 }, add));
		expect(await given().get("a")).toEqual({ id: "a", size: 25 });
	});

	it("writes all changes of a batch or none", async () => {
		const version = await given().insert({ id: "a", mail: "a@x", size: 1 });
		const bad: readonly (readonly Change<Note>[])[] = [
			[{ put: { id: "b" } }, { remove: "a" }, { insert: { id: "b" } }],
			[{ put: { id: "b", mail: "a@x" } }, { remove: "a" }],
			[
				{ remove: "a", expected: version },
				{ put: { id: "a" }, expected: version }
			]
		];
		for (const changes of bad) await expect(given().write(changes)).rejects.toThrow(/already|meanwhile/);
		expect(await given().read("a")).toMatchObject({ version });
		expect(await given().count()).toBe(1);
		// In their order: what was removed before is free.
		await given().write([{ remove: "a" }, { insert: { id: "b", mail: "a@x" } }, { put: { id: "a", mail: "b@x" } }]);
		expect(names(await all(given()))).toEqual(["a", "b"]);
	});
}

function pages(given: () => Collection<Note>, share: number): void {
	const fill = (count: number): Promise<void> =>
		given().write(
			Array.from({ length: count }, (_, at) => ({
				insert: { id: numbered(at), size: at % 7, kind: `k${at % 3}` }
			}))
		);

	it("come in the order of the key unless asked otherwise, with where the next begins", async () => {
		await fill(25);
		const first = await given().find({}, { limit: 10 });
		expect([first.records.length, first.next]).toEqual([10, expect.any(String)]);
		expect(names(await all(given(), {}, { limit: 10 }))).toEqual(Array.from({ length: 25 }, (_, at) => numbered(at)));
		expect((await given().find({}, { limit: 25 })).next).toBeNull();
		const each: string[] = [];
		for await (const { id } of given().each({ kind: "k1" }, { sort: "-size" })) each.push(id);
		expect(each).toEqual(names(await all(given(), { kind: "k1" }, { sort: "-size", limit: 2 })));
	});

	it("refuse what is no cursor of the same search", async () => {
		await fill(9);
		const { next } = await given().find({ kind: "k1" }, { sort: "size", limit: 1 });
		const cursor = next as string;
		const other = Buffer.from(JSON.stringify(["x", 1, "a"])).toString("base64url");
		for (const after of ["", "nonsense", other, `${cursor}x`, cursor.slice(2)])
			await expect(given().find({ kind: "k1" }, { sort: "size", after })).rejects.toThrow(/Invalid cursor/);
		for (const ask of [
			() => given().find({ kind: "k2" }, { sort: "size", after: cursor }),
			() => given().find({ kind: "k1" }, { sort: "-size", after: cursor }),
			() => given().find({ kind: "k1" }, { after: cursor })
		])
			await expect(ask()).rejects.toThrow(InvalidCursor);
		expect((await given().find({ kind: "k1" }, { sort: "size", after: cursor })).records).toHaveLength(2);
	});

	it("bring every record that stays as it is once, whatever is written between them", async () => {
		const sorts = ["id", "-id", "size", "-size"] as const;
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...sorts),
				fc.integer({ min: 1, max: 5 }),
				fc.array(fc.tuple(fc.integer({ min: 0, max: 59 }), fc.option(fc.integer({ min: -3, max: 9 }))), {
					maxLength: 40
				}),
				async (sort, limit, writes) => {
					for await (const { id } of given().each()) await given().remove(id);
					await fill(30);
					const touched = new Set(writes.map(([at]) => numbered(at)));
					const seen = await walked(given(), { sort, limit }, writes);
					expect(seen.filter(id => !touched.has(id)).sort()).toEqual(
						Array.from({ length: 30 }, (_, at) => numbered(at)).filter(id => !touched.has(id))
					);
				}
			),
			{ numRuns: Math.ceil(30 * share) }
		);
	});
}

const numbered = (at: number): string => String(at).padStart(4, "0");

/** The keys, page by page, with three of the writes after each. */
async function walked(
	collection: Collection<Note>,
	options: FindOptions<Note>,
	writes: readonly (readonly [number, number | null])[]
): Promise<string[]> {
	const seen: string[] = [];
	const left = [...writes];
	for (let after: string | null | undefined; after !== null; ) {
		const page: Page<Note> = await collection.find({}, { ...options, ...(after !== undefined && { after }) });
		seen.push(...names(page.records));
		after = page.next;
		for (const [at, size] of left.splice(0, 3))
			await (size === null ? collection.remove(numbered(at)) : collection.put({ id: numbered(at), size }));
	}
	return seen;
}

function outbox(given: () => Opened): void {
	const said = async (): Promise<unknown[]> =>
		(await given().adapter.pending(100)).map(({ payload }) => (payload as { name: string }).name);

	it("holds what was announced with changes that were made, in their order, and of no other", async () => {
		const { collection } = given();
		await collection.insert({ id: "a", mail: "a@x" }, event("inserted"));
		await expect(collection.insert({ id: "a" }, event("not inserted"))).rejects.toThrow(Duplicate);
		await expect(collection.put({ id: "b", mail: "a@x" }, event("not put"))).rejects.toThrow(Duplicate);
		await expect(collection.remove("a", { ...event("not removed"), expected: "another" })).rejects.toThrow(Conflict);
		await collection.write([{ put: { id: "b" } }, { remove: "a" }], event("batch"));
		await collection.remove("b", event("removed"));
		expect(await said()).toEqual(["inserted", "batch", "removed"]);
		await given().adapter.acknowledge((await given().adapter.pending(2)).map(({ position }) => position));
		expect(await said()).toEqual(["removed"]);
	});

	it("is emptied in order, and what cannot be announced is tried again before what came after", async () => {
		const { collection, adapter } = given();
		const heard: string[] = [];
		let refusals = 2;
		const failed: unknown[] = [];
		const relay = new Relay(adapter, {
			announce: async ({ payload }) => {
				const { name } = payload as { name: string };
				if (name === "2" && refusals-- > 0) throw new Error("nobody hears");
				heard.push(name);
			},
			failed: error => void failed.push(error),
			againMs: 1
		});
		for (const name of ["1", "2", "3"]) await collection.put({ id: name }, event(name));
		await relay.run();
		expect(heard).toEqual([]);
		await relay.begin();
		await until(async () => (await adapter.pending(1)).length === 0, "the outbox is empty");
		expect([heard, failed.length]).toEqual([["1", "2", "3"], 2]);
		await collection.put({ id: "4" }, event("4"));
		await relay.run();
		expect(heard.at(-1)).toBe("4");
		await relay.end();
		await collection.put({ id: "5" }, event("5"));
		await relay.run();
		expect([heard.at(-1), await said()]).toEqual(["4", ["5"]]);
	});

	it("loses nothing of many changes at once", async () => {
		const { collection, adapter } = given();
		const heard: string[] = [];
		const announce = async ({ payload }: Announcement): Promise<void> =>
			void heard.push((payload as { name: string }).name);
		const relay = new Relay(adapter, { announce, failed: () => undefined });
		await relay.begin();
		await Promise.all(
			Array.from({ length: 250 }, async (_, at) => {
				await collection.put({ id: `${at}` }, event(`${at}`));
				await relay.run();
			})
		);
		expect(heard).toHaveLength(250);
		expect(new Set(heard).size).toBe(250);
		await relay.end();
	});
}

const ID = fc.constantFrom("a", "b", "c", "d", "é", "😀", "z");
const NOTE: fc.Arbitrary<Note> = fc.record(
	{
		id: ID,
		mail: fc.constantFrom("1@x", "2@x", "3@x", null),
		kind: fc.constantFrom("k1", "k2", "😀"),
		size: fc.oneof(
			fc.integer({ min: -2, max: 2 }),
			fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => n + 0),
			fc.constant(null)
		),
		done: fc.boolean()
	},
	{ requiredKeys: ["id"] }
);
/** Of the versions that a change may expect: none, the present one, another. */
const EXPECTS = fc.constantFrom("any", "any", "present", "stale");
const CHANGE = fc.oneof(
	NOTE.map(insert => ({ insert }) as const),
	fc.tuple(NOTE, EXPECTS).map(([put, expects]) => ({ put, expects }) as const),
	fc.tuple(ID, EXPECTS).map(([remove, expects]) => ({ remove, expects }) as const)
);
const SCALAR = fc.constantFrom<string | number | boolean | null>("k1", "😀", 0, 1, -1.5, true, null, "1@x");
const RANGED = fc.constantFrom<string | number>("k1", "l", 0, 1);
const CONDITION = fc.oneof(
	SCALAR,
	fc.record({ $in: fc.array(SCALAR, { maxLength: 3 }) }),
	fc.record({ $ne: SCALAR }),
	fc.record({ $gt: RANGED, $gte: RANGED, $lt: RANGED, $lte: RANGED }, { requiredKeys: [] })
);
const SEARCH = fc.record({
	filter: fc.record(
		{ kind: CONDITION, size: CONDITION, done: CONDITION, mail: CONDITION },
		{ requiredKeys: [] }
	) as fc.Arbitrary<Filter<Note>>,
	sort: fc.constantFrom<NonNullable<FindOptions<Note>["sort"]>>("id", "-id", "size", "-size", "mail", "-mail"),
	limit: fc.integer({ min: 1, max: 4 })
});
const STEP = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ changes: fc.array(CHANGE, { minLength: 1, maxLength: 4 }) }) },
	{ weight: 2, arbitrary: fc.record({ search: SEARCH }) }
);

function models(open: Open, share: number): void {
	it("does as the model, and says of what it refuses the same", async () => {
		const opened = await open();
		try {
			await fc.assert(
				fc.asyncProperty(fc.array(STEP, { maxLength: 25 }), async steps => {
					const { collection, adapter } = opened;
					for await (const { id } of collection.each()) await collection.remove(id);
					await adapter.acknowledge((await adapter.pending(1_000)).map(({ position }) => position));
					const model = new Model();
					for (const [at, step] of steps.entries()) {
						if ("search" in step) await searched(collection, model, step.search);
						else await changed(collection, model, step.changes, `${at}`);
					}
					expect(await all(collection)).toEqual(model.find({}));
					const waiting = await adapter.pending(1_000);
					expect(waiting.map(({ payload }) => (payload as { name: string }).name)).toEqual(model.announced);
				}),
				{ numRuns: Math.ceil(150 * share) }
			);
		} finally {
			await opened.close();
		}
	});
}

async function searched(
	collection: Collection<Note>,
	model: Model,
	{ filter, sort, limit }: { filter: Filter<Note>; sort: NonNullable<FindOptions<Note>["sort"]>; limit: number }
): Promise<void> {
	const expected = model.find(filter, sort);
	expect(await all(collection, filter, { sort, limit })).toEqual(expected);
	expect(await collection.count(filter)).toBe(expected.length);
}

async function changed(
	collection: Collection<Note>,
	model: Model,
	drawn: readonly object[],
	name: string
): Promise<void> {
	const changes: Told[] = [];
	const met = new Set<string>();
	for (const each of drawn as readonly Drawn[]) {
		changes.push(await told(collection, each, met));
		met.add(keyOf(each));
	}
	const refusal = model.write(changes, name);
	const written = collection.write(
		changes.map(({ stale, ...change }) => change as Change<Note>),
		event(name)
	);
	if (!refusal) return await written;
	await expect(written).rejects.toMatchObject({ name: refusal.name, message: refusal.message });
}

type Told = Change<Note> & { readonly stale?: boolean };
type Drawn = Change<Note> & { readonly expects?: string };
const keyOf = (change: Change<Note>): string =>
	"remove" in change ? change.remove : ("put" in change ? change.put : change.insert).id;

/** With the version that it is to expect. What a batch has written before has one that nobody could know. */
async function told(
	collection: Collection<Note>,
	{ expects, ...change }: Drawn,
	met: ReadonlySet<string>
): Promise<Told> {
	if (expects === undefined || expects === "any") return change as Told;
	const version = (await collection.read(keyOf(change as Told)))?.version;
	const stale = expects === "stale" || version === undefined || met.has(keyOf(change as Told));
	return { ...change, expected: stale ? "another" : version, stale } as Told;
}
