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

/** False where it is over, or was held before: whoever restores was killed once. */
async function hold(events: EventStore, stream: string, at: string): Promise<boolean> {
	let last: (EventData & { version: string }) | undefined;
	let isOver = false;
	for await (const { event, version } of events.read(stream)) {
		last = { ...event, version };
		if (OVER.has(event.type)) isOver = true;
		else if (event.type === "undoing" || event.type === "taken") isOver = false;
	}
	if (last === undefined || isOver) return false;
	const isHeld = last.type === "restored" && (last.data as { readonly backup: string }).backup === at;
	if (!isHeld)
		await events.append(stream, last.version, [{ type: "restored", data: { backup: at } }], `restored-${at}`);
	return true;
}
