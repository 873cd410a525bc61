/** Who asked for something to be done with a definition, and what that opens to it. Pure. */

import type { Person } from "../../contracts/people";

/** Whoever asked from outside; nobody: the operator's own command, or a service of the cluster. */
export interface Caller {
	/** Of the key; of a person `person:` and their account. */
	readonly id: string;
	readonly scopes: readonly string[];
	/** Whoever is signed in, where it is no key. */
	readonly person?: Person;
}

/** Whoever may write to systems has the operator's trust: old links are led to what they name, and private networks too. */
export const mayRun = (caller: Caller | undefined): boolean => caller?.scopes.includes("migration:run") ?? true;

/** Who planned what is kept under a name. */
export interface Planner {
	/** The key; null: the operator's own command. */
	readonly key: string | null;
	/** It may run what it planned. */
	readonly runs: boolean;
}
export const plannerOf = (caller: Caller | undefined): Planner => ({ key: caller?.id ?? null, runs: mayRun(caller) });

/** May they put another definition in the place of this one's? Also of a key that was revoked: its plan may be reviewed. */
export const mayReplace = (planner: Planner | undefined, caller: Caller | undefined): boolean =>
	mayRun(caller) || (planner !== undefined && !planner.runs && planner.key === caller?.id);

/** May they look at systems with its secrets? */
export const mayUse = (planner: Planner | undefined, caller: Caller | undefined): boolean =>
	mayRun(caller) || (planner !== undefined && planner.key === caller?.id);

/** Marks a connection, on its way to the node that connects, that nobody named who may run it. No option has this name. */
export const BY_OTHERS = "byOthers";
