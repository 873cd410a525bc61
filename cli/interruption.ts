/** Ctrl-C and SIGTERM, as a command takes them. */

import { setTimeout as pause } from "node:timers/promises";
import { say, screen } from "./command";

export interface Interruption {
	readonly seen: boolean;
	readonly signal: AbortSignal;
	/** Waits, but not once it is interrupted. */
	pause(ms: number): Promise<void>;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * @param words said when the first one comes; @param atOnce when the second one comes, which ends the process as it
 * always does
 */
export function interruption(words?: string, atOnce = "Ended at once."): Interruption {
	const stop = new AbortController();
	const heard = (signal: NodeJS.Signals): void => {
		if (!stop.signal.aborted) {
			stop.abort();
			if (words !== undefined) say(words);
			return;
		}
		screen.clear();
		if (words !== undefined) say(atOnce);
		for (const each of SIGNALS) process.removeListener(each, heard);
		process.kill(process.pid, signal);
	};
	for (const signal of SIGNALS) process.on(signal, heard);
	return {
		get seen() {
			return stop.signal.aborted;
		},
		signal: stop.signal,
		pause: ms => pause(ms, undefined, { signal: stop.signal }).catch(() => undefined)
	};
}
