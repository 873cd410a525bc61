/** How a node's process ends when it is told to. */

import { setTimeout as sleep } from "node:timers/promises";
import type { CallSettings } from "../contracts/cluster";
import type { Broker } from "./index";
import { settingsOf } from "./settings";

/** Beyond what it lets end: connections and files are closed, in ms. */
const CLOSING_MS = 5_000;

/** Aborted by SIGINT or SIGTERM, heard from now on; a second signal ends the process at once, as always. */
export function toldBySignals(): AbortSignal {
	const told = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => told.abort());
	return told.signal;
}

/** What is under way ends first, within a limit. */
export const stopWhenTold = (broker: Pick<Broker, "stop">, told: AbortSignal): void =>
	whenAborted(told, () => void end(broker));

/**
 * A node that starts goes on to its end and stops in order, if it can do so soon: what it has is safe against kill -9.
 * @returns the start is over
 */
export function leaveEarly(told: AbortSignal): () => void {
	const leave = (): void => void setTimeout(() => process.exit(0), CLOSING_MS).unref();
	whenAborted(told, leave);
	return () => told.removeEventListener("abort", leave);
}

function whenAborted(told: AbortSignal, act: () => void): void {
	if (told.aborted) act();
	else told.addEventListener("abort", act, { once: true });
}

/** The longest that a node takes to stop: whoever looks after it waits for longer before they kill it. */
export const stopBoundMs = ({
	stopDelayMs,
	stopTimeoutMs
}: Pick<CallSettings, "stopDelayMs" | "stopTimeoutMs">): number =>
	// Requests from outside end first, then calls, then what services do by themselves: each has that time.
	stopDelayMs + 3 * stopTimeoutMs + CLOSING_MS;

async function end(broker: Pick<Broker, "stop">): Promise<void> {
	const late = sleep(stopBoundMs(settingsOf(broker).calls), undefined, { ref: false });
	await Promise.race([broker.stop(), late]);
	process.exit(0);
}
