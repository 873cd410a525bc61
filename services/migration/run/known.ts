/** What a run knows of the records that it wrote: the first pre-image, the last write. Read from the records when needed. */

import { NEW } from "../../../adapters/eventstore";
import type { Json } from "../../../contracts/json";
import type { Intent, Outcome, Result } from "../../../contracts/migration/records";
import { canonical } from "../../../domain/canonical";
import type { StreamRun } from "../../../domain/migration/run";
import { type Lost, lostBy } from "../../../domain/migration/tally";
import type { Before } from "./batch";
import { readBatches } from "./journal";
import type { UndoCall, Workplace } from "./place";

export interface Known {
	readonly name: string;
	readonly outcome: Outcome;
	readonly category?: string;
	readonly lost: Lost;
	/** What stood there before the first write that was sent. */
	readonly before: Json | null;
	/** A write was sent that took effect, or may have. */
	readonly begun: boolean;
	/** The fingerprint of our last write. */
	readonly ours?: string;
	/** What was sent since, and may have taken effect. */
	readonly sent: readonly Json[];
}

/**
 * By id, up to the last batch that was counted. Later batches speak over earlier ones, but the pre-image of the first
 * write stays (L1).
 */
export async function knownRecords(
	{ store, run }: Workplace,
	{ stream, records: until }: Pick<StreamRun, "stream" | "records">
): Promise<Map<string, Known>> {
	const known = new Map<string, Known>();
	if (until === NEW) return known;
	for await (const { entries, removed } of readBatches(store, run.name, stream, { until })) {
		for (const { id, name } of removed) known.set(id, { name, outcome: "removed", lost: [], ...NOTHING_THERE });
		for (const { intent, result } of entries) known.set(intent.id, told(intent, result, known.get(intent.id)));
	}
	return known;
}

const NOTHING_THERE = { before: null, begun: false, sent: [] } as const;

function told(intent: Intent, result: Result, first: Known | undefined): Known {
	const { name, target, before } = intent;
	const { outcome, fingerprint, quarantine, inDoubt } = result;
	const ours = fingerprint ?? first?.ours;
	const sent = inDoubt || outcome === "quarantined" ? (first?.sent ?? []) : [];
	return {
		name: target?.name ?? first?.name ?? name,
		outcome,
		lost: shared(lostBy(intent, result)),
		before: first?.begun ? first.before : before,
		begun: first?.begun || inDoubt || outcome === "created" || outcome === "updated",
		sent: inDoubt && target ? [...sent.filter(data => canonical(data) !== canonical(target.data)), target.data] : sent,
		...(ours !== undefined && { ours }),
		...(quarantine && { category: quarantine.category })
	};
}

const LOST = new Map<string, Lost>();

/** Few records lose what no other one does: each combination is held once. */
function shared(lost: Lost): Lost {
	const key = lost.join(" ");
	const held = LOST.get(key);
	if (held === undefined) LOST.set(key, lost);
	return held ?? lost;
}

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

/** As a batch asks it. */
export const beforeOf =
	(known: ReadonlyMap<string, Known>): Before =>
	id => {
		const found = known.get(id);
		if (!found) return undefined;
		const { outcome, category, lost, begun } = found;
		const named = begun || (outcome !== "quarantined" && outcome !== "removed");
		return { outcome, lost, named, ...(category !== undefined && { category }) };
	};
