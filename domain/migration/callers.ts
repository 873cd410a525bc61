/** Who asked for something to be done with a definition, and what that opens to it. Pure. */

import type { Scope } from "../../contracts/contract";

/** Whoever asked from outside; nobody: the operator's own command, or a service of the cluster. */
export interface Caller {
	readonly scopes: readonly Scope[];
}

/** Whoever may write to panels has the operator's trust: old links are led to what they name, and private networks too. */
export const mayRun = (caller: Caller | undefined): boolean => caller?.scopes.includes("migration:run") ?? true;

/** Marks a connection, on its way to the node that connects, that nobody named who may run it. No option has this name. */
export const BY_OTHERS = "byOthers";
