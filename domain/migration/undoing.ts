/** What becomes of an attempt to put records back: done, left for good, or tried again, a bounded number of times (L32). */

import type { UndoneRecord } from "../../contracts/migration/records";

/** How often one record is tried while the target puts others back, or answers otherwise. */
export const MOST_TRIES = 3;

export interface Judged {
	readonly settled: readonly UndoneRecord[];
	/** `[id, tries so far]` of what is tried again. */
	readonly again: readonly (readonly [string, number])[];
}

/** @param tries so far, by id */
export function judged(undone: readonly UndoneRecord[], tries: ReadonlyMap<string, number>): Judged {
	const settled: UndoneRecord[] = [];
	const again: [string, number][] = [];
	for (const record of undone) {
		const tried = (tries.get(record.id) ?? 0) + 1;
		if (record.outcome !== "failed") settled.push(record);
		else if (tried < MOST_TRIES) again.push([record.id, tried]);
		else
			settled.push({
				...record,
				outcome: "changed-since",
				reason: `${record.reason ?? ""} Tried ${tried} times.`.trim()
			});
	}
	return { settled, again };
}
