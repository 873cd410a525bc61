/**
 * What is recorded once all is restored: whoever held a lease then holds it no more, and each run rests until somebody starts
 * it. What it did at the target since the backup it does not know; it looks before it repeats anything (decision 46).
 */

import { foldLease, type LeaseEvent, type LeaseState } from "../../domain/migration/lease";
import type { EventData, EventStore } from "../eventstore";

const LEASES = "lease/";
const RUNS = "migration/";
/** Of those nothing more is written. */
const OVER: ReadonlySet<string> = new Set(["cancelled", "rolledBack"]);
/** It may be compared again, and then meets what it wrote since. */
const FINISHED = "finished";
const GOES_ON: ReadonlySet<string> = new Set(["undoing", "taken", "again"]);

/** @param at when the backup was begun. @returns the names of the runs that rest */
export async function holdRuns(events: EventStore, at: string): Promise<string[]> {
	for (const stream of await events.streams(LEASES)) await release(events, stream);
	const runs = (await events.streams(RUNS)).filter(stream => !stream.slice(RUNS.length).includes("/"));
	const held: string[] = [];
	for (const stream of runs) if (await hold(events, stream, at)) held.push(stream.slice(RUNS.length));
	return held;
}

async function release(events: EventStore, stream: string): Promise<void> {
	let state: LeaseState | undefined;
	let version: string | undefined;
	for await (const recorded of events.read(stream)) {
		state = foldLease(state, recorded.event as LeaseEvent);
		({ version } = recorded);
	}
	if (!state || state.released || version === undefined) return;
	const { token } = state;
	await events.append(stream, version, [{ type: "released", data: { token } }], `${token}-restored`);
}

/** Whether it rests now: not where it is over. Whoever was killed before the end of a restore says it again. */
async function hold(events: EventStore, stream: string, at: string): Promise<boolean> {
	let last: (EventData & { version: string }) | undefined;
	let end: string | undefined;
	for await (const { event, version } of events.read(stream)) {
		last = { ...event, version };
		if (OVER.has(event.type) || event.type === FINISHED) end = event.type;
		else if (GOES_ON.has(event.type)) end = undefined;
	}
	if (last === undefined || (end !== undefined && end !== FINISHED)) return false;
	const isHeld = last.type === "restored" && (last.data as { readonly backup: string }).backup === at;
	if (!isHeld)
		await events.append(stream, last.version, [{ type: "restored", data: { backup: at } }], `restored-${at}`);
	return end === undefined;
}
