/** What a run knows of the records that it wrote, as the next write, undo or count of them asks for it. */

import type { Intent, UndoneRecord } from "../../../contracts/migration/records";
import type { PriorOutcomes } from "../../../domain/migration/counting";
import type { Known } from "../../../domain/migration/known";
import { UNKNOWN, whyUnknown } from "../../../domain/migration/restored";
import type { Run, StreamRun } from "../../../domain/migration/run";
import type { PriorOutcomesOf } from "./batch";
import type { RunContext, UndoCall } from "./run-context";

/** By id, of these records, up to the last batch that was counted. */
export const knownOf = (
	{ lists, run }: Pick<RunContext, "lists" | "run">,
	stream: Pick<StreamRun, "stream" | "batch">,
	ids: readonly string[]
): Promise<ReadonlyMap<string, Known>> => lists.known(run.name, stream, ids);

/** What of the run's own may stand there, for an intent or an undo. */
export const ownOf = ({ before, ours, sent }: Known): Pick<Intent, "before" | "ours" | "sent"> => ({
	before,
	...(ours !== undefined && { ours }),
	...(sent.length > 0 && { sent })
});

/** Of these records, those of which something of ours may stand at the target, as an undo asks for them. */
export const undoable = (ids: readonly string[], known: ReadonlyMap<string, Known>): UndoCall["records"] =>
	ids.flatMap(id => {
		const record = known.get(id);
		if (!record?.begun) return [];
		const { name, before, ours, sent } = record;
		return [{ id, name, before, ...(ours !== undefined && { ours }), ...(sent.length > 0 && { sent: [...sent] }) }];
	});

/** Of these records, those of which nobody knows whether they are ours: a rollback leaves them, and names them. */
export const unknownOf = (
	ids: readonly string[],
	known: ReadonlyMap<string, Known>,
	{ restored }: Pick<Run, "restored">
): UndoneRecord[] =>
	ids.flatMap(id => {
		const { name, begun, lost = [] } = known.get(id) ?? {};
		const isUnknown = name !== undefined && !begun && lost.some(([code]) => code === UNKNOWN);
		return isUnknown ? [{ id, name, outcome: "changed-since", reason: whyUnknown(restored ?? "") }] : [];
	});

/** As a batch asks it. */
export const priorOutcomes =
	(known: ReadonlyMap<string, Known>): PriorOutcomes =>
	id => {
		const found = known.get(id);
		if (!found) return undefined;
		const { outcome, category, lost, begun } = found;
		const named = begun || (outcome !== "quarantined" && outcome !== "removed");
		return { outcome, lost, named, ...(category !== undefined && { category }) };
	};

/** The same, looked up. */
export const priorOutcomesIn =
	(context: Pick<RunContext, "lists" | "run">, stream: Pick<StreamRun, "stream" | "batch">): PriorOutcomesOf =>
	async ids =>
		priorOutcomes(await knownOf(context, stream, ids));
