/** Ctrl-C and SIGTERM, as a command takes them. */

import { setTimeout as pause } from "node:timers/promises";
import { say } from "./command";

export interface Interruption {
	readonly seen: boolean;
	readonly signal: AbortSignal;
	/** Waits, but not once it is interrupted. */
	pause(ms: number): Promise<void>;
}

/** @param words said when it comes; the second one ends the process as it always does */
export function interruption(words?: string): Interruption {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const)
		process.once(signal, () => {
			stop.abort();
			if (words !== undefined) say(words);
		});
	return {
		get seen() {
			return stop.signal.aborted;
		},
		signal: stop.signal,
		pause: ms => pause(ms, undefined, { signal: stop.signal }).catch(() => undefined)
	};
}
