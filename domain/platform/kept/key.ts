/** What tells two kept answers apart: all that an action answers by. Pure. */

import type { JsonValue } from "../../../contracts/json";
import { canonical } from "../../canonical";
import type { Keeping } from "./answer";

interface Asker {
	readonly id: string;
	readonly scopes: readonly string[];
}

/**
 * Nothing of a request but the fields that its action takes, and its caller: not the spelling of its address, nor the order of
 * its fields, nor a header. An answer for a caller is never another's, nor theirs once they may do something else.
 */
export function keyOf(action: string, { isShared }: Keeping, params: object, caller: Asker | undefined): string {
	const who = isShared || !caller ? null : [caller.id, ...[...caller.scopes].sort()];
	return canonical([action, params as JsonValue, who]);
}
