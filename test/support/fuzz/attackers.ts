/**
 * Sixteen clients without a key that do their worst to a door, drawn from a seed: `attackers.ts URL SEED MS STATUSES`. They are
 * paced, so that they take the door's time and not the machine's. They go on for so long, and until they were answered with
 * each of the statuses: where others hold the cores, that takes longer. Says what was sent and how it was answered.
 */

import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [url, seed, lasts, statuses] = process.argv.slice(2) as [string, string, string, string];
const wanted = statuses.split(",").filter(status => status !== "");
const { hostname, port } = new URL(url);
const CLIENTS = 16;
/** Of one client. */
const MOST_SOCKETS = 60;
const [LEAST_PAUSE_MS, MOST_PAUSE_MS] = [5, 40];
const KiB = 1024;

/** mulberry32: the same numbers for the same seed. */
function numbers(from: number): () => number {
	let state = from;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** What a client draws from. */
interface Dice {
	/** Below `most`. */
	below(most: number): number;
	of<T>(choices: readonly T[]): T;
	text(length: number): string;
}
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
function dice(next: () => number): Dice {
	const below = (most: number): number => Math.floor(next() * most);
	return {
		below,
		of: choices => choices[below(choices.length)] as (typeof choices)[number],
		text: length => Array.from({ length }, () => LETTERS[below(LETTERS.length)]).join("")
	};
}

const counts: Record<string, number> = {};
const count = (what: string): void => {
	counts[what] = (counts[what] ?? 0) + 1;
};

const OPEN = ["/metrics", "/health/detailed", "/health", "/health/services", "/health/links", "/ready", "/", "/docs"];
const LARGE = ["/docs/swagger-ui-bundle.js", "/api/openapi.json", "/docs/losses"];
const TAKING = [
	"/api/v1/migrations/plan",
	"/api/v1/validate/users",
	"/api/v1/api-keys",
	"/import",
	"/nowhere",
	"/live"
];
const HOSTS = ["evil.example", "localhost.evil.example", "", "[::1", "127.0.0.1:99999", "a b", "sub.example.com"];
const METHODS = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "CONNECT", "get"];

const head = (method: string, path: string, ...headers: string[]): string =>
	[`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");
const repeated = (times: number, make: (n: number) => string): string =>
	Array.from({ length: times }, (_, n) => make(n)).join("");
const wrongKey = (by: Dice): string =>
	by.of([`X-API-Key: bny_${by.text(43)}`, `Authorization: Bearer ${by.text(20)}`, "X: y"]);

/** What one of them sends, and for how long it then holds its connection, in ms. */
interface Move {
	readonly bytes: string;
	readonly holdMs: number;
	/** It does not read what is answered. */
	readonly deaf?: boolean;
	/** How many connections send it. */
	readonly times?: number;
}
const JSONS: readonly ((by: Dice) => string)[] = [
	() => "[".repeat(KiB * KiB),
	() => `{${repeated(60_000, n => `"k${n}":0,`)}"z":0}`,
	() => `{"a":[${repeated(60_000, n => `{"k${n}":1},`)}0]}`,
	() => `{"document":"${"x".repeat(KiB * KiB - 20)}"}`,
	by => `{"a":${by.text(1)}${"1".repeat(500_000)}}`,
	() => `{"__proto__":{"a":[${"0,".repeat(500_000)}0]}}`
];
const large = JSONS.map(make => make(dice(numbers(1))));

const MOVES: Readonly<Record<string, (by: Dice) => Move>> = {
	"large JSON": by => {
		const body = by.of(large);
		const headers = ["Content-Type: application/json", `Content-Length: ${body.length}`, wrongKey(by)];
		return { bytes: head("POST", by.of(TAKING), ...headers) + body, holdMs: 500 };
	},
	"stalled bodies": by => ({
		bytes: `${head("POST", by.of(TAKING), "Content-Type: application/json", "Content-Length: 1000000", wrongKey(by))}${"x".repeat(by.below(64) * KiB)}`,
		holdMs: 500 + by.below(2_000),
		times: 1 + by.below(20)
	}),
	"tiny chunks": by => ({
		bytes: `${head("POST", by.of(TAKING), "Transfer-Encoding: chunked", wrongKey(by))}${"1\r\nx\r\n".repeat(by.below(10_000))}`,
		holdMs: 300
	}),
	pipelining: by => ({
		bytes: repeated(50 + by.below(1_500), () => head(by.of(["GET", "GET", "HEAD"]), by.of(OPEN))),
		holdMs: 500,
		deaf: by.below(2) === 0
	}),
	"large answers nobody reads": by => ({
		bytes: repeated(32, () => head("GET", by.of(LARGE))),
		holdMs: 500 + by.below(1_500),
		deaf: true,
		times: 1 + by.below(5)
	}),
	"wrong keys": by => ({
		bytes: repeated(20, () =>
			head("GET", by.of(["/api/v1/migrations", "/registry", "/health/detailed"]), wrongKey(by))
		),
		holdMs: 300,
		times: 1 + by.below(5)
	}),
	"guesses of links": by => ({
		bytes: repeated(20, () => head("GET", `/${by.of(["", "x/"])}sub/${by.text(1 + by.below(30))}/${by.text(32)}`)),
		holdMs: 300,
		times: 1 + by.below(5)
	}),
	hosts: by => ({
		bytes: repeated(20, () => head("GET", by.of(OPEN)).replace("Host: localhost", `Host: ${by.of(HOSTS)}`)),
		holdMs: 300
	}),
	"large heads": by => ({
		bytes: by.of([
			head("GET", "/live", `A: ${"a".repeat(31 * KiB)}`),
			head("GET", "/live", `A: ${"a".repeat(by.below(200) * KiB)}`),
			head("GET", "/live", ...Array.from({ length: 3_000 }, () => "A: b")),
			head("GET", "/live", `X-Forwarded-For: ${"1.1.1.1,".repeat(3_500)}1.1.1.1`),
			head("GET", `/health?${repeated(2_000, n => `a[${n}][b][c]=${n}&`)}`)
		]),
		holdMs: 300,
		times: 1 + by.below(10)
	}),
	"half-open connections": by => ({
		bytes: head("GET", "/metrics").slice(0, by.below(40)),
		holdMs: 1_000 + by.below(3_000),
		times: 1 + by.below(20)
	}),
	"metrics and health": by => ({ bytes: head("GET", by.of(OPEN)), holdMs: 300, times: 20 + by.below(40) }),
	methods: by => ({
		bytes: repeated(20, () =>
			head(by.of(METHODS), by.of([...OPEN, ...TAKING]), by.of(["Expect: 100-continue", "Upgrade: h2c", "X: y"]))
		),
		holdMs: 300
	}),
	noise: by => ({ bytes: repeated(by.below(4_000), () => String.fromCharCode(by.below(256))), holdMs: 300 })
};
const NAMES = Object.keys(MOVES);

const statusesIn = (text: string): void => {
	for (const [, status] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) count(`answered ${status}`);
};

/** One connection that sends it, and is gone when it has held on for as long as it wanted: now and then without a word. */
function send(from: string, { bytes, holdMs, deaf }: Move, abrupt: boolean): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const socket: Socket = connect({ host: hostname, port: Number(port), localAddress: from });
	const timer = setTimeout(() => (abrupt ? socket.resetAndDestroy() : socket.destroy()), holdMs);
	socket.on("connect", () => socket.write(bytes, "latin1"));
	if (!deaf) socket.on("data", (chunk: Buffer) => statusesIn(chunk.toString("latin1")));
	socket.on("error", () => undefined);
	socket.on("close", () => {
		clearTimeout(timer);
		resolve();
	});
	return promise;
}

/** Once nothing more comes of it, in ms. */
const LONGEST_MS = 180_000;
const isSeen = (): boolean => wanted.every(status => counts[`answered ${status}`] !== undefined);
const goesOn = (began: number): boolean => {
	const took = performance.now() - began;
	return took < Number(lasts) || (took < LONGEST_MS && !isSeen());
};

async function client(index: number, began: number): Promise<void> {
	const by = dice(numbers(Number(seed) * CLIENTS + index));
	// Half of them are behind one address.
	const from = `127.0.1.${index % 2 ? 1 : index + 2}`;
	const open = new Set<Promise<void>>();
	while (goesOn(began)) {
		const name = by.of(NAMES);
		const move = (MOVES[name] as (by: Dice) => Move)(by);
		count(name);
		for (let times = move.times ?? 1; times > 0 && open.size < MOST_SOCKETS; times--) {
			const sent = send(from, move, by.below(4) === 0).finally(() => open.delete(sent));
			open.add(sent);
		}
		await sleep(LEAST_PAUSE_MS + by.below(MOST_PAUSE_MS - LEAST_PAUSE_MS));
	}
	await Promise.all(open);
}

async function main(): Promise<void> {
	const began = performance.now();
	await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index, began)));
	process.stdout.write(JSON.stringify(counts));
}
void main();
