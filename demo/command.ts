/** The command `banyan`, in a process of its own, as an operator gives it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Status } from "../contracts/migration/migration";

const BANYAN = join(__dirname, "..", "cli", "banyan.js");

interface Command {
	readonly process: ChildProcess;
	readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}
export type Variables = Record<string, string | undefined>;

/** Runs `banyan migration …`; `watched` shows on the screen what it says of its progress. */
export function banyan(variables: Variables, args: readonly string[], watched = false): Command {
	const child = spawn(process.execPath, [BANYAN, "migration", ...args], {
		env: variables as NodeJS.ProcessEnv,
		stdio: ["ignore", "pipe", watched ? "inherit" : "ignore"]
	});
	let output = "";
	child.stdout?.on("data", (chunk: Buffer) => {
		output += chunk.toString();
	});
	const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
	return { process: child, ended };
}

export async function output(variables: Variables, ...args: string[]): Promise<string> {
	const { output } = await banyan(variables, args).ended;
	return output;
}

export async function statusOf(variables: Variables, name: string): Promise<Status> {
	return JSON.parse(await output(variables, "status", name, "--json")) as Status;
}
