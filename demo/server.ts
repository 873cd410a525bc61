/** A server as `make start` runs it, for the demo: its address, its key, and who answers an old link at it. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(__dirname, "..", "..");
const START = join(ROOT, "dist", "start.js");

export interface Server {
	readonly url: string;
	readonly process: ChildProcess;
	/** For callers from afar: `BANYAN_URL` and `BANYAN_API_KEY`. */
	readonly access: { readonly BANYAN_URL: string; readonly BANYAN_API_KEY: string };
	/** As the kernel would. */
	kill(): Promise<void>;
	stop(): Promise<void>;
}

/** @param port 0 chooses a free one */
export async function startServer(
	variables: Readonly<Record<string, string | undefined>>,
	port: string,
	detached: boolean
): Promise<Server> {
	const child = spawn(process.execPath, [START], {
		cwd: ROOT,
		// Who answers a link is read off the metrics, as they are at that moment.
		env: { ...variables, GATEWAY_PORT: port, GATEWAY_SHARED_FOR: "0" } as NodeJS.ProcessEnv,
		stdio: ["ignore", "pipe", "ignore"],
		detached
	});
	const url = await listening(child);
	const key = readFileSync(join(String(variables.DATA_DIR), "api-key"), "utf8").trim();
	const end = async (signal: NodeJS.Signals): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill(signal);
		await once(child, "exit");
	};
	return {
		url,
		process: child,
		access: { BANYAN_URL: url, BANYAN_API_KEY: key },
		kill: () => end("SIGKILL"),
		stop: () => end("SIGTERM")
	};
}

async function listening(child: ChildProcess): Promise<string> {
	let log = "";
	for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
		log += `${line}\n`;
		const url = /The gateway listens on (http:\S+?)\."/.exec(line)?.[1];
		if (!url) continue;
		child.stdout?.resume();
		return url;
	}
	throw new Error(`The server ended before it listened:\n${log}`);
}

/** Opens an old link at the server. Answers who answered it, by the server's own count, and with what. */
export async function openLink({ url }: Server, path: string): Promise<{ by: string; status: number; links: number }> {
	const before = await served(url);
	const answer = await fetch(`${url}${path}/links`);
	const text = await answer.text();
	const after = await served(url);
	const by = Object.keys(after).find(who => after[who] !== before[who]) ?? "nobody";
	return { by, status: answer.status, links: text.split("\n").filter(line => line.includes("://")).length };
}

/** The counts of `banyan_links_served_total`. */
async function served(url: string): Promise<Record<string, string>> {
	const metrics = await (await fetch(`${url}/metrics`)).text();
	return Object.fromEntries(
		[...metrics.matchAll(/^banyan_links_served_total\{by="(\w+)"[^}]*\} (\d+)$/gm)].map(([, by, count]) => [by, count])
	) as Record<string, string>;
}
