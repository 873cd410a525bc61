/**
 * Old links before, during and after a move: whoever the source itself answers is answered, every time, however many
 * customers there are whose records it fails at.
 */

import { readFileSync } from "node:fs";
import { openStage, type Stage } from "../support/banyan";
import { type Door, openDoor, plan, type Said } from "../support/door";

let stage: Stage;
let door: Door;
/** By what the source says to them. */
let good: string[] = [];
let bad: string[] = [];

beforeAll(async () => {
	stage = await openStage({ target: { createMs: 3, subscriptionPrefix: "" } });
	door = await openDoor(stage.folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" });
	await addBroken(60);
	const paths = await linksOfAll();
	const statuses = await inTurn(paths, async path => (await fetch(`${stage.source.url}${path}/links`)).status);
	// A part of them, of everywhere: each is asked many times.
	good = paths.filter((_, index) => statuses[index] === 200).filter((_, index) => index % 4 === 0);
	bad = paths.filter((_, index) => statuses[index] === 500);
	expect(good.length).toBeGreaterThan(150);
	expect(bad.length).toBeGreaterThan(60);
}, 180_000);
afterAll(async () => {
	await door?.[Symbol.asyncDispose]();
	await stage?.[Symbol.asyncDispose]();
});

/** Good and bad in turn: the next request of a panel's connection comes after one that it failed at. */
const mixed = (): string[] => good.flatMap((path, index) => [bad[index % bad.length] as string, path]);

/** What was said to customers who must be answered, or who must not be told that they are nobody. */
async function wrongOf(paths: readonly string[]): Promise<string[]> {
	const isGood = new Set(good);
	const said = await inTurn(paths, async path => {
		const { status } = await door.ask(`${path}/links`, { key: null });
		const right = isGood.has(path) ? status === 200 : status === 200 || status === 503;
		return right ? undefined : `${status} ${isGood.has(path) ? "good" : "bad"} ${path}`;
	});
	return said.filter(each => each !== undefined);
}

it("are answered before, during and after it, all of those that the source answers", async () => {
	await plan(door, JSON.parse(readFileSync(stage.definition, "utf8")));
	expect(await wrongOf(mixed())).toEqual([]);

	await door.ask("/api/v1/migrations/panel/start", { method: "POST", body: {} });
	let rounds = 0;
	for (let running = true; running; rounds++) {
		// The last round began before the migration was seen to rest.
		({ running } = (await door.ask("/api/v1/migrations/panel")).json as Said);
		expect(await wrongOf(mixed())).toEqual([]);
	}
	expect(rounds).toBeGreaterThan(1);
	const { phase, failure } = (await door.ask("/api/v1/migrations/panel")).json;
	expect([phase, failure]).toEqual(["finished", null]);

	expect(await wrongOf(mixed())).toEqual([]);
	// Moved, whoever the source failed at is answered by the target.
	const moved = await inTurn(bad, async path => (await door.ask(`${path}/links`, { key: null })).status);
	expect(moved.filter(status => status === 200).length).toBeGreaterThan(60);
}, 600_000);

/** Customers at whom Marzneshin fails: a name beyond Latin-1, or a last day in 9999. */
async function addBroken(count: number): Promise<void> {
	const numbers = Array.from({ length: count }, (_, number) => number);
	const token = await signedIn();
	const statuses = await inTurn(numbers, async number => {
		const user =
			number % 2 === 0
				? { username: `کاربر_${number}`, expire_strategy: "never" }
				: { username: `long_${number}`, expire_strategy: "fixed_date", expire_date: "9999-12-31T00:00:00" };
		const answer = await fetch(`${stage.source.url}/api/users`, {
			method: "POST",
			headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
			body: JSON.stringify({ ...user, service_ids: [1] })
		});
		return answer.status;
	});
	expect(new Set(statuses)).toEqual(new Set([200]));
}

async function linksOfAll(): Promise<string[]> {
	const headers = { authorization: `Bearer ${await signedIn()}` };
	const paths: string[] = [];
	for (let page = 1; ; page++) {
		const answer = await fetch(`${stage.source.url}/api/users?page=${page}&size=100&order_by=username`, { headers });
		const { items, pages } = (await answer.json()) as { items: { subscription_url: string }[]; pages: number };
		paths.push(...items.map(({ subscription_url }) => new URL(subscription_url, "http://x").pathname));
		if (page >= pages) return paths;
	}
}

async function signedIn(): Promise<string> {
	const body = new URLSearchParams({ username: "admin", password: "admin123" });
	const answer = await fetch(`${stage.source.url}/api/admins/token`, { method: "POST", body });
	return ((await answer.json()) as { access_token: string }).access_token;
}

/** Eight at a time, in order. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = Array(items.length);
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < items.length) {
			const index = next++;
			results[index] = await work(items[index] as T);
		}
	};
	await Promise.all(Array.from({ length: 8 }, worker));
	return results;
}
