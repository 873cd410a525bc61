/** The state of a run as it is kept, so that a run need not be folded from its beginning. Pure. */

import { IdSet } from "./idset";
import { NameSet } from "./nameset";
import type { Comparison, Run, StreamRun } from "./run";

/**
 * Which fold made a state: a kept one of another number is thrown away. A new number with every change of what the same
 * events come to; `test/unit/domain/migration/snapshot.spec.ts` finds those.
 */
export const FOLD = 5;

const comparisonParts = (comparison: Comparison) => ({
	...comparison,
	ids: comparison.ids.parts(),
	differing: comparison.differing.parts()
});

const streamParts = (stream: StreamRun) => ({
	...stream,
	ids: stream.ids.parts(),
	moved: stream.moved.parts(),
	removed: stream.removed.parts(),
	names: stream.names.parts(),
	acts: new Map([...stream.acts].map(([code, ids]) => [code, ids.parts()] as const)),
	comparison: comparisonParts(stream.comparison),
	undo: { ...stream.undo, ids: stream.undo.ids.parts(), left: stream.undo.left.parts() }
});
type StreamParts = ReturnType<typeof streamParts>;

/** Structured-cloneable; it shares what it is made of with the run, so it is to be kept before that goes on. */
export const snapshotOf = (run: Run) => ({ ...run, streams: run.streams.map(streamParts) });
export type RunSnapshot = ReturnType<typeof snapshotOf>;

const streamFrom = (parts: StreamParts): StreamRun => ({
	...parts,
	ids: IdSet.from(parts.ids),
	moved: IdSet.from(parts.moved),
	removed: IdSet.from(parts.removed),
	names: NameSet.from(parts.names),
	acts: new Map([...parts.acts].map(([code, ids]) => [code, IdSet.from(ids)])),
	comparison: {
		...parts.comparison,
		ids: IdSet.from(parts.comparison.ids),
		differing: IdSet.from(parts.comparison.differing)
	},
	undo: { ...parts.undo, ids: IdSet.from(parts.undo.ids), left: IdSet.from(parts.undo.left) }
});

/** The run that it was made of. */
export const runFrom = (snapshot: RunSnapshot): Run => ({ ...snapshot, streams: snapshot.streams.map(streamFrom) });

/** About how much memory a run takes. */
export const bytesOf = ({ streams }: Run): number =>
	streams.reduce((sum, stream) => {
		const { ids, moved, removed, names, held, comparison, undo } = stream;
		const sets = [ids, moved, removed, names, comparison.ids, comparison.differing, undo.ids, undo.left];
		return sets.reduce((all, { bytes }) => all + bytes, sum) + held.size * 100;
	}, 10_000);
