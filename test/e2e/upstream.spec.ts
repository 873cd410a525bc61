/**
 * What panels say when they do not say whether a link is good, on both sides and in every kind of format; and that one
 * customer's broken record is nobody else's (L28, L29).
 */

import { readFileSync } from "node:fs";
import { openStage, type Stage } from "../support/banyan";
import { type Answer, type Asked, type Door, moveSome, openDoor } from "../support/door";
import { COMPRESSED, type Front, openFront, type Says, says, UNKNOWN } from "../support/fronts";

let stage: Stage;
let source: Front;
let target: Front;
let door: Door;
/** Paths of links: of customers who were moved, and who were not. */
let moved: string[];
let left: string[];
const MOVED = 12;
/** What silence costs whoever asks for it. */
const SILENCE_MS = 5_000;

beforeAll(async () => {
	// Marzban's own default: links from its root on.
	stage = await openStage({ target: { subscriptionPrefix: "" } });
	[source, target] = [await openFront(stage.source.url), await openFront(stage.target.url)];
	door = await openDoor(stage.folder, {
		SOURCE_PASSWORD: "admin123",
		TARGET_PASSWORD: "admin123",
		GATEWAY_TRUSTED_PROXIES: "loopback",
		LINK_TIMEOUT: String(SILENCE_MS)
	});
	const definition = JSON.parse(readFileSync(stage.definition, "utf8"));
	definition.source.url = source.origin;
	definition.target.url = target.origin;
	await moveSome(door, definition, MOVED);
	const page = await door.ask("/api/v1/migrations/panel/links");
	moved = page.json.lines.map(({ path }: { path: string }) => path);
	left = await goodOnes(moved);
});
afterAll(async () => {
	await door?.[Symbol.asyncDispose]();
	await Promise.all([source?.close(), target?.close()]);
	await stage?.[Symbol.asyncDispose]();
});
afterEach(() => {
	source?.say(() => false);
	target?.say(() => false);
});

async function goodOnes(without: readonly string[]): Promise<string[]> {
	const form = new URLSearchParams({ username: "admin", password: "admin123" });
	const login = await fetch(`${stage.source.url}/api/admins/token`, { method: "POST", body: form });
	const { access_token } = (await login.json()) as { access_token: string };
	const list = await fetch(`${stage.source.url}/api/users?page=9&size=100`, {
		headers: { authorization: `Bearer ${access_token}` }
	});
	const { items } = (await list.json()) as { items: { subscription_url: string }[] };
	const paths = items.map(({ subscription_url }) => new URL(subscription_url, "http://x").pathname);
	const answers = await Promise.all(
		paths.map(async path => (await fetch(`${stage.source.url}${path}/links`)).status === 200 && !without.includes(path))
	);
	return paths.filter((_, index) => answers[index]).slice(0, 40);
}

let network = 0;
/** A customer from a network of their own, so that nobody's guesses are theirs. */
const from = (): Record<string, string> => ({ "x-forwarded-for": `198.51.${(++network >> 8) & 255}.${network & 255}` });
const get = (path: string, { headers = {}, ...asked }: Asked = {}): Promise<Answer> =>
	door.ask(path, { key: null, ...asked, headers: { "user-agent": "v2rayNG/1.9", ...headers } });

const SIDES = [
	{ side: "source", front: () => source, path: () => left[0] as string },
	{ side: "target", front: () => target, path: () => moved[0] as string }
] as const;
const FORMATS = ["", "/links", "/v2ray", "/sing-box", "/info", "/usage?start=2026-01-01T00:00:00"];

describe.each(SIDES)("what the $side says", ({ front, path }) => {
	it.each(Object.entries(UNKNOWN))("is not known for %s: 503, in every format", async (_, unknown) => {
		front().say(unknown);
		for (const method of ["GET", "HEAD"]) {
			for (const format of FORMATS) {
				const { status, headers, text } = await get(path() + format, { method, headers: from() });
				expect([format, status]).toEqual([format, 503]);
				expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
				if (method === "GET") expect(JSON.parse(text).code).toBe("UNAVAILABLE");
			}
		}
		front().say(() => false);
		expect((await get(`${path()}/links`)).status).toBe(200);
	});

	it("is never counted as a guess", async () => {
		const one = from();
		front().say(says.status(403));
		for (let asked = 0; asked < 40; asked++) expect((await get(path(), { headers: one })).status).toBe(503);
		front().say(() => false);
		expect((await get(`${path()}/links`, { headers: one })).status).toBe(200);
	});

	it.each([404, 410])("is absence for %i", async status => {
		front().say(says.status(status, { "content-type": "application/json" }, '{"detail":"Not Found"}'));
		expect((await get(path(), { headers: from() })).status).toBe(404);
	});

	it.each([
		["5", "5"],
		["86400", "300"],
		["never", "10"]
	])("says when to ask again, within reason: %s", async (said, heard) => {
		front().say(says.status(429, { "retry-after": said }));
		expect((await get(path(), { headers: from() })).headers.get("retry-after")).toBe(heard);
	});

	it.each(Object.entries(COMPRESSED))(
		"is read when it comes as %s, which nobody asked for",
		async (coding, compress) => {
			const links = "vless://a@b:1#é\n".repeat(200);
			const encoded = Buffer.from(links).toString("base64");
			for (const [format, said] of [
				["/v2ray", encoded],
				["/links", front() === target ? encoded : links]
			] as const) {
				front().say((_, res) => {
					const body = compress(said);
					res.writeHead(200, { "content-type": "text/plain", "content-encoding": coding, etag: '"1"' }).end(body);
					return true;
				});
				const answer = await get(path() + format, { headers: { "accept-encoding": "identity" } });
				expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"1"']);
				expect(answer.headers.get("content-encoding") ?? "identity").toBe("identity");
				expect(answer.text).toBe(format === "/links" ? links : encoded);
				const length = answer.headers.get("content-length");
				const head = await get(path() + format, { method: "HEAD" });
				expect([head.status, head.headers.get("content-length"), head.text]).toEqual([200, length, ""]);
			}
		}
	);

	it("goes on with the client's parameters, all of them, as they are", async () => {
		const query = "start=2026-01-01T00%3A00%3A00&end=&start=x&flag";
		front().say(says.status(200, { "content-type": "application/json" }, "{}"));
		const { status } = await get(`${path()}/usage?${query}`);
		expect(status).toBe(200);
		expect(front().asked.at(-1)).toMatch(/\/usage\?/);
		expect(front().asked.at(-1)?.split("?")[1]).toBe(query);
	});

	it("is 'not modified' for who has a copy", async () => {
		front().say((req, res) => {
			res.writeHead(req.headers["if-none-match"] === '"1"' ? 304 : 200, { etag: '"1"', "content-type": "text/plain" });
			res.end();
			return true;
		});
		for (const format of ["", "/links"])
			expect((await get(path() + format, { headers: { "if-none-match": '"1"' } })).status).toBe(304);
	});

	it("is followed where it is only a slash that is missing, and nowhere else", async () => {
		front().say((req, res) => {
			const [path = "", query] = (req.url ?? "").split("?");
			if (path.endsWith("/")) return says.status(200, {}, "dmxlc3M6Ly9h")(req, res);
			res.writeHead(307, { location: `http://${req.headers.host}${path}/${query ? `?${query}` : ""}` }).end();
			return true;
		});
		expect((await get(`${path()}?a=1`)).status).toBe(200);
		expect(front().asked.at(-1)).toMatch(/\/\?a=1$/);
	});

	it("reaches a browser as a page, and with names of Latin-1 in its headers", async () => {
		front().say((_, res) => {
			const head = [
				"HTTP/1.1 200 OK",
				"content-type: text/html",
				"content-length: 6",
				'content-disposition: attachment; filename="josé"'
			];
			res.socket?.end(Buffer.from(`${head.join("\r\n")}\r\nconnection: close\r\n\r\n<html>`, "latin1"));
			return true;
		});
		const answer = await get(path(), { headers: { accept: "text/html,*/*" } });
		expect([answer.status, answer.text]).toEqual([200, "<html>"]);
		expect(answer.headers.get("content-disposition")).toBe('attachment; filename="josé"');
	});

	it("that breaks off after its head was given on is cut off, never said to be whole", async () => {
		front().say((_, res) => {
			res.writeHead(200, { "content-type": "text/plain" });
			// More than is held back.
			res.write("x".repeat(2_000_000), () => setTimeout(() => res.socket?.resetAndDestroy(), 50));
			return true;
		});
		await expect(get(`${path()}/v2ray`)).rejects.toThrow();
		front().say(() => false);
		expect((await get(`${path()}/links`)).status).toBe(200);
	});

	it("silence to one, however often that link is asked for,, leaves room for all others", async () => {
		const paths = front() === source ? left : moved;
		await get(`${paths[0]}/links`);
		const silent = (front().asked.at(-1) as string).split("/").slice(0, -1).join("/");
		front().say(req => req.url?.includes(silent) ?? false);
		const gone = new AbortController();
		const before = front().asked.length;
		const waiting = Array.from({ length: 90 }, () =>
			fetch(`${door.url}${paths[0]}/links`, { signal: gone.signal }).catch(() => undefined)
		);
		// Until they have taken what they get.
		while (front().asked.length - before < 16) await new Promise(resolve => setTimeout(resolve, 20));
		const good = await Promise.all(paths.slice(1, 11).map(path => get(`${path}/links`)));
		expect(good.map(({ status }) => status)).toEqual(good.map(() => 200));
		const taken = front()
			.asked.slice(before)
			.filter(path => path.includes(silent));
		expect(taken).toHaveLength(16);
		gone.abort();
		await Promise.all(waiting);
	});

	it("to one is nothing to another: 500s, resets, halves and silence leave all the others answered", async () => {
		const paths = front() === source ? left : moved;
		const poisons = [
			says.failing,
			...["a reset", "half of an answer", "403", "502"].map(name => UNKNOWN[name] as Says)
		];
		const silent: Says = () => true;
		const good = paths.slice(2);
		const bad = new Map<string, Says>();
		front().say((req, res) => {
			const url = req.url as string;
			return [...bad].find(([key]) => url.includes(key))?.[1](req, res) ?? false;
		});
		// What each of the poisoned customers is known by on this side.
		const keyOf = async (path: string): Promise<string> => {
			await get(`${path}/links`);
			return (front().asked.at(-1) as string).split("/").slice(0, -1).join("/");
		};
		const keys = [await keyOf(paths[0] as string), await keyOf(paths[1] as string)];
		bad.set(keys[1] as string, silent);
		const asked = Array.from({ length: 300 }, (_, index) => async () => {
			const isBad = index % 2 === 0;
			bad.set(keys[0] as string, poisons[(index / 2) % poisons.length] ?? says.failing);
			const { status } = await get(`${isBad ? paths[0] : good[index % good.length]}/links`);
			return { isBad, status };
		});
		const silence = [get(`${paths[1]}/links`), get(`${paths[1]}/links`)];
		const answers = await atOnce(8, asked);
		expect(answers.filter(({ isBad, status }) => !isBad && status !== 200)).toEqual([]);
		expect(answers.filter(({ isBad, status }) => isBad && status === 404)).toEqual([]);
		expect((await Promise.all(silence)).map(({ status }) => status)).toEqual([503, 503]);
	});
});

/** So many at a time, each as soon as there is room. */
async function atOnce<T>(most: number, works: readonly (() => Promise<T>)[]): Promise<T[]> {
	const results: T[] = [];
	const waiting = [...works];
	const worker = async (): Promise<void> => {
		for (let work = waiting.shift(); work; work = waiting.shift()) results.push(await work());
	};
	await Promise.all(Array.from({ length: most }, worker));
	return results;
}
