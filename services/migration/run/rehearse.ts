/** A dry run: the copy as it would go, in memory, with verbs that only tell. Makes no request that writes. */

import { type EventStore, NEW, openMemoryStore } from "../../../adapters/eventstore";
import type { Broker } from "../../../cluster";
import type { DataOf } from "../../../domain/migration/events";
import { newRun, type Run } from "../../../domain/migration/run";
import { dry } from "./appliers";
import { copyStream } from "./copy";
import { appendRun } from "./journal";

export interface Rehearsed {
	readonly store: EventStore;
	readonly run: Run;
}

export async function rehearse(broker: Broker, planned: DataOf<"planned">): Promise<Rehearsed> {
	const store = openMemoryStore();
	const run = newRun(`dry-run of ${planned.definition.name}`, planned, NEW);
	await appendRun(store, run, { type: "planned", data: planned }, "planned");
	const lease = () => ({ token: "dry-run", remainingMs: 60_000, sentAt: Date.now() });
	const secretsFor = async () => new Map();
	const place = { broker, store, run, applier: dry(broker), lease, halted: () => false, secretsFor };
	for (const stream of run.streams) await copyStream(place, stream);
	return { store, run };
}
