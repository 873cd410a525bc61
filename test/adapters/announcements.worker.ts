/** A process of its own that keeps notes, announces them, and is itself a service that hears of them; until it is killed. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Entry, OutboxStream } from "../../adapters/announcements";
import { Relay } from "../../adapters/collection";
import { arm, readFailpoint } from "../../adapters/failpoints";
import { openCollection } from "../support/collections";
import { EVENT, Node, noted, Service } from "../support/deliveries";
import { sayLine } from "../support/say-line";
import { until } from "../support/until";
import { openStore } from "./stores";

export interface Order {
	readonly folder: string;
	/** Of the store, as `openStore` takes it. */
	readonly store: string;
	/** The notes that it makes: the first, and how many. */
	readonly from: number;
	readonly count: number;
	readonly failpoint?: string;
	/** Between two notes. @default none */
	readonly everyMs?: number;
}

export const KEYS = ["a", "b", "c"] as const;
interface Note {
	readonly id: string;
}
const openNotes = (folder: string) => openCollection<Note>({ name: "source", key: "id" }, folder);

/** How it ended: `null` where it was killed. */
export async function workedOn(order: Order, started?: (child: ChildProcess) => void): Promise<number | null> {
	const child = spawn(process.execPath, ["--import", "tsx", __filename, JSON.stringify(order)], {
		stdio: ["ignore", "pipe", "inherit"]
	});
	const lines = createInterface({ input: child.stdout });
	lines.on("line", () => started?.(child));
	const [code] = (await once(child, "exit")) as [number | null];
	return code;
}

/** The numbers of the notes that are stored. */
export async function storedIn(folder: string): Promise<number[]> {
	await using opened = await openNotes(folder);
	const found: number[] = [];
	for await (const { id } of opened.collection.each()) found.push(Number(id));
	return found.sort((a, b) => a - b);
}

/** Of each key the notes are numbered by themselves. */
const noteOf = (n: number): Entry => noted(KEYS[n % KEYS.length] ?? "", Math.floor(n / KEYS.length) + 1);

async function work({ folder, store: address, from, count, failpoint = "", everyMs = 0 }: Order): Promise<void> {
	const armed = readFailpoint(failpoint);
	if (armed) arm(armed);
	const store = await openStore(address);
	await using notes = await openNotes(folder);
	await using service = await Service.open("one", folder);
	const node = await new Node(store, "n1", [service], { tries: 1_000 }).with();
	const stream = new OutboxStream(store, "source");
	const relay = new Relay(notes.adapter, {
		announce: async () => undefined,
		durable: {
			has: event => event === EVENT,
			append: all => stream.append(all.map(({ payload }) => payload as Entry))
		},
		failed: () => undefined,
		againMs: 20
	});
	await relay.begin();
	sayLine({ begun: true });
	const known = await notes.collection.count();
	for (let n = Math.max(from, known); n < from + count; n++) {
		const events = [{ event: EVENT, payload: noteOf(n) }];
		await notes.collection.insert({ id: String(n) }, { events });
		void relay.run();
		if (everyMs > 0) await sleep(everyMs);
	}
	for (const [at, key] of KEYS.entries()) {
		const wanted = Math.ceil((from + count - at) / KEYS.length);
		await until(async () => (await service.done(key)) >= wanted, `${wanted} of ${key}`);
	}
	await relay.end();
	await node.stop();
	await store.close();
}

if (require.main === module)
	void work(JSON.parse(process.argv[2] ?? "") as Order).then(
		() => process.exit(0),
		(error: unknown) => {
			process.stderr.write(`${String(error)}\n`);
			process.exit(1);
		}
	);
