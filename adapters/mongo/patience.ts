/** Trying again what may do the next time: a server is restarted, another one becomes the primary, two wrote at one place. */

import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "./faults";

/** An election takes up to 12 s with MongoDB's own settings. */
export const PATIENCE_MS = 15_000;
const FIRST_MS = 4;
const LONGEST_MS = 250;

/** Until when something that begins now is tried again, by the process's own clock. */
export const patience = (ms = PATIENCE_MS): number => performance.now() + ms;

/** By chance, that two who met do not meet again. */
const waitMs = (tries: number): number => Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);

/** @throws the last error, where it does not pass or takes too long */
export async function patiently<T>(work: () => Promise<T>, untilMs: number, passes = isPassing): Promise<T> {
	for (let tries = 0; ; tries++) {
		try {
			return await work();
		} catch (error) {
			if (!passes(error) || performance.now() > untilMs) throw error;
		}
		await sleep(waitMs(tries));
	}
}
