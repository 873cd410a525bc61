/** Real servers for the tests: started on a free port of the loopback, stopped when their scope ends. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Those that this process gave away: two that ask at once, or a server that is away for a moment, never share one. */
const given = new Set<number>();
/** Below the range that the kernel gives away by itself, and below the product's own; each worker has a part for itself. */
const [FIRST, PART, PARTS] = [12_000, 1_000, 8];

/** A port that is free now, and that nobody else among the tests is given. */
export async function freePort(): Promise<number> {
	const first = FIRST + PART * (Number(process.env.JEST_WORKER_ID ?? 0) % PARTS);
	for (;;) {
		const port = first + Math.floor(Math.random() * PART);
		if (given.has(port)) continue;
		given.add(port);
		const server = createServer();
		const free = await new Promise<boolean>(resolve => {
			server.once("error", () => resolve(false));
			server.listen(port, "127.0.0.1", () => resolve(true));
		});
		await new Promise(resolve => server.close(resolve));
		if (free) return port;
	}
}

export interface Nats extends AsyncDisposable {
	readonly url: string;
	readonly pid: number;
	/** As the kernel would. */
	kill(): Promise<void>;
}

/** As `scripts/servers.sh` installs it. */
export const NATS_SERVER = join(__dirname, "..", "..", ".cache", "nats", "bin", "nats-server");

export async function startNats(more: readonly string[] = []): Promise<Nats> {
	const port = await freePort();
	const child = spawn(NATS_SERVER, ["--addr", "127.0.0.1", "--port", String(port), ...more], {
		stdio: ["ignore", "ignore", "pipe"]
	});
	const kill = async (): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill("SIGKILL");
		await once(child, "exit");
	};
	await new Promise<void>((resolve, reject) => {
		child.once("error", () => reject(new Error(`There is no ${NATS_SERVER}: run scripts/servers.sh.`)));
		child.once("exit", () => reject(new Error("nats-server did not start.")));
		child.stderr.on("data", (line: Buffer) => line.includes("Server is ready") && resolve());
	});
	return { url: `nats://127.0.0.1:${port}`, pid: child.pid as number, kill, [Symbol.asyncDispose]: kill };
}

const CACHE = join(__dirname, "..", "..", ".cache");

/** A server with a folder of its own, which is gone with its scope. */
export interface DataServer extends AsyncDisposable {
	readonly url: string;
	readonly port: number;
	/** As the kernel would. */
	kill(): Promise<void>;
	/** On the same port, with what it kept. @param more options, this time */
	again(more?: readonly string[]): Promise<void>;
	/** SIGSTOP and SIGCONT: it hears and answers nothing in between. */
	freeze(): void;
	thaw(): void;
}

interface Program {
	readonly command: string;
	readonly args: (port: number, folder: string) => readonly string[];
	readonly url: (port: number) => string;
	/** Where it listens already, but does not answer yet. */
	answers(port: number): Promise<boolean>;
}

/** A MongoDB-compatible server, as `scripts/servers.sh` installs it: a replica set of one. What it acknowledged is on disk. */
export const startMongo = (more: readonly string[] = []): Promise<DataServer> =>
	start({
		command: join(CACHE, "secantus", "bin", "secantusd-py"),
		args: (port, folder) => [
			...["--host", "127.0.0.1", "--port", String(port), "--storage-path", folder],
			"--sync-on-commit",
			...more
		],
		url: port => `mongodb://127.0.0.1:${port}`,
		answers: port =>
			more.includes("--tls-cert-file") ? isTaken(port) : says(port, HELLO, answer => /ismaster/i.test(answer))
	});

/** Somebody listens, of whom nothing can be asked in clear. */
function isTaken(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	return new Promise(resolve => {
		socket.once("error", () => resolve(false)).once("connect", () => resolve(true));
	}).finally(() => socket.destroy()) as Promise<boolean>;
}

/** redis-server, all in memory unless `more` says otherwise. */
export const startRedis = (more: readonly string[] = []): Promise<DataServer> =>
	start({
		command: "redis-server",
		args: (port, folder) => [
			...["--bind", "127.0.0.1", "--port", String(port), "--dir", folder],
			...["--save", "", "--appendonly", "no"],
			...more
		],
		url: port => `redis://127.0.0.1:${port}`,
		answers: port => says(port, "PING\r\n", answer => /PONG|NOAUTH/.test(answer))
	});

/** `{ isMaster: 1 }` to admin, in MongoDB's oldest and shortest form. */
const HELLO = Buffer.concat([
	Buffer.from([0x3a, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xd4, 0x07, 0, 0, 0, 0, 0, 0]),
	Buffer.from("admin.$cmd\0"),
	Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
	Buffer.from([0x13, 0, 0, 0, 0x10]),
	Buffer.from("isMaster\0"),
	Buffer.from([1, 0, 0, 0, 0])
]);

function says(port: number, question: Buffer | string, fits: (answer: string) => boolean): Promise<boolean> {
	const socket = connect(port, "127.0.0.1", () => socket.write(question)).setTimeout(1_000, () => socket.destroy());
	return new Promise(resolve => {
		socket.on("error", () => undefined).on("close", () => resolve(false));
		socket.on("data", answer => {
			resolve(fits(answer.toString("latin1")));
			socket.destroy();
		});
	});
}

async function start(program: Program): Promise<DataServer> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-server-"));
	for (let tries = 0; tries < 5; tries++) {
		const port = await freePort();
		const child = await run(program, port, folder);
		if (child) return dataServer(program, child, port, folder);
	}
	rmSync(folder, { recursive: true, force: true });
	throw new Error(`${program.command} did not start: run scripts/servers.sh.`);
}

/** Undefined where it ended before it answered: another took the port. */
async function run(
	{ command, args, answers }: Program,
	port: number,
	folder: string
): Promise<ChildProcess | undefined> {
	const child = spawn(command, args(port, folder), { stdio: "ignore" });
	let missing: Error | undefined;
	child.once("error", error => {
		missing = error;
	});
	for (let tries = 0; tries < 1_200 && !missing && isRunning(child); tries++) {
		if (await answers(port)) return child;
		await sleep(50);
	}
	await killed(child);
	return undefined;
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

async function killed(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || !isRunning(child)) return;
	child.kill("SIGKILL");
	await once(child, "exit");
}

function dataServer(program: Program, first: ChildProcess, port: number, folder: string): DataServer {
	let child = first;
	return {
		url: program.url(port),
		port,
		kill: () => killed(child),
		freeze: () => void child.kill("SIGSTOP"),
		thaw: () => void child.kill("SIGCONT"),
		again: async (more = []) => {
			await killed(child);
			const args = (...at: Parameters<Program["args"]>): readonly string[] => [...program.args(...at), ...more];
			const started = await run({ ...program, args }, port, folder);
			if (!started) throw new Error(`${program.command} did not start again.`);
			child = started;
		},
		[Symbol.asyncDispose]: async () => {
			await killed(child);
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
