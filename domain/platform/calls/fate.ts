/** What became of a call that failed, as far as its error proves it. Pure. */

import { own } from "../../own";
import { propertyOf, textOf } from "../../unknown";

/**
 * `unbegun`: nobody took it. `busy`: a node refused to take it, having too much to do. `unknown`: it may be done, or under
 * way, or not. `answered`: it was done, and that is what came of it.
 */
export type Fate = "unbegun" | "busy" | "unknown" | "answered";

/** By an error's type; all others are answers. */
const FATES: Readonly<Record<string, Fate>> = {
	SERVICE_NOT_FOUND: "unbegun",
	SERVICE_NOT_AVAILABLE: "unbegun",
	QUEUE_FULL: "busy",
	OVERLOADED: "busy",
	REQUEST_REJECTED: "unknown",
	REQUEST_TIMEOUT: "unknown"
};

/** Errors by which a node says of itself that another try may end otherwise: what it asks was busy, or away. */
const PASSING: ReadonlySet<string> = new Set(["StoreBusy", "StoreAway"]);
/** By which NATS's client says that it could not send. */
const UNSENT: ReadonlySet<string> = new Set(["DISCONNECT", "CONNECTION_CLOSED", "CONNECTION_DRAINING"]);

/** @param action what was called: where another one was not there, this one may have begun */
export function fateOf(error: unknown, action: string): Fate {
	const name = textOf(error, "name") ?? "";
	if (PASSING.has(name) || (name === "NatsError" && UNSENT.has(textOf(error, "code") ?? ""))) return "unknown";
	const fate = own(FATES, textOf(error, "type") ?? "") ?? "answered";
	const data = propertyOf(error, "data");
	if (textOf(data, "action") !== action || propertyOf(data, "begun") === true) return "answered";
	return propertyOf(data, "unbegun") === true ? "unbegun" : fate;
}
