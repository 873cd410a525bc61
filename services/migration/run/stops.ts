/** What keeps a run from going on. */

import { StoreAway } from "../../../adapters/errors";
import { codeOf, failure, isUnanswered } from "../../../cluster/errors";
import { propertyOf, textOf } from "../../../domain/unknown";

/** Of a run whose controller could not renew its lease in time. */
export const leaseLost = (leaseMs: number) =>
	failure(
		"LEASE_LOST",
		`Its lease of ${leaseMs / 1000} s was over before it could be renewed: the machine was suspended, or its disk or processor too busy. Nothing more was written from then on: start it again.`
	);

/** Is it a system or a node that is away, slow or overloaded, rather than one that says no? */
export function isAway(error: unknown): boolean {
	if (isUnanswered(error) || error instanceof StoreAway) return true;
	const data = propertyOf(error, "data");
	return (
		codeOf(error) === "SYSTEM_FAILED" &&
		(propertyOf(data, "retryable") === true || AWAY.has(textOf(data, "code") ?? ""))
	);
}

const AWAY: ReadonlySet<string> = new Set(["unreachable", "throttled", "stopped"]);
