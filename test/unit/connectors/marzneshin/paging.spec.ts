import fc from "fast-check";
import { readPage, slice } from "../../../../connectors/marzneshin/paging";
import type { SourceRecord } from "../../../../contracts/migration/records";

const record = (id: number): SourceRecord => ({ id: String(id), name: `u${String(id).padStart(6, "0")}`, data: {} });

/** A list by name that is changed before chosen pages. */
function panel(rows: Set<number>, changes: readonly ((rows: Set<number>) => void)[]) {
	let calls = 0;
	return async (page: number, size: number) => {
		changes[calls++]?.(rows);
		const sorted = [...rows].sort((a, b) => a - b);
		return { records: sorted.slice((page - 1) * size, page * size).map(record), total: sorted.length };
	};
}

interface Change {
	readonly at: number;
	readonly drop: readonly number[];
	readonly add: number;
}

function apply({ at, drop, add }: Change, rows: Set<number>): void {
	const before = rows.size;
	for (const id of drop) rows.delete(id * 10);
	for (let i = 0; i < add; i++) rows.add(i * 10 + 5);
	// As many removed as added between two pages: no total shows it.
	if (rows.size === before) rows.add(10_000 + at);
}

async function readAll(fetch: ReturnType<typeof panel>, size: number): Promise<Set<number>> {
	const seen = new Set<number>();
	let cursor: string | null = null;
	for (let pages = 0; pages < 500; pages++) {
		const { records, next } = await readPage(fetch, cursor, size);
		for (const { id } of records) seen.add(Number(id));
		if (next === null) return seen;
		cursor = next;
	}
	throw new Error("no end");
}

describe("pages by number while rows move", () => {
	test("a delete before the place shifts rows over it, and none is missed", async () => {
		const rows = new Set(Array.from({ length: 30 }, (_, i) => i));
		const fetch = panel(rows, [() => undefined, all => [0, 1, 2].forEach(id => void all.delete(id))]);
		const seen = await readAll(fetch, 10);
		expect([...Array(30).keys()].filter(id => !seen.has(id))).toEqual([]);
	});

	test("whatever comes and goes: what stayed from beginning to end was read", async () => {
		const change = fc.record({ at: fc.nat(12), drop: fc.array(fc.nat(60), { maxLength: 12 }), add: fc.nat(3) });
		const property = async (changes: Change[], size: number) => {
			const rows = new Set(Array.from({ length: 60 }, (_, i) => i * 10));
			const stayed = new Set(rows);
			const steps: ((rows: Set<number>) => void)[] = [];
			for (const one of changes) {
				steps[one.at] = all => {
					apply(one, all);
					for (const id of stayed) if (!all.has(id)) stayed.delete(id);
				};
			}
			const seen = await readAll(panel(rows, steps), size);
			expect([...stayed].filter(id => !seen.has(id))).toEqual([]);
		};
		const changes = fc.array(change, { maxLength: 5 });
		await fc.assert(fc.asyncProperty(changes, fc.integer({ min: 1, max: 9 }), property), { numRuns: 300 });
	});

	test("a foreign cursor is refused", async () => {
		await expect(readPage(panel(new Set([1]), []), '{"offset":5}', 10)).rejects.toMatchObject({ code: "not-a-cursor" });
		await expect(readPage(panel(new Set([1]), []), "rubbish", 10)).rejects.toMatchObject({ code: "not-a-cursor" });
	});
});

describe("small streams", () => {
	test("are paged behind the last id, so nothing is skipped when records go", () => {
		const all = [3, 1, 2, 10].map(record);
		const first = slice(all, null, 2);
		expect(first.records.map(({ id }) => id)).toEqual(["1", "2"]);
		const rest = slice(
			all.filter(({ id }) => id !== "1"),
			first.next,
			2
		);
		expect(rest.records.map(({ id }) => id)).toEqual(["3", "10"]);
		expect(rest.next).toBeNull();
	});
});
