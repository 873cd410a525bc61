/** A process of its own that writes to a collection and says on its output what was acknowledged and what it heard, or takes a file of NeDB over. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Relay } from "../../adapters/collection";
import { openCollection } from "../support/collections";
import { sayLine } from "../support/say-line";
import { type Note, SHAPE } from "./collection.model";

export type Line =
	| { readonly stored: readonly string[] }
	/** The size of a note that was announced: they grow. */
	| { readonly heard: number }
	| { readonly open: true };

export interface Writer {
	readonly lines: Line[];
	/** Resolves at the first line. */
	readonly began: Promise<unknown>;
	readonly process: ChildProcess;
	kill(): Promise<unknown>;
}

/** @param work `write` in batches of three from `from` on, or only `open` it */
export function startWriter(folder: string, work: "write" | "open", from = 0): Writer {
	const child = spawn(process.execPath, ["--import", "tsx", __filename, folder, work, String(from)], {
		stdio: ["ignore", "pipe", "inherit"]
	});
	const lines: Line[] = [];
	const reader = createInterface({ input: child.stdout });
	// A line that the kill cut in two was never heard.
	reader.on("line", line => line.endsWith("}") && lines.push(JSON.parse(line) as Line));
	const ended = Promise.all([once(child, "exit"), once(reader, "close")]);
	const kill = (): Promise<unknown> => {
		child.kill("SIGKILL");
		return ended;
	};
	return { lines, began: once(reader, "line"), process: child, kill };
}

const say = (line: Line): void => sayLine(line);

async function write(folder: string, from: number): Promise<void> {
	const { collection, adapter } = await openCollection<Note>(SHAPE, folder);
	const relay = new Relay(adapter, {
		announce: async ({ payload }) => void say({ heard: (payload as { size: number }).size }),
		failed: error => {
			throw error;
		}
	});
	await relay.begin();
	for (let batch = from; ; batch += 3) {
		const ids = [0, 1, 2].map(at => String(batch + at));
		const announced = ids.map(id => ({ event: "notes.changed", payload: { size: Number(id) } }));
		await collection.write(
			ids.map(id => ({ insert: { id, size: Number(id) } })),
			{ events: announced }
		);
		say({ stored: ids });
		void relay.run();
	}
}

async function open(folder: string): Promise<void> {
	await openCollection<Note>(SHAPE, folder);
	say({ open: true });
	setInterval(() => undefined, 1_000);
}

if (require.main === module) {
	const [folder = "", work, from] = process.argv.slice(2);
	void (work === "open" ? open(folder) : write(folder, Number(from)));
}
