/** Processes that the bench starts: sample panels, the command `banyan`, and parts of the bench itself. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LIMITED } from "./limits";
import { DIST, NODE_FLAGS, ROOT } from "./product";

const TSX = ["--import", require.resolve("tsx")];

export interface Panel extends AsyncDisposable {
	readonly url: string;
}

/** A sample panel in a process of its own. */
export async function openPanel(name: "marzneshin" | "marzban", ...flags: string[]): Promise<Panel> {
	const serve = join(DIST, "demo", "panels", "serve.js");
	const child = spawn(process.execPath, [serve, name, "--login-ms", "0", ...flags], {
		stdio: ["ignore", "pipe", "inherit"]
	});
	const [line] = (await once(createInterface(child.stdout), "line")) as [string];
	const { url } = JSON.parse(line) as { url: string };
	return { url, [Symbol.asyncDispose]: () => ended(child, "SIGTERM") };
}

export interface Server extends AsyncDisposable {
	readonly url: string;
	readonly pid: number;
	/** Of the first API key, where it has one. */
	readonly key: string;
}

/** A gateway to be measured, in a process of its own. */
export async function openGateway(kind: "stock" | "node" | "banyan", routes: number, folder: string): Promise<Server> {
	const args = [...TSX, join(__dirname, "run.ts"), "--part", "serve", kind, `${routes}`, folder];
	return server(args, {}, line => JSON.parse(line) as { url: string; key: string });
}

/** A part of the bench that stays, in a process of its own; its first line says where it is. */
export const openPart = (name: string, args: readonly string[]): Promise<Server> =>
	server(
		[...NODE_FLAGS, ...TSX, join(__dirname, "run.ts"), "--part", name, ...args],
		{},
		line => JSON.parse(line) as { url: string; key: string }
	);

/** The product on a data folder, as `make start` runs it. */
export async function openProduct(dataDir: string): Promise<Server> {
	const environment = { DATA_DIR: dataDir, ...LIMITED, GATEWAY_PORT: "0", LOG_LEVEL: "info" };
	return server([...NODE_FLAGS, join(DIST, "start.js")], environment, line => {
		const url = /The gateway listens on (http:\S+?)\."/.exec(line)?.[1];
		return url ? { url, key: "" } : undefined;
	});
}

/** A node of the product; it has started when this answers. */
export async function openNode(environment: Record<string, string>): Promise<Server> {
	return server([...NODE_FLAGS, join(DIST, "start.js")], { LOG_LEVEL: "info", ...environment }, line =>
		line.includes("ServiceBroker with") ? { url: "", key: "" } : undefined
	);
}

async function server(
	args: readonly string[],
	environment: NodeJS.ProcessEnv,
	read: (line: string) => { url: string; key: string } | undefined
): Promise<Server> {
	const child = spawn(process.execPath, [...args], {
		cwd: ROOT,
		env: { ...process.env, ...environment },
		stdio: ["ignore", "pipe", "inherit"]
	});
	for await (const line of createInterface(child.stdout)) {
		const said = read(line);
		if (!said) continue;
		child.stdout.resume();
		return { ...said, pid: child.pid as number, [Symbol.asyncDispose]: () => ended(child, "SIGTERM") };
	}
	throw new Error(`The server ended with ${child.exitCode} before it listened.`);
}

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	if (signal) child.kill(signal);
	await once(child, "exit");
}

/** The built command; `log` keeps every request it sends. @throws when it ends with a code that is not in `codes` */
export async function banyan(
	args: readonly string[],
	environment: NodeJS.ProcessEnv,
	{ log, codes = [0, 4] }: { log?: string; codes?: readonly number[] } = {}
): Promise<void> {
	const program = log
		? [...TSX, join(__dirname, "run.ts"), "--part", "record", log, ...args]
		: [join(DIST, "cli", "banyan.js"), ...args];
	const child = spawn(process.execPath, [...NODE_FLAGS, ...program], {
		env: { ...process.env, ...environment },
		stdio: ["ignore", "ignore", "pipe"]
	});
	let said = "";
	child.stderr.on("data", (chunk: Buffer) => {
		said += chunk.toString();
	});
	await once(child, "close");
	if (!codes.includes(child.exitCode ?? -1)) throw new Error(`banyan ended with ${child.exitCode}:\n${said}`);
}

/** A part of the bench in a fresh process; each of its lines as it comes. @throws where it fails */
export async function partLines(name: string, args: readonly string[], hear: (line: string) => void): Promise<void> {
	const child = spawn(process.execPath, [...NODE_FLAGS, ...TSX, join(__dirname, "run.ts"), "--part", name, ...args], {
		cwd: ROOT,
		stdio: ["ignore", "pipe", "inherit"]
	});
	createInterface(child.stdout).on("line", hear);
	await once(child, "close");
	if (child.exitCode !== 0) throw new Error(`The part '${name}' ended with ${child.exitCode ?? child.signalCode}.`);
}

/** A part of the bench in a fresh process, perhaps with a heap of so many MB; what it answers is its last line. */
export async function part<R>(name: string, args: readonly string[], heapMb?: number): Promise<R> {
	const heap = [...NODE_FLAGS, ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`])];
	const child = spawn(process.execPath, [...heap, ...TSX, join(__dirname, "run.ts"), "--part", name, ...args], {
		cwd: ROOT,
		stdio: ["ignore", "pipe", "inherit"]
	});
	let last = "{}";
	createInterface(child.stdout).on("line", line => {
		last = line;
	});
	await once(child, "close");
	if (child.exitCode !== 0) throw new Error(`The part '${name}' ended with ${child.exitCode ?? child.signalCode}.`);
	return JSON.parse(last) as R;
}
