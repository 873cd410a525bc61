/** What a run does next. Answers from the state alone. */

import type { Phase } from "../../contracts/migration/migration";
import { OUTCOMES } from "../../contracts/migration/records";
import type { Run, StreamRun } from "./run";

export type Step =
	| { readonly kind: "copy" | "compare" | "again" | "survey" | "undo"; readonly stream: StreamRun }
	| { readonly kind: "backup" | "finish" | "rolledBack" | "idle" };

const REST = { kind: "idle" } as const;

/** What is written to beside the target's API is copied first. A run that was planned before its mapping said so names it. */
const needsBackup = ({ context, backup: taken }: Run): boolean =>
	taken === undefined && (context.backup ?? (context.database ?? null) !== null) === true;

const forward = (run: Run): Step => {
	if (needsBackup(run)) return { kind: "backup" };
	const toCopy = run.streams.find(({ copied }) => !copied);
	if (toCopy) return { kind: "copy", stream: toCopy };
	for (const stream of run.streams) {
		if (!stream.comparison.listed) return { kind: "compare", stream };
		if (needsAnotherPass(stream, run.definition.catchUp.passes)) return { kind: "again", stream };
		if (stream.extra === null) return { kind: "survey", stream };
	}
	return { kind: "finish" };
};

/** What depends on others goes before them. */
const backward = (run: Run): Step => {
	const toUndo = run.streams.findLast(({ undo }) => !undo.done);
	return toUndo ? { kind: "undo", stream: toUndo } : { kind: "rolledBack" };
};

const BY_PHASE: Readonly<Record<Phase, (run: Run) => Step>> = {
	planned: forward,
	copying: forward,
	comparing: forward,
	finished: () => REST,
	cancelled: () => REST,
	"rolling-back": backward,
	"rolled-back": () => REST
};

export const nextStep = (run: Run): Step => BY_PHASE[run.phase](run);

/** A listing that named other ids than the run knew proves nothing: one more, as long as the definition allows it. */
function needsAnotherPass({ comparison }: StreamRun, passes: number): boolean {
	const { added, absent, round, waiting, left, freed } = comparison;
	// What waits for a word, or cannot be taken away, no listing more will move.
	return (added > 0 || freed || absent.length > waiting.size + left.size) && round < passes;
}

/** Do the outcomes add up to what was read? */
export const addsUp = ({ outcomes, ids }: StreamRun): boolean =>
	OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0) === ids.size;

/** Did the last listing name just the records that the run knew before it (L4)? Null until it is whole. */
export function isComplete({ ids, removed, comparison }: StreamRun): boolean | null {
	if (!comparison.listed) return null;
	const [unknown] = comparison.ids.without(ids);
	return comparison.added === 0 && unknown === undefined && comparison.ids.size + removed.size === ids.size;
}
