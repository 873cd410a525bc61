/** What every connector keeps, whatever system it speaks to. Each connector's spec runs one of these. */

import type { Cursor, OpenSource, OpenTarget, Page, Source, Spec, Target, Write } from "../../connectors/connector";
import type { Json } from "../../contracts/json";
import type { Connection, TargetRecord } from "../../contracts/migration/records";

interface Common {
	readonly spec: Spec;
	/** One that works, and those that do not, with the code of the finding that says so. */
	readonly good: () => Connection;
	readonly bad: () => Readonly<Record<string, Connection>>;
	/** Fields of a stream that move by themselves, with other values. */
	readonly volatile: Readonly<Record<string, Json>>;
}
export interface SourceCase extends Common {
	readonly open: OpenSource;
	/** Streams whose names shown are unique, for `find`. */
	readonly named: readonly string[];
}
export interface TargetCase extends Common {
	readonly open: OpenTarget;
	/** Records to write, by stream, and what each says after a change. */
	readonly writes: (stream: string) => readonly { readonly write: Write; readonly changed: Json }[];
	/** Streams whose existing records are changed by a write. */
	readonly changing: readonly string[];
}

const PAGE = 7;

async function readAll(
	read: (cursor: Cursor | null) => Promise<Page<TargetRecord & { readonly id?: string }>>
): Promise<(TargetRecord & { readonly id?: string })[]> {
	const records: (TargetRecord & { readonly id?: string })[] = [];
	let cursor: Cursor | null = null;
	do {
		const page: Page<TargetRecord & { readonly id?: string }> = await read(cursor);
		records.push(...page.records);
		// A cursor is stored as JSON between two reads.
		cursor = JSON.parse(JSON.stringify(page.next)) as Cursor | null;
	} while (cursor !== null);
	return records;
}

const keyOf = ({ id, name }: { readonly id?: string; readonly name: string }) => id ?? name;

function specConformance({ spec }: Common): void {
	test("says what it is, what it needs and what it can", () => {
		expect(spec.connector).toMatch(/^[a-z][a-z0-9-]*$/);
		expect(spec.streams.length).toBeGreaterThan(0);
		expect(spec.capabilities.longestExecution).toBeGreaterThan(0);
		for (const [name, option] of Object.entries(spec.options)) {
			expect([name, option.description]).toEqual([name, expect.stringMatching(/\S.*[.;]/)]);
			if (option.type === "enum") expect(option.values).toContain(option.default);
			expect(option.required === true && option.default !== undefined).toBe(false);
		}
		for (const [name, option] of Object.entries(spec.options))
			expect([name, option.secret === true]).toEqual([
				name,
				/^(password|passphrase|headers|proxy|database|apiKey|digestKey)$/.test(name)
			]);
	});
}

function endConformance(
	given: Common & { readonly open: (connection: Connection) => Source | Target },
	end: () => Source | Target
): void {
	test("a good connection is called so, as whom and with facts as JSON", async () => {
		const check = await end().check();
		expect(check.findings.filter(({ ok }) => !ok)).toEqual([]);
		expect(check).toMatchObject({ ok: true, system: given.spec.connector });
		// A file knows nobody.
		if (given.spec.options.url) expect(check.account).toEqual(expect.any(String));
		expect(JSON.parse(JSON.stringify(check.facts))).toEqual(check.facts);
	});

	test("a bad one is told by its code in one sentence that says what to do, without its password", async () => {
		for (const [code, connection] of Object.entries(given.bad())) {
			const opened = given.open(connection);
			const check = await opened.check();
			await opened.close();
			const [finding] = check.findings.filter(({ ok }) => !ok);
			expect([code, check.ok, finding?.code]).toEqual([code, false, code]);
			expect(finding?.message).toMatch(/\.$/);
			// A database's option holds a secret in an address, and a path otherwise.
			for (const [name, { secret }] of Object.entries(given.spec.options))
				if (secret && connection[name] && !String(connection[name]).startsWith("/"))
					expect(JSON.stringify(check)).not.toContain(String(connection[name]));
		}
	});

	readConformance(given, end);
}

function readConformance(
	given: Common & { readonly open: (connection: Connection) => Source | Target },
	end: () => Source | Target
): void {
	test("count and discover agree with what is read, in the same order each time", async () => {
		const counts = await end().discover();
		expect(counts.map(({ stream }) => stream)).toEqual(given.spec.streams);
		for (const { stream, count } of counts) {
			expect(await end().count(stream)).toBe(count);
			const records = await readAll(cursor => end().read(stream, cursor, PAGE));
			const again = await readAll(cursor => end().read(stream, cursor, 3));
			expect(records.map(keyOf)).toEqual(again.map(keyOf));
			expect(new Set(records.map(keyOf)).size).toBe(count);
			expect(records).toHaveLength(count);
		}
	});

	test("a cursor goes on in another process", async () => {
		for (const stream of given.spec.streams) {
			const { records, next, total } = await end().read(stream, null, 2);
			expect(total).toBe(await end().count(stream));
			if (next === null) continue;
			const other = given.open(given.good());
			const page = await other.read(stream, next, 2);
			await other.close();
			expect(page.records.map(keyOf)).not.toEqual(expect.arrayContaining([keyOf(records[0] ?? { name: "" })]));
		}
	});

	test("records are JSON, and their fingerprint is stable and blind to what moves by itself", async () => {
		for (const [stream, moved] of Object.entries(given.volatile)) {
			const { records } = await end().read(stream, null, 5);
			for (const { data } of records) {
				expect(JSON.parse(JSON.stringify(data))).toEqual(data);
				const digest = end().fingerprint(stream, data);
				expect(digest).toMatch(/^[0-9a-f]{64}$/);
				const reversed = Object.fromEntries(Object.entries(data).reverse());
				expect(end().fingerprint(stream, { ...reversed, ...moved })).toBe(digest);
			}
		}
	});

	test("an unknown stream or a foreign cursor is refused", async () => {
		await expect(async () => end().read("nothing", null, 5)).rejects.toMatchObject({ code: "not-a-stream" });
		await expect(async () => end().count("nothing")).rejects.toMatchObject({ code: "not-a-stream" });
		for (const stream of given.spec.streams) {
			await expect(async () => end().read(stream, "rubbish", 5)).rejects.toMatchObject({ code: "not-a-cursor" });
		}
	});
}

export function sourceConformance(name: string, given: SourceCase): void {
	describe(`${name}, as any source`, () => {
		let source: Source;
		beforeAll(() => {
			source = given.open(given.good());
		});
		afterAll(() => source.close());
		specConformance(given);
		endConformance(given, () => source);

		test("finds by the name shown, exactly, what a read shows", async () => {
			for (const stream of given.named) {
				const { records } = await source.read(stream, null, 10);
				for (const record of records)
					expect(await source.find(stream, record.name)).toMatchObject({ name: record.name });
				expect(await source.find(stream, "nobody_of_that_name")).toBeUndefined();
			}
		});
	});
}

export function targetConformance(name: string, given: TargetCase): void {
	describe(`${name}, as any target`, () => {
		let target: Target;
		beforeAll(() => {
			target = given.open(given.good());
		});
		afterAll(() => target.close());
		specConformance(given);

		for (const stream of given.spec.streams) {
			describe(stream, () => writeConformance(given, stream, () => target));
		}
		describe("once written", () => endConformance(given, () => target));
	});
}

function writeConformance(given: TargetCase, stream: string, end: () => Target): void {
	const digest = ({ data }: TargetRecord) => end().fingerprint(stream, data);
	const only = async (name: string) => (await end().find(stream, [name]))[0];

	test("a write makes one record, however often it is made, and finds what it answered", async () => {
		const before = await end().count(stream);
		const cases = given.writes(stream);
		for (const { write } of cases) {
			const made = await end().write(stream, write);
			const again = await end().write(stream, write);
			expect(digest(again)).toBe(digest(made));
			const found = await only(write.name);
			expect(found && digest(found)).toBe(digest(made));
		}
		expect(await end().count(stream)).toBe(before + cases.length);
		const names = cases.map(({ write }) => write.name);
		expect((await end().find(stream, [...names, "nobody_there"])).map(record => record.name).sort()).toEqual(
			names.sort()
		);
	});

	test("what is ours may be changed, and undone to what was before", async () => {
		if (!given.changing.includes(stream)) return;
		for (const { write, changed } of given.writes(stream)) {
			const there = await only(write.name);
			if (there === undefined) throw new Error(`${write.name} is not there`);
			const ours = await end().write(stream, { ...write, data: changed, before: there.data });
			expect(digest(ours)).toBe(end().fingerprint(stream, { ...changed, admin: ours.data.admin ?? null }));
			const changedByOther = await end().undo(stream, { name: write.name, before: there.data, ours: "0".repeat(64) });
			expect(changedByOther).toBe("changed-since");
			expect(await end().undo(stream, { name: write.name, before: there.data, ours: digest(ours) })).toBe("restored");
			expect(await end().undo(stream, { name: write.name, before: there.data, ours: digest(ours) })).toBe("already");
			const back = await only(write.name);
			expect(back && digest(back)).toBe(digest(there));
		}
	});

	undoConformance(given, stream, end);
}

function undoConformance(given: TargetCase, stream: string, end: () => Target): void {
	const digest = ({ data }: TargetRecord) => end().fingerprint(stream, data);
	const only = async (name: string) => (await end().find(stream, [name]))[0];

	test("stopped before its first request, it sends nothing", async () => {
		const [first] = given.writes(stream);
		if (first === undefined) throw new Error("no write to try");
		const count = await end().count(stream);
		const write = { ...first.write, name: `${first.write.name}_x` };
		await expect(end().write(stream, write, { over: true })).rejects.toMatchObject({ code: "stopped" });
		expect(await end().count(stream)).toBe(count);
	});

	test("undo removes what we made, once, and only as we left it", async () => {
		const [first] = given.writes(stream);
		if (first === undefined) throw new Error("no write to try");
		const { name } = first.write;
		const made = await end().write(stream, first.write);
		expect(await end().undo(stream, { name, before: null, ours: "0".repeat(64) })).toBe("changed-since");
		await expect(end().undo(stream, { name, before: null, ours: digest(made) }, { over: true })).rejects.toMatchObject({
			code: "stopped"
		});
		expect(await end().undo(stream, { name, before: null, ours: digest(made) })).toBe("restored");
		expect(await end().undo(stream, { name, before: null, ours: digest(made) })).toBe("already");
		expect(await only(name)).toBeUndefined();
		await end().write(stream, first.write);
	});
}
