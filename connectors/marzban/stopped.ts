/** What every writer here asks and forgives. */

import { ConnectorError, type Term } from "../connector";

/** Throws before the next change once its term is over (L6). */
export function unlessStopped(term: Term | undefined): void {
	if (term?.over) throw new ConnectorError("stopped", "Stopped before the next change was made.");
}

/** What is to be removed and is not there is removed. */
export function unlessGone(error: unknown): void {
	if (!(error instanceof ConnectorError) || error.code !== "not-found") throw error;
}
