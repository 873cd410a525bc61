/** What became of a request, as far as its answer proves it: may it be done once more under its `Idempotency-Key`? Pure. */

import type { ErrorCode } from "../../contracts/cluster";
import { type Fate, fateOf } from "./calls/fate";

/** `answered`: that is the answer, for all who send it again. `nothing`: it may be sent again. `unknown`: nobody knows. */
export type Outcome = "answered" | "nothing" | "unknown";

/** What is refused with these was not begun. */
const NOTHING: ReadonlySet<ErrorCode> = new Set([
	"THROTTLED",
	"LIMIT_REACHED",
	"QUOTA_EXCEEDED",
	"LIMITS_AWAY",
	"OVERLOADED",
	"ABANDONED"
]);

/** Nobody took it. */
const UNTAKEN: ReadonlySet<Fate> = new Set(["unbegun", "busy"]);

/** @param action what the request was for: where another one was not there, this one may have begun */
export function outcomeOf(
	{ status, code }: { readonly status: number; readonly code: ErrorCode },
	error: unknown,
	action: string
): Outcome {
	if (NOTHING.has(code)) return "nothing";
	if (status < 500) return "answered";
	return UNTAKEN.has(fateOf(error, action)) ? "nothing" : "unknown";
}
