/**
 * (s) Logins by password over HTTP, and what others wait for meanwhile, against argon2id alone at the same parameters; and a
 * flood of five times as many as can be hashed (A5).
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { openPart, part, type Server } from "./children";
import { type Figure, median, mustBe, perSecond, say, scaled } from "./figures";
import { LIMITED } from "./limits";
import { cpuOf, rssOf } from "./load";
import { built } from "./product";

const ROUNDS = 5;
/** As many as hash at once, and as many wait beside them. */
const SLOTS = 2;
const AT_ONCE = 4;
const PEOPLE = 64;
const LOGINS = scaled(200);
const PASSWORD = "eight wild swans";
const [GOAL, OTHERS_MS] = [0.9, 50];
const PING_MS = 10;
/** Times what can be hashed, for so long. */
const [FLOOD, FLOOD_MS] = [5, scaled(10_000)];
/** What argon2id takes for one password. */
const MEMORY_MB = 19;

interface Round {
	/** A second. */
	readonly logins: number;
	readonly hashes: number;
	/** Of the server, in ms a login. */
	readonly cpuMs: number;
	/** Of a request beside them, in ms. */
	readonly others: readonly number[];
}

export async function loginsRows(): Promise<Figure[]> {
	await using server = await openPart("logging-in", []);
	const pool = new Pool(server.url, { connections: AT_ONCE, pipelining: 1 });
	const rounds: Round[] = [];
	let flooding: Flooding;
	try {
		await signedIn(pool, LOGINS / 5);
		for (let round = 1; round <= ROUNDS; round++) {
			rounds.push({ hashes: await part<number>("hashing", []), ...(await flooded(server, pool)) });
			say(`(s) ${perSecond(rounds.at(-1)?.logins ?? 0)}, ${perSecond(rounds.at(-1)?.hashes ?? 0)} alone`);
		}
		flooding = await flood(server, FLOOD * of(rounds, "hashes"));
	} finally {
		await pool.destroy();
	}
	return [loginsFigure(rounds), othersFigure(rounds), floodFigure(flooding), memoryFigure(flooding)];
}

const of = (rounds: readonly Round[], what: "logins" | "hashes" | "cpuMs"): number =>
	median(rounds.map(each => each[what]));

function loginsFigure(rounds: readonly Round[]): Figure {
	const [measured, peer] = [of(rounds, "logins"), of(rounds, "hashes")];
	return {
		row: "s",
		what: `logins by password, ${AT_ONCE} at once, ${SLOTS} hash at once, over HTTP, embedded, each session on disk before it is answered`,
		measured: perSecond(measured),
		peer: `${perSecond(peer)} argon2id alone (19 MiB, 2 passes) by node:crypto, ${SLOTS} at once`,
		ratio: measured / peer,
		goal: `≥ ${GOAL}`,
		met: measured / peer >= GOAL,
		note: `${of(rounds, "cpuMs").toFixed(1)} ms of CPU a login.`
	};
}

/** What so great a share of them was up to. */
function shares(figures: readonly number[]): (share: number) => number {
	const sorted = figures.toSorted((a, b) => a - b);
	return share => sorted[Math.floor(sorted.length * share)] ?? 0;
}

function othersFigure(rounds: readonly Round[]): Figure {
	const others = rounds.flatMap(each => each.others);
	const at = shares(others);
	return {
		row: "s",
		what: "a request beside them that reads what everybody may (/health), p95",
		measured: `${at(0.95).toFixed(1)} ms`,
		peer: "",
		ratio: null,
		goal: `< ${OTHERS_MS} ms`,
		met: at(0.95) < OTHERS_MS,
		note: `Median ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, of ${others.length}.`
	};
}

interface Flooding {
	readonly asked: number;
	readonly signedIn: number;
	/** Told to come again, and when. */
	readonly refused: number;
	readonly others: readonly number[];
	readonly grownMb: number;
}

/** All come when they come: nobody waits for another's answer. */
async function flood(server: Server, aSecond: number): Promise<Flooding> {
	const [over, beside] = [new AbortController(), new Pool(server.url, { connections: 2 })];
	const pool = new Pool(server.url, { connections: 256, pipelining: 1 });
	const before = rssOf(server.pid);
	const [pinging, growing] = [pings(beside, over.signal), highest(server.pid, over.signal)];
	const asked: Promise<number>[] = [];
	for (const began = performance.now(); performance.now() - began < FLOOD_MS; await sleep(1000 / aSecond))
		asked.push(signedInOrRefused(pool, addressOf(asked.length)));
	const statuses = await Promise.all(asked);
	over.abort();
	const [others, most] = await Promise.all([pinging, growing]);
	await Promise.all([pool.destroy(), beside.destroy()]);
	const came = statuses.filter(status => status === 200).length;
	const refused = statuses.length - came;
	return { asked: statuses.length, signedIn: came, refused, others, grownMb: (most - before) / 2 ** 20 };
}

async function signedInOrRefused(pool: Pool, email: string): Promise<number> {
	const { statusCode, headers, body } = await pool.request(login(email));
	await body.dump();
	if (statusCode === 200) return statusCode;
	mustBe("a status of a flood", Number([429, 503].includes(statusCode)), 1);
	mustBe("Retry-After of a refusal", Number(Number(headers["retry-after"]) > 0), 1);
	return statusCode;
}

async function highest(pid: number, over: AbortSignal): Promise<number> {
	let most = 0;
	for (; !over.aborted; await sleep(50)) most = Math.max(most, rssOf(pid));
	return most;
}

function floodFigure({ asked, signedIn, refused, others }: Flooding): Figure {
	const at = shares(others);
	return {
		row: "s",
		what: `/health beside a flood of ${FLOOD} times as many logins as can be hashed, p99`,
		measured: `${at(0.99).toFixed(1)} ms`,
		peer: "",
		ratio: null,
		goal: `< ${OTHERS_MS} ms`,
		met: at(0.99) < OTHERS_MS,
		note: `Of ${asked} logins ${signedIn} came in, ${refused} were told when to come again.`
	};
}

function memoryFigure({ grownMb }: Flooding): Figure {
	const most = SLOTS * MEMORY_MB;
	return {
		row: "s",
		what: "what the server's memory grows by in that flood",
		measured: `${grownMb.toFixed(0)} MB`,
		peer: "",
		ratio: null,
		goal: `≤ ${most} MB`,
		met: grownMb <= most,
		note: `${SLOTS} slots of ${MEMORY_MB} MiB.`
	};
}

async function flooded(server: Server, pool: Pool): Promise<Omit<Round, "hashes">> {
	const [over, beside] = [new AbortController(), new Pool(server.url, { connections: 2 })];
	const pinging = pings(beside, over.signal);
	const [cpu, began] = [cpuOf(server.pid), performance.now()];
	await signedIn(pool, LOGINS);
	const [spent, ms] = [cpuOf(server.pid) - cpu, performance.now() - began];
	over.abort();
	const others = await pinging;
	await beside.destroy();
	return { logins: (LOGINS / ms) * 1000, cpuMs: (spent / LOGINS) * 1000, others };
}

/** How long each request took, one after the other. */
async function pings(pool: Pool, over: AbortSignal): Promise<number[]> {
	const took: number[] = [];
	while (!over.aborted) {
		const began = performance.now();
		const { statusCode, body } = await pool.request({ method: "GET", path: "/health" });
		await body.dump();
		mustBe("the status of /health", statusCode, 200);
		took.push(performance.now() - began);
		await sleep(PING_MS);
	}
	return took;
}

const login = (email: string) => ({
	method: "POST" as const,
	path: "/api/v1/auth/login",
	headers: { "content-type": "application/json" },
	body: JSON.stringify({ email, password: PASSWORD })
});
const addressOf = (nth: number): string => `person-${nth % PEOPLE}@example.com`;

async function signedIn(pool: Pool, logins: number): Promise<void> {
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < logins) {
			const answer = await pool.request(login(addressOf(next++)));
			await answer.body.dump();
			mustBe("the status of a login", answer.statusCode, 200);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Hashes alone, in a process of its own. @returns a second */
export async function hashing(): Promise<number> {
	const { hashed } = built<typeof import("../adapters/passwords/passwords")>("adapters/passwords/passwords");
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next++ < LOGINS) await hashed(PASSWORD);
	};
	await hashed(PASSWORD);
	const began = performance.now();
	await Promise.all(Array.from({ length: SLOTS }, worker));
	return (LOGINS / (performance.now() - began)) * 1000;
}

const SERVICES = "access,idempotency,auth,guesses,sessions,signing,mfa,passkeys,gateway";

/** A server whose people have passwords, in a process of its own: prints where it is, then stays. */
export async function loggingIn(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-bench-"));
	process.once("SIGTERM", () => {
		rmSync(folder, { recursive: true, force: true });
		process.exit(0);
	});
	const { openNode } = built<typeof import("../node")>("node");
	const { hashed } = built<typeof import("../adapters/passwords/passwords")>("adapters/passwords/passwords");
	const log = join(folder, "log");
	const settings = { DATA_DIR: folder, ...LIMITED, GATEWAY_PORT: "0", LOG_LEVEL: "info", PASSWORD_HASHES: `${SLOTS}` };
	const node = await openNode({ services: SERVICES.split(","), logFile: log }, settings);
	const password = await hashed(PASSWORD);
	const accounts = Array.from({ length: PEOPLE }, (_, nth) => ({ id: `${nth}`, email: addressOf(nth), password }));
	await node.call("auth.adoptAll", { migration: "bench", source: "bench", accounts });
	const url = /The gateway listens on (http:\S+?)\."/.exec(readFileSync(log, "utf8"))?.[1] ?? "";
	process.stdout.write(`${JSON.stringify({ url, key: "" })}\n`);
	await new Promise(() => undefined);
}
