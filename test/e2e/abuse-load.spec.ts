/** Many at once: equal requests under one key, streams that vanish, a server that is told to stop, and those who guess links. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Asked, type Door, eventsOf, openDoor, type Said } from "../support/door";
import { until } from "../support/until";

const folders: string[] = [];
const folder = (): string => {
	folders.push(mkdtempSync(join(tmpdir(), "banyan-load-")));
	return folders.at(-1) as string;
};
afterAll(() => {
	for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const making = (name: string, key: string): Asked => ({
	method: "POST",
	body: { name, scopes: ["migration:read"] },
	headers: { "idempotency-key": key }
});
const make = (door: Door, name: string, key: string): Promise<Answer> =>
	door.ask("/api/v1/api-keys", making(name, key));
const made = async (door: Door): Promise<string[]> =>
	(await door.ask("/api/v1/api-keys")).json.map(({ name }: Said) => name as string);
const times = (list: readonly string[], name: string): number => list.filter(each => each === name).length;

describe("a request that is sent again under its key", () => {
	const data = folder();
	let door: Door;
	beforeAll(async () => {
		door = await openDoor(data);
	});
	afterAll(() => door[Symbol.asyncDispose]());

	it("has one effect however many come at once; they get its answer, or are told to wait", async () => {
		const answers = await Promise.all(Array.from({ length: 100 }, () => make(door, "hundred", "k1")));
		expect(times(await made(door), "hundred")).toBe(1);
		const first = answers.filter(({ status, headers }) => status === 201 && !headers.has("idempotency-replayed"));
		const replayed = answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true");
		const waiting = answers.filter(({ status }) => status === 409);
		expect(first).toHaveLength(1);
		expect(first.length + replayed.length + waiting.length).toBe(100);
		for (const { status, text, headers } of replayed)
			expect([status, text, headers.get("location")]).toEqual([201, first[0]?.text, first[0]?.headers.get("location")]);
		for (const { json } of waiting) expect(json.code).toBe("IDEMPOTENCY_RUNNING");
		expect((await make(door, "hundred", "k1")).text).toBe(first[0]?.text);
	});

	it("is another request where its body, its address or its caller is another", async () => {
		expect((await make(door, "other body", "k1")).json).toMatchObject({ status: 422, code: "IDEMPOTENCY_REUSED" });
		const elsewhere = await door.ask("/api/v1/migrations/x/pause", { ...making("hundred", "k1"), body: {} });
		expect(elsewhere.json).toMatchObject({ status: 422, code: "IDEMPOTENCY_REUSED" });
		const scopes = ["keys:manage"];
		const { json } = await door.ask("/api/v1/api-keys", { method: "POST", body: { name: "second client", scopes } });
		const own = await door.ask("/api/v1/api-keys", { ...making("hundred", "k1"), key: json.key });
		expect([own.status, own.headers.has("idempotency-replayed")]).toEqual([201, false]);
		expect(times(await made(door), "hundred")).toBe(2);
		expect(times(await made(door), "other body")).toBe(0);
	});

	it("is answered as the first time where that was refused, and keys that are none are refused", async () => {
		const bad = { ...making("x", "k2"), body: { name: "" } };
		const [first, second] = [await door.ask("/api/v1/api-keys", bad), await door.ask("/api/v1/api-keys", bad)];
		expect([second.status, second.text, second.headers.get("idempotency-replayed")]).toEqual([422, first.text, "true"]);
		expect(second.headers.get("content-type")).toBe(first.headers.get("content-type"));
		for (const key of ["", " ", "x".repeat(256), "a b", 'a"b', "\u00e4"])
			expect([key, (await make(door, "never", key)).status]).toEqual([key, 400]);
		expect(times(await made(door), "never")).toBe(0);
	});

	/** Many at once, to a server that is killed where the sixth had its effect and its answer is not kept; started anew, all of them again. */
	const killed = async (names: readonly string[]) => {
		await door[Symbol.asyncDispose]();
		door = await openDoor(data, { FAILPOINT: "unsaid@6=kill" });
		const told = await Promise.all(
			names.map(name =>
				make(door, name, name).then(
					({ text }) => text,
					() => null
				)
			)
		);
		door = await openDoor(data);
		const stood = await made(door);
		const again = await Promise.all(names.map(name => make(door, name, name)));
		const now = await made(door);
		return names.map((name, index) => ({
			told: told[index] as string | null,
			again: again[index] as Answer,
			stood: times(stood, name),
			now: times(now, name)
		}));
	};

	/** Of a request that was sent before and after the kill. */
	type Sent = Awaited<ReturnType<typeof killed>>[number];
	/** Done, and as it was told before; or nobody knows, and it stands as it stood. */
	const isRight = ({ again, told, now, stood }: Sent): boolean =>
		again.status === 201
			? now === 1 && (told === null || told === again.text)
			: again.status === 409 && told === null && now === stood;

	it("G5: has no second effect when the server is killed between the effect and the answer", async () => {
		const all = await killed(Array.from({ length: 60 }, (_, index) => `killed-${index}`));
		expect(all.filter(each => !isRight(each))).toEqual([]);
		expect(all.filter(({ told, stood }) => told === null && stood === 1).length).toBeGreaterThan(0);
	});
});

describe("live streams", () => {
	let stage: Stage;
	let door: Door;
	beforeAll(async () => {
		stage = await openStage();
		door = await openDoor(stage.folder, { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" });
		const document = readFileSync(stage.definition, "utf8");
		expect((await door.ask("/api/v1/migrations/plan", { method: "POST", body: { document } })).status).toBe(200);
		expect(await start()).toBe(202);
	});
	afterAll(async () => {
		await door[Symbol.asyncDispose]();
		await stage[Symbol.asyncDispose]();
	});

	/** One more record; there is more to read of it afterwards. */
	const start = async (): Promise<number> => {
		const { status } = await door.ask("/api/v1/migrations/panel/start", { method: "POST", body: { limit: 1 } });
		await until(async () => (await door.ask("/api/v1/migrations/panel")).json.running === false);
		return status;
	};
	/** What the server has open. */
	const handles = (): number => readdirSync(`/proc/${door.node.pid}/fd`).length;
	/** A client that has read the first piece, and will vanish. */
	const follow = (): Promise<() => void> =>
		new Promise((resolve, reject) => {
			const headers = { accept: "text/event-stream", "x-api-key": door.key };
			const req = request(`${door.url}/api/v1/migrations/panel/logs`, { headers }, res => {
				res.on("error", () => undefined);
				res.once("data", () => resolve(() => req.destroy()));
			});
			req.on("error", reject);
			req.end();
		});

	it("that vanish leave nothing behind", async () => {
		const before = handles();
		for (let round = 0; round < 3; round++) {
			const streams = await Promise.all(Array.from({ length: 50 }, follow));
			for (const vanish of streams) vanish();
		}
		await until(() => handles() - before < 10);
		expect(door.node.log()).not.toMatch(/MaxListeners|"level":"(?:error|fatal)"/);
	});

	it("wait as often as they like, and the server ends with them open: soon, with their ends told, and well", async () => {
		const streams = await Promise.all(Array.from({ length: 20 }, follow));
		const ends = eventsOf(door, "/api/v1/migrations/panel/logs");
		let heard = 0;
		const ended = (async () => {
			for await (const { event } of ends) if (event === "status") heard++;
		})();
		// Each of these wakes every stream; more often than an emitter takes listeners without a warning.
		for (let index = 0; index < 60 && heard < 13; index++) expect(await start()).toBe(202);
		expect(heard).toBeGreaterThan(12);
		const began = performance.now();
		expect(await door.node.stop()).toBe(0);
		expect(performance.now() - began).toBeLessThan(15_000);
		await ended;
		expect(door.node.log()).not.toMatch(/MaxListeners|"level":"(?:error|fatal)"/);
		for (const vanish of streams) vanish();
	});
});

describe("a server that is told to stop under load", () => {
	interface Load {
		readonly door: Door;
		readonly agent: Agent;
		readonly statuses: Record<string, number>;
		/** Sent over a connection that was taken, and never answered. */
		readonly lost: string[];
		/** The names of what was made, as it was answered. */
		readonly effects: string[];
	}
	/** Over a connection that is kept while the server keeps it. @returns its status, or the code of an error */
	const ask = ({ door, agent }: Load, path: string, name?: string): Promise<number | string> =>
		new Promise(resolve => {
			const headers = { "x-api-key": door.key, ...(name !== undefined && { "content-type": "application/json" }) };
			const method = name === undefined ? "GET" : "POST";
			const req = request(door.url + path, { agent, method, headers }, res => {
				res.resume();
				res.on("end", () => resolve(res.statusCode as number));
				res.on("error", error => resolve(error.message));
			});
			req.on("error", error => resolve((error as NodeJS.ErrnoException).code ?? error.message));
			req.end(name === undefined ? undefined : JSON.stringify({ name, scopes: ["migration:read"] }));
		});
	/** False once connections are refused: such a request was never taken. */
	const one = async (load: Load, index: number): Promise<boolean> => {
		const name = index % 50 === 0 ? `load-${index}` : undefined;
		const said = await ask(load, name === undefined ? "/api/v1/migrations" : "/api/v1/api-keys", name);
		if (said === "ECONNREFUSED") return false;
		if (typeof said === "string") load.lost.push(said);
		else load.statuses[said] = (load.statuses[said] ?? 0) + 1;
		if (said === 201) load.effects.push(name as string);
		return true;
	};

	it("answers every request that it took, of ten thousand, then ends well", async () => {
		const data = folder();
		const door = await openDoor(data);
		const agent = new Agent({ keepAlive: true, maxSockets: 24 });
		const load: Load = { door, agent, statuses: {}, lost: [], effects: [] };
		let sent = 0;
		let stopped: Promise<number | null> | undefined;
		const caller = async (): Promise<void> => {
			do {
				// While the last thousand of them are on their way.
				if (sent === 9_000) stopped = door.node.stop();
			} while (sent < 10_000 && (await one(load, sent++)));
		};
		await Promise.all(Array.from({ length: 24 }, caller));
		expect(await (stopped as unknown as Promise<number | null>)).toBe(0);
		agent.destroy();
		expect([load.lost, Object.keys(load.statuses).sort()]).toEqual([[], ["200", "201"]]);
		expect(door.node.log()).not.toMatch(/"level":"(?:error|fatal)"/);
		await using anew = await door.again();
		expect((await made(anew)).filter(name => name !== "the first one").sort()).toEqual([...load.effects].sort());
	});
});

describe("old links", () => {
	let stage: Stage;
	let good: string;
	const secrets = { SOURCE_PASSWORD: "admin123", TARGET_PASSWORD: "admin123" };
	beforeAll(async () => {
		stage = await openStage();
		const form = new URLSearchParams({ username: "admin", password: "admin123" });
		const login = await fetch(`${stage.source.url}/api/admins/token`, { method: "POST", body: form });
		const { access_token } = (await login.json()) as { access_token: string };
		const users = await fetch(`${stage.source.url}/api/users?page=1&size=20`, {
			headers: { authorization: `Bearer ${access_token}` }
		});
		const paths = ((await users.json()) as Said).items.map(
			(user: Said) => new URL(user.subscription_url, "http://x").pathname
		);
		for (const path of paths)
			if ((await fetch(`${stage.source.url}${path}/links`)).status === 200) good = `${path}/links`;
	});
	afterAll(() => stage[Symbol.asyncDispose]());

	const planned = async (environment: Record<string, string> = {}): Promise<Door> => {
		const door = await openDoor(folder(), { ...secrets, ...environment });
		const document = readFileSync(stage.definition, "utf8");
		expect((await door.ask("/api/v1/migrations/plan", { method: "POST", body: { document } })).status).toBe(200);
		return door;
	};
	let guesses = 0;
	const guess = async (door: Door, headers: Record<string, string>): Promise<number> =>
		(await door.ask(`/sub/user${guesses++}/${"a".repeat(32)}`, { key: null, headers })).status;
	const guessAll = async (door: Door, headers: Record<string, string>): Promise<number[]> => {
		const statuses: number[] = [];
		for (let index = 0; index < 40; index++) statuses.push(await guess(door, headers));
		return statuses;
	};

	it("slow down who guesses, not who has one behind the same address; a made-up address does not help", async () => {
		await using door = await planned();
		expect((await door.ask(good, { key: null })).status).toBe(200);
		const statuses: number[] = [];
		for (let index = 0; index < 40; index++)
			statuses.push(
				await guess(door, { "x-forwarded-for": `198.51.100.${index}`, forwarded: `for=198.51.100.${index}` })
			);
		expect(statuses.slice(0, 25)).toEqual(Array(25).fill(404));
		expect(statuses.slice(-3)).toEqual([429, 429, 429]);
		expect((await door.ask(good, { key: null })).status).toBe(200);
		const refused = await door.ask(`/sub/user0/${"b".repeat(32)}`, { key: null });
		expect(refused.json).toMatchObject({ code: "THROTTLED", status: 429 });
		expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
	});

	it("count the client's address where a proxy of ours says it: the rightmost, by its network", async () => {
		await using door = await planned({ GATEWAY_TRUSTED_PROXIES: "loopback" });
		expect((await guessAll(door, { "x-forwarded-for": "203.0.113.1, 198.51.100.1" })).slice(-1)).toEqual([429]);
		// What stands left of it is the client's own invention.
		expect(await guess(door, { "x-forwarded-for": "192.0.2.77, 198.51.100.1" })).toBe(429);
		expect(await guess(door, { forwarded: "for=198.51.100.1" })).toBe(429);
		expect(await guess(door, { "x-forwarded-for": "203.0.113.1" })).toBe(404);
		expect(await guess(door, {})).toBe(404);
		expect((await guessAll(door, { "x-forwarded-for": "2001:db8:1:2::1" })).slice(-1)).toEqual([429]);
		expect(await guess(door, { "x-forwarded-for": "[2001:db8:1:2:ffff::9]:4711" })).toBe(429);
		expect(await guess(door, { "x-forwarded-for": "2001:db8:1:3::1" })).toBe(404);
	});

	it("with a body are refused, and the panel hears nothing of them", async () => {
		await using door = await planned();
		const before = JSON.stringify(stage.source.requests);
		for (const headers of [{ "content-length": "5" }, { "transfer-encoding": "chunked" }]) {
			const answer = await new Promise<number>((resolve, reject) => {
				const req = request(door.url + good, { method: "GET", headers }, res => {
					res.resume();
					resolve(res.statusCode as number);
				});
				req.on("error", reject);
				req.end("hello");
			});
			expect(answer).toBe(400);
		}
		expect(JSON.stringify(stage.source.requests)).toBe(before);
	});
});
