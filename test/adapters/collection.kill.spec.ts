/** kill -9 at any moment: nothing acknowledged is lost, a record and what is announced of it are there together or not at all. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Relay } from "../../adapters/collection";
import { openCollection } from "../support/collections";
import { until } from "../support/until";
import { type Note, SHAPE } from "./collection.model";
import { type Line, startWriter } from "./collection.writer";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "banyan-collection-kill-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const storedIn = (lines: readonly Line[]): string[] => lines.flatMap(line => ("stored" in line ? line.stored : []));
const heardIn = (lines: readonly Line[]): number[] => lines.flatMap(line => ("heard" in line ? [line.heard] : []));
const isGrowing = (numbers: readonly number[]): boolean =>
	numbers.every((each, at) => at === 0 || each > Number(numbers[at - 1]));

/** A life of a writer, which ends once it has said so many lines. */
async function life(from: number, most: number): Promise<readonly Line[]> {
	const writer = startWriter(folder, "write", from);
	await until(() => writer.lines.length >= most, "the writer wrote");
	await writer.kill();
	return writer.lines;
}

it("keeps every batch that was acknowledged, whole, and announces each record of it", async () => {
	const heard: number[] = [];
	const stored: string[] = [];
	for (let lives = 0; lives < 5; lives++) {
		const lines = await life(lives * 1_000_000, 1 + Math.floor(Math.random() * 60));
		stored.push(...storedIn(lines));
		expect(isGrowing(heardIn(lines))).toBe(true);
		heard.push(...heardIn(lines));
	}
	await using opened = await openCollection<Note>(SHAPE, folder);
	const there: string[] = [];
	for await (const { id } of opened.collection.each()) there.push(id);
	expect(stored.filter(id => !there.includes(id))).toEqual([]);
	expect(there.length % 3).toBe(0);
	const last: number[] = [];
	const announce = async ({ payload }: { payload: object }): Promise<void> =>
		void last.push((payload as { size: number }).size);
	const relay = new Relay(opened.adapter, { announce, failed: () => undefined });
	await relay.begin();
	await relay.end();
	expect(isGrowing(last)).toBe(true);
	// At least once, and of nothing that is not there.
	expect([...new Set([...heard, ...last])].sort((a, b) => a - b)).toEqual(there.map(Number).sort((a, b) => a - b));
});

describe("taking a file of NeDB over", () => {
	const RECORDS = 30_000;
	const earlier = Array.from({ length: RECORDS }, (_, at) =>
		JSON.stringify({ _id: `n${at}`, id: String(at), mail: `${at}@x`, size: at })
	);
	const text = `${earlier.join("\n")}\n`;
	const file = (): string => join(folder, "notes.db");

	/** When a life ends: once something is to be seen in the folder, or a moment after. */
	const MOMENTS: readonly (readonly [string, RegExp, number])[] = [
		["it begins", /^notes\.db\.importing$/, 0],
		["it fills the new file", /^notes\.db\.importing$/, 60],
		["it fills the new file, later", /^notes\.db\.importing$/, 200],
		["it keeps the old one", /^notes\.db\.nedb/, 0],
		["the old one is kept", /^notes\.db\.nedb$/, 0]
	];

	it.each(MOMENTS)("killed when %s, is begun again and takes all", async (_, seen, afterMs) => {
		writeFileSync(file(), text);
		for (let lives = 0; lives < 2; lives++) {
			const writer = startWriter(folder, "open");
			await until(
				() => writer.lines.length > 0 || readdirSync(folder).some(name => seen.test(name)),
				"it is under way"
			);
			await new Promise(resolve => setTimeout(resolve, afterMs));
			await writer.kill();
		}
		await using opened = await openCollection<Note>(SHAPE, folder);
		expect(await opened.collection.count()).toBe(RECORDS);
		expect(await opened.collection.get("29999")).toEqual({ id: "29999", mail: "29999@x", size: 29_999 });
		expect(readFileSync(`${file()}.nedb`, "utf8")).toBe(text);
		expect(existsSync(`${file()}.importing`)).toBe(false);
	});
});
