/** What became of a request, as far as its answer proves it: may it be done once more under its `Idempotency-Key`? Pure. */

import type { ErrorCode } from "../../contracts/cluster";
import { propertyOf } from "../unknown";

/** `answered`: that is the answer, for all who send it again. `nothing`: it may be sent again. `unknown`: nobody knows. */
export type Outcome = "answered" | "nothing" | "unknown";

/** What is refused with these was not begun. */
const NOTHING: ReadonlySet<ErrorCode> = new Set(["THROTTLED", "LIMIT_REACHED", "OVERLOADED", "ABANDONED"]);

/** Of Moleculer: nobody was there to be asked. */
const NOBODY: ReadonlySet<unknown> = new Set(["SERVICE_NOT_FOUND", "SERVICE_NOT_AVAILABLE", "QUEUE_FULL"]);

/** @param action what the request was for: where another one was not there, this one may have begun */
export function outcomeOf(
	{ status, code }: { readonly status: number; readonly code: ErrorCode },
	error: unknown,
	action: string
): Outcome {
	if (NOTHING.has(code)) return "nothing";
	if (status < 500) return "answered";
	return NOBODY.has(propertyOf(error, "type")) && propertyOf(propertyOf(error, "data"), "action") === action
		? "nothing"
		: "unknown";
}
