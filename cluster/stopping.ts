/** How a node's process ends when it is told to. */

import { setTimeout as sleep } from "node:timers/promises";
import type { CallSettings } from "../contracts/cluster";
import type { Broker } from "./index";
import { settingsOf } from "./settings";

/** Beyond what it lets end: connections and files are closed, in ms. */
const CLOSING_MS = 5_000;

/** By SIGINT or SIGTERM: what is under way ends first, within a limit; a second signal ends it at once, as always. */
export function stopBySignals(broker: Pick<Broker, "stop">): void {
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(broker));
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
