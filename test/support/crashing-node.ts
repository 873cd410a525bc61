/** A whole node in this process, on a store in memory, that a test can let crash: from then on it reaches nothing. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceBroker } from "moleculer";
import type { EventData, EventStore, RecordedEvent } from "../../adapters/eventstore";
import { arm, type Failpoint } from "../../adapters/failpoints";
import type { Broker } from "../../cluster";
import type { Status } from "../../contracts/migration/migration";
import { readConfig } from "../../moleculer.config";
import { serviceClass } from "../../node";

/** Where a node shall crash: the `count`-th time it passes there. */
export interface Crash {
	readonly at: Failpoint;
	readonly count: number;
}

export interface CrashingNode {
	readonly broker: Broker;
	/** True once it passed the place where it shall crash. */
	readonly crashed: boolean;
	/** Crashes it now. */
	crash(): void;
	/** Waits until the run has no controller any more, or the node crashed. */
	rests(name: string): Promise<Status | undefined>;
	stop(): Promise<void>;
}

class Crashed extends Error {
	override readonly name = "Crashed";
}

const NOWHERE: Crash = { at: "intended", count: 0 };
const STAGES = "extractor,transformer,validator,importer,verifier,migration,links";
const KEY = Buffer.alloc(32, "key");
let nodes = 0;

export interface NodeOptions {
	readonly store: EventStore;
	readonly environment: Readonly<Record<string, string>>;
	readonly crash?: Crash | undefined;
	/** Shuts it off from everything else. */
	readonly shut: () => void;
	readonly appended?: (stream: string, events: readonly EventData[]) => void;
}

export async function startCrashingNode({
	store,
	environment,
	crash = NOWHERE,
	shut,
	appended
}: NodeOptions): Promise<CrashingNode> {
	const folder = mkdtempSync(join(tmpdir(), "banyan-node-"));
	// All of them stand for one node, whose key outlives it.
	writeFileSync(join(folder, "secret.key"), KEY, { mode: 0o600 });
	const number = ++nodes;
	let isDead = false;
	const die = (): void => {
		isDead = true;
		shut();
	};
	// A failpoint kills the process it is in; here it only kills this node.
	const kill = jest.spyOn(process, "kill").mockImplementation(() => {
		die();
		throw new Crashed(`Crashed at '${crash.at}', the ${crash.count}th time.`);
	});
	arm({ name: crash.at, left: crash.count, signal: "SIGKILL" });
	const { services, ...options } = readConfig(
		{ SERVICES: STAGES, PATIENCE_MS: "5", ...environment, DATA_DIR: folder, NODE_ID: `node-${number}` },
		{ resume: false, own: true, logLevel: "fatal", logFile: 2 }
	);
	const broker = new ServiceBroker({ ...options, skipProcessEventRegistration: true });
	for (const name of services) broker.createService(serviceClass(name) as never);
	const migration = broker.getLocalService("migration") as unknown as { store: EventStore };
	const own = migration.store;
	migration.store = mortal(store, `-node-${number}`, () => isDead, appended);
	await broker.start();
	const typed = broker as unknown as Broker;
	return {
		broker: typed,
		get crashed() {
			return isDead;
		},
		crash: die,
		rests: async name => {
			for (;;) {
				if (isDead) return undefined;
				const status = await typed.call("migration.status", { name });
				if (!status.running) return status;
				await sleep(3);
			}
		},
		stop: async () => {
			await broker.stop();
			await own.close();
			kill.mockRestore();
			arm({ name: NOWHERE.at, left: NOWHERE.count, signal: "SIGKILL" });
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

/**
 * The store as one node has it: once that is dead it stores and answers nothing, and it is not closed with it. All nodes
 * of a test are one process; leases are told apart by processes, so each node's is spelled otherwise.
 */
function mortal(
	store: EventStore,
	mark: string,
	isDead: () => boolean,
	appended: NodeOptions["appended"] = () => undefined
): EventStore {
	const alive = (): void => {
		if (isDead()) throw new Crashed("This node is dead.");
	};
	const marked = (stream: string, events: readonly EventData[]): readonly EventData[] =>
		stream.startsWith("lease/")
			? (JSON.parse(JSON.stringify(events).replace(/("process":"[^"]+)"/g, `$1${mark}"`)) as EventData[])
			: events;
	const unmarked = (recorded: RecordedEvent): RecordedEvent =>
		recorded.stream.startsWith("lease/")
			? { ...recorded, event: JSON.parse(JSON.stringify(recorded.event).replace(`${mark}"`, '"')) as EventData }
			: recorded;
	return {
		append: async (stream, expected, events, appendId) => {
			alive();
			const done = await store.append(stream, expected, marked(stream, events), appendId);
			appended(stream, events);
			return done;
		},
		version: async stream => {
			alive();
			return store.version(stream);
		},
		last: async stream => {
			alive();
			return (await store.last(stream)).map(unmarked);
		},
		async *read(stream, after) {
			alive();
			for await (const recorded of store.read(stream, after)) yield unmarked(recorded);
		},
		readAll: after => store.readAll(after),
		subscribe: (after, signal) => store.subscribe(after, signal),
		streams: async prefix => {
			alive();
			return store.streams(prefix);
		},
		close: async () => undefined
	};
}
