/** A bounded load on one server of the loopback, and what it cost the server. */

import { readFileSync } from "node:fs";
import { Pool } from "undici";

export interface Load {
	readonly url: string;
	readonly paths: readonly string[];
	readonly headers?: Record<string, string>;
	readonly requests: number;
	/** Requests under way at once. */
	readonly atOnce: number;
}

export interface Cost {
	readonly perSecond: number;
	/** Of the server's process, user and system, in µs a request. */
	readonly cpuMicros: number;
}

/** @param pid the server's process, to read its CPU time */
export async function load({ url, paths, headers = {}, requests, atOnce }: Load, pid: number): Promise<Cost> {
	const pool = new Pool(url, { connections: atOnce, pipelining: 1 });
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < requests) {
			const path = paths[next++ % paths.length] as string;
			const answer = await pool.request({ method: "GET", path, headers });
			await answer.body.dump();
			if (answer.statusCode !== 200) throw new Error(`GET ${url}${path}: ${answer.statusCode}`);
		}
	};
	const [cpu, began] = [cpuOf(pid), performance.now()];
	await Promise.all(Array.from({ length: atOnce }, worker));
	const [spent, ms] = [cpuOf(pid) - cpu, performance.now() - began];
	await pool.destroy();
	return { perSecond: (requests / ms) * 1000, cpuMicros: (spent / requests) * 1e6 };
}

/** How much all these paths answer. @throws where one does not answer with 200 */
export async function bytesOf({ url, paths, headers = {} }: Load): Promise<number> {
	const pool = new Pool(url);
	let bytes = 0;
	for (const path of paths) {
		const { statusCode, body } = await pool.request({ method: "GET", path, headers });
		bytes += (await body.arrayBuffer()).byteLength;
		if (statusCode !== 200) throw new Error(`GET ${url}${path}: ${statusCode}`);
	}
	await pool.destroy();
	return bytes;
}

const TICKS = 100;

/** In seconds (proc(5): fields 14 and 15 of stat, in clock ticks). */
export function cpuOf(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
		.replace(/^.*\) /s, "")
		.split(" ");
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const PAGE = 4096;

/** In bytes (proc(5): field 2 of statm, in pages). */
export const rssOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE;
