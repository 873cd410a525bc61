/** What is said of a list of old links, by where its migration stands. Pure. */

import type { Status } from "../../contracts/migration/migration";
import { restoredOf } from "./hand";
import { records } from "./words";

const ROLLED_BACK =
	"It was rolled back: the source answers for everybody by their old links. A proxy must not lead them to the target.";

/** Undefined where the list says it all. */
export function linksNote(status: Pick<Status, "phase" | "streams">): string | undefined {
	if (status.phase === "rolled-back") return ROLLED_BACK;
	const back = restoredOf(status);
	if (status.phase !== "rolling-back" && back === 0) return undefined;
	return `A rollback has begun, ${records(back)} put back so far: these are those who are still at the target. Write it anew when it is over.`;
}
