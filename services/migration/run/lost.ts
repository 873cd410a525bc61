/** What a run did after the backup that it was put back from, met before a rollback puts anything back. */

import { NEW_RECORDS } from "../../../domain/migration/counting";
import { wasMet } from "../../../domain/migration/restored";
import type { StreamRun } from "../../../domain/migration/run";
import { doBatch, type Log } from "./batch";
import { batches } from "./copy";
import type { RunContext } from "./run-context";

/**
 * Of the source's records that the run does not know, those that stand at the target are recorded as any other batch: what
 * proves to be ours is put back with the rest, all else is named. It may be done again at any time: what was met is known.
 */
export async function meetLost(context: RunContext, stream: StreamRun): Promise<void> {
	if (context.run.restored === null) return;
	const log: Log = { version: stream.records };
	for await (const prepared of batches(context, stream)) {
		if (context.halted()) return;
		const intents = prepared.intents.filter(wasMet);
		if (intents.length === 0) continue;
		const met = { ...prepared, intents, batch: stream.batch + 1, settles: true };
		await doBatch(context, stream, log, met, NEW_RECORDS);
	}
}
