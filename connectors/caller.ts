/**
 * Whoever waits for what is asked of a system now. When they are gone, or have waited for as long as anybody may, so is the
 * question: requests under way are cut, and none follows. What outlives its caller, a run that was begun or a login that
 * others wait for too, is done beyond them.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectorError } from "./connector";

export interface Caller {
	/** Known to the nodes that work for them. */
	readonly id: string | undefined;
	readonly signal: AbortSignal;
}

const callers = new AsyncLocalStorage<Caller | undefined>();

export const currentCaller = (): Caller | undefined => callers.getStore();
export const calledBy = <T>(caller: Caller, work: () => T): T => callers.run(caller, work);
export const beyondCaller = <T>(work: () => T): T => callers.run(undefined, work);

/** @throws ConnectorError `stopped` */
export function unlessGone(): void {
	if (currentCaller()?.signal.aborted) throw gone();
}

const gone = () => new ConnectorError("stopped", "Nobody waits for the answer any more.");

/** Waits, and no longer than somebody waits for it. */
export async function waitFor(ms: number): Promise<void> {
	const signal = currentCaller()?.signal;
	try {
		await sleep(ms, undefined, signal && { signal });
	} catch (error) {
		if (!signal?.aborted) throw error;
		throw gone();
	}
}

/** Ends a request in time, and with its caller. */
export function patience(ms: number): AbortSignal {
	const timeout = AbortSignal.timeout(ms);
	const signal = currentCaller()?.signal;
	return signal ? AbortSignal.any([timeout, signal]) : timeout;
}
