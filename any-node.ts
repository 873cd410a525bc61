/**
 * Every program that a document tells to start begins here. Under a Node that is too old it goes on with the one that
 * set-up fetched, or says what is needed: what it would load needs more than that Node has. This file itself is taken by
 * any Node since 16.
 */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { basename, join } from "node:path";

const NEEDED = 24;
const INTERRUPTED = 130;
/** What V8 made of the sources, for the next start. */
const COMPILED = [".cache", "compiled"];
const OWN = join(".node", "node_modules", "node", "bin", "node");

/** @param main loads the program */
export function onNode(main: () => unknown): void {
	// Built, this file is one folder down.
	const root = basename(__dirname) === "dist" ? join(__dirname, "..") : __dirname;
	if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
		// Beside the program; where it cannot be written, Node goes without it.
		if (isOurs(root)) enableCompileCache(join(root, ...COMPILED));
		main();
		return;
	}
	const own = join(root, OWN);
	if (existsSync(own)) goOnWith(own);
	else {
		process.stderr.write(
			`banyan: Node.js ${NEEDED} or newer is needed, and this is ${process.versions.node}: run \`make build\` in ${root}, which fetches it for Banyan alone, then give the command again.\n`
		);
		process.exitCode = 1;
	}
}

const OTHERS_WRITE = 0o022;

/** It is code that runs as we do: only where nobody else can put it, whatever the umask was when it was made. */
function isOurs(root: string): boolean {
	const trusted = [0, process.geteuid?.() ?? 0];
	try {
		mkdirSync(join(root, ...COMPILED), { recursive: true, mode: 0o700 });
		return COMPILED.every((_, depth) => {
			const { uid, mode } = statSync(join(root, ...COMPILED.slice(0, depth + 1)));
			return trusted.includes(uid) && (mode & OTHERS_WRITE) === 0;
		});
	} catch {
		return false;
	}
}

/** In our place as far as one process can stand for another: the same terminal, signals, and end. */
function goOnWith(node: string): void {
	const child = spawn(node, process.execArgv.concat(process.argv.slice(1)), { stdio: "inherit" });
	const told = [process.stdin, process.stdout, process.stderr].some(stream => stream.isTTY === true);
	const hear = (signal: NodeJS.Signals): void => {
		// A terminal tells both of us of Ctrl-C; twice would mean more than once.
		if (signal !== "SIGINT" || !told) child.kill(signal);
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, hear);
	child.on("error", error => {
		process.stderr.write(`banyan: ${node} cannot be started: ${error.message}\n`);
		process.exitCode = 1;
	});
	child.on("exit", (code, signal) => {
		if (signal === null) process.exit(code === null ? 1 : code);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
		setTimeout(() => process.exit(INTERRUPTED), 1000);
	});
}
