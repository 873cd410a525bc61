/** Guesses are counted before they are made: on a real node, whose counts are on its disk. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../../../cluster";
import { openNode } from "../../../../node";
import { until } from "../../../support/until";

const dir = mkdtempSync(join(tmpdir(), "banyan-guesses-"));
const open = (more: Record<string, string> = {}) =>
	openNode({ logLevel: "fatal", logFile: 2 }, { SERVICES: "guesses", DATA_DIR: dir, GUESSES_NETWORK: "40", ...more });
let node: Broker;
beforeAll(async () => {
	node = await open();
});
afterAll(async () => {
	await node.stop();
	rmSync(dir, { recursive: true, force: true });
});

let networks = 0;
const aNetwork = (): string => `203.0.${Math.floor(networks / 250)}.${networks++ % 250}`;
const guess = (subject: string, more: { kind?: string; address?: string; device?: string } = {}) =>
	node.call("guesses.reserve", { kind: "password", subject, address: aNetwork(), device: null, ...more });
const settle = (attempt: string | null, wrong: boolean) =>
	node.call("guesses.settle", { attempt: String(attempt), wrong });
const device = (subject: string, given: string | null = null) =>
	node.call("guesses.device", { subjects: [subject], given });

async function wrongAt(subject: string, times: number, more = {}): Promise<number> {
	const all = await Promise.all(Array.from({ length: times }, () => guess(subject, more)));
	const made = all.filter(({ attempt }) => attempt !== null);
	await Promise.all(made.map(({ attempt }) => settle(attempt, true)));
	return made.length;
}

it("A3: of a hundred wrong guesses at once exactly N are made, whether there is such an account or not", async () => {
	expect(await wrongAt("ada@example.org", 100)).toBe(10);
	expect(await wrongAt("nobody@example.org", 100)).toBe(10);
	const refused = await guess("ada@example.org");
	expect(refused.attempt).toBeNull();
	expect(refused.waitMs).toBeGreaterThan(50_000);
	expect(refused.waitMs).toBeLessThanOrEqual(60_000);
});

it("A3: the owner signs in on a known device while strangers are refused, and one of another is none", async () => {
	const { device: mine } = await device("owner@example.org");
	expect(await wrongAt("owner@example.org", 30)).toBe(10);
	expect(await guess("owner@example.org", { device: mine })).toEqual({ attempt: expect.any(String), waitMs: 0 });
	const { device: foreign } = await device("stranger@example.org");
	for (const each of [foreign, `${mine.slice(0, -1)}${mine.endsWith("A") ? "B" : "A"}`, "bnd_x", ""])
		expect((await guess("owner@example.org", { device: each })).attempt).toBeNull();
	// Whoever has the device may not guess for ever either.
	expect(await wrongAt("owner@example.org", 30, { device: mine })).toBe(9);
});

it("an account's name written otherwise is the same one", async () => {
	expect(await wrongAt("Zoë@Example.org", 5)).toBe(5);
	expect(await wrongAt("  zoe\u0308@EXAMPLE.ORG ", 10)).toBe(5);
});

it("one that was right, or never made, is given back, once", async () => {
	const last = await (async () => {
		await wrongAt("right@example.org", 9);
		return guess("right@example.org");
	})();
	expect(await guess("right@example.org")).toEqual({ attempt: null, waitMs: 1000 });
	expect(await settle(last.attempt, false)).toBe(true);
	expect(await settle(last.attempt, false)).toBe(false);
	expect(await wrongAt("right@example.org", 5)).toBe(1);
});

it("whoever is wrong at many accounts is refused by where they are, and nobody else is", async () => {
	const address = aNetwork();
	const all = await Promise.all(Array.from({ length: 60 }, (_, index) => guess(`${index}@example.org`, { address })));
	expect(all.filter(({ attempt }) => attempt !== null)).toHaveLength(40);
	expect((await guess("0@example.org")).attempt).not.toBeNull();
	const { device: known } = await device("59@example.org");
	expect((await guess("59@example.org", { address, device: known })).attempt).not.toBeNull();
});

it("another secret of the same account has a count of its own", async () => {
	await wrongAt("two@example.org", 10);
	expect((await guess("two@example.org", { kind: "totp" })).attempt).not.toBeNull();
});

it("a device stays the same one, and is known to whom it was given alone", async () => {
	const first = await device("d@example.org");
	expect(first.known).toBe(false);
	expect(await device("D@example.org", first.device)).toEqual({ device: first.device, known: true });
	const other = await device("e@example.org", first.device);
	expect([other.known, other.device === first.device]).toEqual([false, false]);
	const both = await node.call("guesses.device", { subjects: ["d@example.org", "account-1"], given: first.device });
	expect([both.known, await device("account-1", both.device)]).toMatchObject([true, { known: true }]);
});

it("counts outlive the node, and an attempt that it never settled was wrong", async () => {
	await wrongAt("kept@example.org", 8);
	await guess("kept@example.org");
	await guess("kept@example.org");
	await node.stop();
	node = await open();
	expect((await guess("kept@example.org")).attempt).toBeNull();
});

it("of too many counts those go first that would be forgotten first: names that are made up free nobody who is guessed at", async () => {
	const few = mkdtempSync(join(tmpdir(), "banyan-guesses-"));
	await node.stop();
	node = await open({ DATA_DIR: few, GUESSES_KEPT: "100" });
	await wrongAt("target@example.org", 10);
	for (let group = 0; group < 10; group++)
		await Promise.all(Array.from({ length: 25 }, (_, name) => wrongAt(`made-up-${group}-${name}@example.org`, 1)));
	const { guesses } = node.getLocalService("guesses") as unknown as { guesses: { count(): Promise<number> } };
	await until(async () => (await guesses.count()) <= 110);
	expect((await guess("target@example.org")).attempt).toBeNull();
	rmSync(few, { recursive: true, force: true });
});
