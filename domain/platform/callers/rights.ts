/** Whether whoever a door let in may do what is asked: held once more where it is done, whatever the door's table said. Pure. */

import type { Person } from "../../../contracts/people";
import { PERSON, PUBLIC } from "../routes";
import { type Doubt, SKEW_MS } from "./proof";

/** Whoever asks. */
interface Asker {
	readonly scopes: readonly string[];
	readonly person?: Person;
}

/** What an action that is reached from outside asks of its caller. */
export interface Asked {
	readonly permission: string;
	/** So many seconds ago at most they proved who they are. */
	readonly fresh: number | null;
	readonly reads: boolean;
}

/** Why a call that comes through a door is not for its caller; undefined where it is. */
export function notFor({ permission, fresh, reads }: Asked, caller: Asker | undefined, now: number): Doubt | undefined {
	if (permission === PUBLIC) return undefined;
	if (!caller) return "missing";
	if (permission !== PERSON) return caller.scopes.includes(permission) ? undefined : "unentitled";
	const { person } = caller;
	if (!person) return "unentitled";
	// A key of somebody's own is in no session: it reads, and does nothing else in their name.
	if (person.session === "") return reads && fresh === null ? undefined : "unentitled";
	return fresh === null || person.provedAt >= now - fresh * 1000 - SKEW_MS ? undefined : "unentitled";
}
