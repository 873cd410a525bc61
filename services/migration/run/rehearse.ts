/** A dry run: the copy as it would go, in memory, with verbs that only tell. Makes no request that writes. */

import { type EventStore, NEW, openMemoryStore } from "../../../adapters/eventstore";
import { openMemoryProjections } from "../../../adapters/projections";
import type { Broker } from "../../../cluster";
import { codeOf } from "../../../cluster/errors";
import { inChapters } from "../../../cluster/tracing";
import type { DataOf } from "../../../domain/migration/events";
import { newRun, type Run } from "../../../domain/migration/run";
import { maskText } from "../../../domain/text/masking";
import { messageOf } from "../../../domain/unknown";
import { dry } from "./appliers";
import { copyStream } from "./copy";
import { appendRun } from "./journal";
import { Lists } from "./lists";
import type { RunContext } from "./run-context";
import { runSpan } from "./run-span";

export interface Rehearsed {
	readonly store: EventStore;
	readonly lists: Lists;
	readonly run: Run;
	/** False once it is over; what stopped it, if anything did, is the run's failure. */
	readonly running: boolean;
	/** Stops after the batch at hand. */
	halt(): Promise<void>;
}

/** Begins it; `migration.status` tells how far it is, under the name of its run. */
export async function rehearse(broker: Broker, planned: DataOf<"planned">, name: string): Promise<Rehearsed> {
	const store = openMemoryStore();
	const run = newRun(name, planned, NEW);
	await appendRun(store, run, { type: "planned", data: planned }, "planned");
	let [running, halted] = [true, false];
	const lease = () => ({ token: "dry-run", remainingMs: 60_000, sentAt: Date.now() });
	const secretsFor = async () => new Map();
	const holders = async () => new Map<string, string>();
	const madeBefore = async () => new Set<string>();
	const pause = async () => undefined;
	const lists = new Lists(store, openMemoryProjections());
	const context = {
		broker,
		store,
		lists,
		run,
		applier: dry(broker),
		lease,
		halted: () => halted,
		pause,
		holders,
		madeBefore,
		secretsFor
	};
	const ended = inChapters(broker, runSpan("rehearsal", name), () => goThrough(context)).finally(() => {
		running = false;
	});
	return {
		store,
		lists,
		run,
		get running() {
			return running;
		},
		halt: async () => {
			halted = true;
			await ended;
		}
	};
}

async function goThrough(context: RunContext): Promise<void> {
	const { run } = context;
	try {
		for (const stream of run.streams) if (!context.halted()) await copyStream(context, stream);
	} catch (error) {
		run.failure = { code: codeOf(error) ?? "UNEXPECTED", message: maskText(messageOf(error)) };
	}
}
