/** Sets that change by revisions in MongoDB: two writers of one revision are settled by the server, whichever node they ask. */

import type { Collection } from "../../adapters/collection";
import type { Announced } from "../../cluster";
import { KeptRevisions } from "../../mixins/revisions/kept";
import { KEPT, type Stored } from "../../mixins/revisions/records";
import { databaseOf, openMongo } from "../support/mongo";
import { type DataServer, startMongo } from "../support/servers";

type Values = Readonly<Record<string, number>>;
const NODES = 3;

let server: DataServer;
const nodes: { readonly revisions: KeptRevisions<Values>; close(): Promise<void> }[] = [];
beforeAll(async () => {
	server = await startMongo();
	const database = databaseOf(server);
	for (let at = 0; at < NODES; at++) {
		const { collection, close } = await openMongo<Stored>({ name: "revised", key: "id", ...KEPT }, database);
		const kept = collection as unknown as Collection<Stored, Announced>;
		const revisions = new KeptRevisions<Values>(kept, { empty: {}, check: () => undefined, changed: "flags.changed" });
		nodes.push({ revisions, close });
	}
});
afterAll(async () => {
	for (const { close } of nodes) await close();
	await server[Symbol.asyncDispose]();
});

const of = (set: string, at: number) => (nodes[at % NODES] as (typeof nodes)[number]).revisions.of(set);
const by = (expected: number) => ({ expected, reason: "why", author: "k-1", once: null });
const refusal = (asked: Promise<unknown>): Promise<string> =>
	asked.then(
		() => "done",
		error => error.type
	);

it("C6: loses no change of 50 writers at three nodes", async () => {
	const add = async (at: number): Promise<boolean> => {
		const { revision } = await of("writers", at).current();
		const more = { ...by(revision), decide: (values: Values) => ({ n: (values.n ?? 0) + 1 }) };
		const became = await refusal(of("writers", at).change(more));
		expect(["done", "REVISION_CONFLICT"]).toContain(became);
		return became === "done";
	};
	// All at once; whoever was overtaken then goes one after the other, at three nodes beside each other.
	const writers = Array.from({ length: 50 }, (_, at) => at);
	const done = await Promise.all(writers.map(add));
	const waiting = writers.filter(at => !done[at]);
	expect(waiting.length).toBeLessThan(50);
	const inTurn = async (at: number): Promise<void> => {
		for (const writer of waiting.filter(each => each % NODES === at)) while (!(await add(writer)));
	};
	await Promise.all([0, 1, 2].map(inTurn));
	for (const at of [0, 1, 2]) {
		expect(await of("writers", at).current()).toMatchObject({ revision: 50, value: { n: 50 } });
		const { items } = await of("writers", at).history({ limit: 100 });
		expect(items.map(({ revision }) => revision)).toEqual(Array.from({ length: 50 }, (_, n) => 50 - n));
	}
});

it("C2: what one change sets of 20 keys is read as a whole, or not at all", async () => {
	const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
	const all = (n: number): Values => Object.fromEntries(keys.map(key => [key, n]));
	let isOver = false;
	const writing = (async () => {
		for (let n = 0; n < 40; n++) await of("whole", n).change({ ...by(n), decide: () => all(n) });
		isOver = true;
	})();
	const mixed: unknown[] = [];
	let reads = 0;
	while (!isOver) {
		const { value, revision } = await of("whole", reads++).current();
		if (new Set(Object.values(value)).size > 1 || (revision > 0 && value.k0 !== revision - 1)) mixed.push(value);
	}
	await writing;
	expect([mixed, reads > 40]).toEqual([[], true]);
});

it("C1: goes back byte for byte, is forgotten by author, and what was asked for twice is once", async () => {
	const one = await of("back", 0).change({ ...by(0), author: "person:ada", once: "key", decide: () => ({ a: 1 }) });
	const again = { ...by(0), author: "person:ada", once: "key", decide: () => ({ a: 1 }) };
	expect(await of("back", 1).change(again)).toEqual(one);
	await of("back", 2).change({ ...by(1), decide: () => ({ a: 2 }) });
	expect(await of("back", 1).rollback({ ...by(2), to: 1 })).toMatchObject({ revision: 3, hash: one.hash });
	const { revisions } = nodes[0] as (typeof nodes)[number];
	expect([await revisions.made("ada"), await revisions.forget("ada"), await revisions.made("ada")]).toEqual([1, 1, 0]);
	expect(await of("back", 2).at(1)).toEqual({ ...one, author: "erased" });
	expect(await revisions.sets()).toEqual(["back", "whole", "writers"]);
});
