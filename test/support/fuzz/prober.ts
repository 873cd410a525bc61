/**
 * Asks a door whether it lives, and a server that nobody attacks, in turn: `prober.ts DOOR MS`. Says the 99th percentile of
 * each window: what the second takes is the machine's, not the door's.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const [door, lasts] = process.argv.slice(2) as [string, string];
const WINDOW_MS = 1_000;
const PAUSE_MS = 5;
const OTHER = `require("node:http").createServer((_, res) => res.end("{}")).listen(0, "127.0.0.1", function () { console.log(this.address().port) })`;

export interface Seen {
	/** In ms, one for each window. */
	readonly live: readonly number[];
	readonly other: readonly number[];
	/** Answers that were none, or not 200. */
	readonly failed: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** How long it took, in ms; undefined where it was not answered as it should be. */
function asked(url: string): Promise<number | undefined> {
	const { promise, resolve } = Promise.withResolvers<number | undefined>();
	const began = performance.now();
	const req = request(url, { agent }, res => {
		res.resume();
		res.on("end", () => resolve(res.statusCode === 200 ? performance.now() - began : undefined));
	});
	req.on("error", () => resolve(undefined));
	req.end();
	return promise;
}

const p99 = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;

async function main(): Promise<void> {
	const child = spawn(process.execPath, ["-e", OTHER], { stdio: ["ignore", "pipe", "inherit"] });
	const [port] = (await once(child.stdout, "data")) as [Buffer];
	const other = `http://127.0.0.1:${port.toString().trim()}/`;
	const seen = { live: [] as number[], other: [] as number[], failed: 0 };
	for (const end = performance.now() + Number(lasts); performance.now() < end; ) {
		const window = { live: [] as number[], other: [] as number[] };
		for (const over = performance.now() + WINDOW_MS; performance.now() < over; ) {
			for (const [name, url] of [
				["live", `${door}/live`],
				["other", other]
			] as const) {
				const took = await asked(url);
				if (took === undefined) seen.failed++;
				else window[name].push(took);
			}
			await sleep(PAUSE_MS);
		}
		seen.live.push(p99(window.live));
		seen.other.push(p99(window.other));
	}
	child.kill();
	agent.destroy();
	process.stdout.write(JSON.stringify(seen));
}
void main();
