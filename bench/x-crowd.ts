/**
 * (x) A crowd at one gateway: 10,000 clients stay connected and ask now and then, 1,000 more follow what happens. Requests come
 * when they come, at a steady rate, and what one waits counts from when it was due: nobody waits for another's answer.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import { openPart, part } from "./children";
import { type Figure, megabytes, mustBe, say, scaled, whole } from "./figures";
import { LIMITED } from "./limits";
import { cpuOf, rssOf } from "./load";
import { built } from "./product";

const [CLIENTS, FOLLOWERS, A_SECOND, SECONDS] = [scaled(10_000), scaled(1_000), scaled(2_000), 30];
const WARMING_MS = 3_000;
const [GOAL_MS, GOAL_LOST] = [100, 0.001];
/** Each has a line once in so many seconds. */
const TOPICS = 5;
/** Of one address. */
const EACH = 100;
const AT_ONCE = 64;
/** Nobody waits longer, in ms. */
const PATIENCE_MS = 10_000;
/** Beside connections: files of the server and of Node. */
const OTHER_FILES = 500;
const SERVICE = "bench";

interface Seen {
	/** Of each request, in ms. */
	readonly took: readonly number[];
	/** Each that was not answered with 200. */
	readonly lost: number;
	/** From what happened until a follower read it, in ms. */
	readonly news: readonly number[];
	/** Followers and clients whose connection was there at the end. */
	readonly connected: number;
	/** Of a core. */
	readonly generator: number;
	readonly server: number;
	readonly memory: number;
}

export async function crowdRows(): Promise<Figure[]> {
	mayHave(CLIENTS + FOLLOWERS + OTHER_FILES);
	await using server = await openPart("held", []);
	const seen = await part<Seen>("crowd", [server.url, server.key, String(server.pid)]);
	mustBe("connections that stayed", seen.connected, CLIENTS + FOLLOWERS);
	mustBe("lines that followers read, more than none", Number(seen.news.length > 0), 1);
	mustBe("requests that were sent", seen.took.length + seen.lost, A_SECOND * SECONDS);
	return figures(seen);
}

/** @throws where this shell lets no process have so many files */
function mayHave(files: number): void {
	const most = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "0";
	if (most === "unlimited" || Number(most) >= files) return;
	throw new Error(`A process may open ${most} files here, and ${files} are needed: say 'ulimit -n ${files}' before.`);
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.01 ? 3 : 0)} %`;

function figures({ took, lost, news, generator, server, memory }: Seen): Figure[] {
	const sorted = took.toSorted((a, b) => a - b);
	const heard = news.toSorted((a, b) => a - b);
	const share = lost / (took.length + lost);
	const [p95, soon] = [at(sorted, 0.95), at(heard, 0.95)];
	const cost = `Of a core: the server ${percent(server)}, who asks ${percent(generator)}, in one process, on the same cores.`;
	say(`(x) p95 ${p95.toFixed(1)} ms, ${lost} lost, news p95 ${soon.toFixed(1)} ms. ${cost}`);
	const of = { row: "x", peer: "", ratio: null };
	return [
		{
			...of,
			what: `${whole(CLIENTS)} clients connected, ${whole(A_SECOND)} requests a second by an API key, ${whole(FOLLOWERS)} more follow by server-sent events, one node with all: p95 of a request`,
			measured: `${p95.toFixed(1)} ms`,
			goal: `< ${GOAL_MS} ms`,
			met: p95 < GOAL_MS,
			note: `Median ${at(sorted, 0.5).toFixed(1)} ms, p99 ${at(sorted, 0.99).toFixed(1)} ms, at most ${at(sorted, 1).toFixed(0)} ms, of ${took.length} in ${SECONDS} s. ${cost} Memory of the server: ${megabytes(memory / 2 ** 20)}.`
		},
		{
			...of,
			what: "those that were not answered with 200",
			measured: percent(share),
			goal: `< ${percent(GOAL_LOST)}`,
			met: share < GOAL_LOST,
			note: `${lost} of ${took.length + lost}.`
		},
		{
			...of,
			what: "what happened, until who follows has read it, p95",
			measured: `${soon.toFixed(1)} ms`,
			goal: "",
			met: null,
			note: `${news.length} lines, some ${Math.round(news.length / SECONDS)} a second.`
		}
	];
}

/** Spread over addresses of the loopback, as clients are over networks. */
const addressOf = (nth: number): string => {
	const network = Math.floor(nth / EACH);
	return `127.0.${1 + Math.floor(network / 250)}.${1 + (network % 250)}`;
};

interface Place {
	readonly host: string;
	readonly port: number;
	readonly key: string;
}

function connected({ host, port }: Place, nth: number): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const socket = connect({ host, port, localAddress: addressOf(nth), noDelay: true });
		socket.once("connect", () => resolve(socket));
		socket.once("error", reject);
	});
}

/** So many, some at once. */
async function many<T>(count: number, make: (nth: number) => Promise<T>): Promise<T[]> {
	const all: T[] = [];
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < count) {
			const nth = next++;
			all[nth] = await make(nth);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return all;
}

/** A client that stays connected, and asks again once it was answered. */
class Client {
	private text = "";
	private answered: ((status: number) => void) | undefined;
	isThere = true;

	constructor(
		private readonly socket: Socket,
		private readonly request: string
	) {
		socket.setEncoding("latin1");
		socket.on("data", (chunk: string) => this.read(chunk));
		socket.on("error", () => undefined);
		socket.on("close", () => {
			this.isThere = false;
			this.settle(0);
		});
	}

	/** @returns the status; 0: none came */
	ask(): Promise<number> {
		if (!this.isThere || this.answered) return Promise.resolve(0);
		return new Promise(resolve => {
			const late = setTimeout(() => this.settle(0), PATIENCE_MS);
			this.answered = status => {
				clearTimeout(late);
				resolve(status);
			};
			this.socket.write(this.request);
		});
	}

	end(): void {
		this.socket.destroy();
	}

	private read(chunk: string): void {
		this.text += chunk;
		const head = this.text.indexOf("\r\n\r\n");
		if (head < 0) return;
		const length = Number(/content-length: (\d+)/i.exec(this.text.slice(0, head))?.[1] ?? Number.NaN);
		if (Number.isNaN(length)) this.end();
		if (!(this.text.length >= head + 4 + length)) return;
		const status = Number(this.text.slice(9, 12));
		this.text = "";
		this.settle(status);
	}

	private settle(status: number): void {
		const { answered } = this;
		this.answered = undefined;
		answered?.(status);
	}
}

const requestOf = ({ host, port, key }: Place, path: string, accept: string): string =>
	`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nX-API-Key: ${key}\r\nAccept: ${accept}\r\n\r\n`;

interface Follower {
	readonly isThere: () => boolean;
	readonly end: () => void;
}

/** Reads what happens, and when: each line says when it was told. */
async function followerOf(place: Place, nth: number, hear: (told: number) => void): Promise<Follower> {
	const socket = await connected(place, nth);
	const opened = Promise.withResolvers<void>();
	let isThere = true;
	socket.setEncoding("latin1");
	socket.on("error", () => undefined);
	socket.on("close", () => {
		isThere = false;
		opened.reject(new Error("A follower was not let in."));
	});
	socket.on("data", (chunk: string) => {
		if (chunk.startsWith("HTTP/1.1 200")) opened.resolve();
		for (const [, told] of chunk.matchAll(/"told":([\d.]+)/g)) hear(Number(told));
	});
	socket.write(requestOf(place, `/api/v1/${SERVICE}/news/topic-${nth % TOPICS}`, "text/event-stream"));
	await opened.promise;
	return { isThere: () => isThere, end: () => socket.destroy() };
}

/** All who ask, in a process of its own. */
export async function crowd([url, key, pid]: readonly string[]): Promise<Seen> {
	const { hostname: host, port } = new URL(String(url));
	const place: Place = { host, port: Number(port), key: String(key) };
	const news: number[] = [];
	let isMeasured = false;
	const hear = (told: number): void => void (isMeasured && news.push(now() - told));
	const followers = await many(FOLLOWERS, nth => followerOf(place, nth, hear));
	const request = requestOf(place, `/api/v1/${SERVICE}/echo/1`, "application/json");
	const clients = await many(CLIENTS, async nth => new Client(await connected(place, nth), request));
	// Each asks once before it is measured.
	await many(CLIENTS, nth => (clients[nth] as Client).ask());
	await sleep(WARMING_MS);
	isMeasured = true;
	const [own, others, began] = [process.cpuUsage(), cpuOf(Number(pid)), performance.now()];
	const { took, lost } = await steadily(clients);
	isMeasured = false;
	const seconds = (performance.now() - began) / 1000;
	const { user, system } = process.cpuUsage(own);
	const seen = {
		took,
		lost,
		news,
		connected: clients.filter(each => each.isThere).length + followers.filter(each => each.isThere()).length,
		generator: (user + system) / 1e6 / seconds,
		server: (cpuOf(Number(pid)) - others) / seconds,
		memory: rssOf(Number(pid))
	};
	for (const each of [...clients, ...followers]) each.end();
	return seen;
}

/** By a clock that both processes have. */
const now = (): number => performance.timeOrigin + performance.now();

/** At a steady rate, whoever answers when. */
async function steadily(clients: readonly Client[]): Promise<Pick<Seen, "took" | "lost">> {
	const [took, count] = [[] as number[], A_SECOND * SECONDS];
	let lost = 0;
	const asked: Promise<void>[] = [];
	const began = performance.now();
	const ask = async (nth: number): Promise<void> => {
		const due = began + (nth * 1000) / A_SECOND;
		const status = await (clients[nth % clients.length] as Client).ask();
		if (status === 200) took.push(performance.now() - due);
		else lost++;
	};
	while (asked.length < count) {
		const due = Math.min(count, Math.ceil(((performance.now() - began) * A_SECOND) / 1000));
		while (asked.length < due) asked.push(ask(asked.length));
		await sleep(1);
	}
	await Promise.all(asked);
	return { took, lost };
}

/** Of all that a deployment sets: who is many behind one key, and more connections than by itself. */
const SETTINGS = {
	GATEWAY_PORT: "0",
	LOG_LEVEL: "info",
	GATEWAY_CONNECTIONS: "20000",
	...LIMITED,
	STREAMS: "2000",
	STREAMS_EACH: "2000"
};

/** One node with a service that answers and tells; prints where it is, then stays. */
export async function held(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	process.once("SIGTERM", () => {
		rmSync(folder, { recursive: true, force: true });
		process.exit(0);
	});
	contracted();
	const { openNode } = built<typeof import("../node")>("node");
	const log = join(folder, "log");
	const services = ["access", "idempotency", "gateway"];
	const node = await openNode({ services, logFile: log }, { ...SETTINGS, DATA_DIR: folder });
	answers(node as unknown as ServiceBroker);
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(log, "utf8"))?.[1] ?? "";
	const key = readFileSync(join(folder, "api-key"), "utf8").trim();
	process.stdout.write(`${JSON.stringify({ url, key })}\n`);
	await new Promise(() => undefined);
}

const ANSWER = { id: "1", name: "somebody", status: "active", used: "7516192891", note: "x".repeat(260) };
const LINE = { id: "1", told: 1 };

function contracted(): void {
	const { CONTRACTS } = built<{ CONTRACTS: object[] }>("contracts/cluster");
	const { action, contract } = built<typeof import("../contracts/contract")>("contracts/contract");
	const echo = action({
		summary: "Answers at once.",
		permission: "nodes:read",
		rest: `GET /${SERVICE}/echo/:id`,
		params: { id: "string" },
		result: "object",
		example: { params: { id: "1" }, result: ANSWER }
	});
	const news = action({
		summary: "What happened.",
		permission: "nodes:read",
		rest: `GET /${SERVICE}/news/:name`,
		answers: ["json", "sse"],
		live: { wakes: "told", by: "name", line: "line" },
		params: { name: "string", after: "string|optional|nullable", limit: "number|optional|convert" },
		result: "object",
		example: { params: { name: "topic-1" }, result: { lines: [LINE], next: null } }
	});
	const events = { told: { name: "string" } } as const;
	CONTRACTS.push(contract("platform", SERVICE, { actions: { echo, news }, events }));
}

interface News {
	readonly params: { readonly name: string; readonly after?: string | null };
}

/** Each topic has a line a round: the newest alone is kept. */
function answers(node: ServiceBroker): void {
	const newest = new Map<string, { readonly id: string; readonly told: number }>();
	const news = async ({ params: { name, after } }: News): Promise<object> => {
		const line = newest.get(name);
		return { lines: line && line.id !== after ? [line] : [], next: null };
	};
	node.createService({
		name: SERVICE,
		actions: { echo: { params: { id: "string" }, handler: async () => ANSWER }, news }
	} as never);
	let round = 0;
	setInterval(() => {
		const name = `topic-${round++ % TOPICS}`;
		newest.set(name, { id: String(round), told: now() });
		void node.broadcast(`${SERVICE}.told`, { name });
	}, 1_000);
}
