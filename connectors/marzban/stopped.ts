/** What every writer here asks and forgives. */

import { ConnectorError } from "../connector";

/** Throws before the next change once the signal says stop (L6). */
export function unlessStopped(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new ConnectorError("stopped", "Stopped before the next change was made.");
}

/** What is to be removed and is not there is removed. */
export function unlessGone(error: unknown): void {
	if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
}
