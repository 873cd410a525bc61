/** A process of its own that appends to an event store, and says on its output what was acknowledged. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { sayLine } from "../support/say-line";
import { insist } from "./events";
import { openStore } from "./stores";

interface Order {
	/** Of the store, as `openStore` takes it. */
	readonly file: string;
	readonly name: string;
	readonly streams: readonly string[];
	/** How many appends for each stream. */
	readonly count: number;
	/** The broken writer, which says so before it is true. */
	readonly ackFirst?: boolean;
}

export interface Acknowledged {
	readonly stream: string;
	readonly id: string;
	readonly version?: string;
	readonly position?: string;
}

export interface Writer {
	readonly acknowledged: Acknowledged[];
	/** Resolves at the first acknowledgement. */
	readonly began: Promise<unknown>;
	readonly ended: Promise<{ code: number | null }>;
	kill(): Promise<unknown>;
}

export function startWriter(order: Order): Writer {
	const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", __filename, JSON.stringify(order)], {
		stdio: ["ignore", "pipe", "inherit"]
	});
	const acknowledged: Acknowledged[] = [];
	const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
	// A line that the kill cut in two was never heard.
	lines.on("line", line => {
		if (line.endsWith("}")) acknowledged.push(JSON.parse(line) as Acknowledged);
	});
	const ended = Promise.all([once(child, "exit"), once(lines, "close")]).then(([[code]]) => ({ code }));
	const kill = (): Promise<unknown> => {
		child.kill("SIGKILL");
		return ended;
	};
	return { acknowledged, began: once(lines, "line"), ended, kill };
}

const say = (acknowledged: Acknowledged): void => sayLine(acknowledged);

async function obey({ file, name, streams, count, ackFirst }: Order): Promise<void> {
	const store = await openStore(file);
	const write = async (stream: string): Promise<void> => {
		for (let i = 0; i < count; i++) {
			const id = `${name}-${i}`;
			if (ackFirst) {
				say({ stream, id });
				// Long enough that a kill at any moment meets some of them.
				await sleep(25);
			}
			const { version, position } = await insist(store, stream, id, id);
			if (!ackFirst) say({ stream, id, version, position });
		}
	};
	await Promise.all(streams.map(write));
	await store.close();
}

if (require.main === module) void obey(JSON.parse(process.argv[2] ?? "") as Order);
