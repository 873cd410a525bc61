/** What a run knows of the records that it wrote: the first pre-image, the last write. Read from the records when needed. */

import type { Json } from "../../../contracts/json";
import type { Intent, Outcome, Result } from "../../../contracts/migration/records";
import type { StreamRun } from "../../../domain/migration/run";
import type { Before } from "./batch";
import { readBatches } from "./journal";
import type { Workplace } from "./place";

export interface Known {
	readonly name: string;
	readonly outcome: Outcome;
	readonly category?: string;
	readonly before: Json | null;
	/** The fingerprint of our last write. */
	readonly ours?: string;
}

/** By id. Later batches speak over earlier ones, but the first pre-image stays (L1). */
export async function knownRecords(
	{ store, run }: Workplace,
	{ stream }: Pick<StreamRun, "stream">
): Promise<Map<string, Known>> {
	const known = new Map<string, Known>();
	for await (const { entries, removed } of readBatches(store, run.name, stream)) {
		for (const { id } of removed) known.delete(id);
		for (const { intent, result } of entries) known.set(intent.id, told(intent, result, known.get(intent.id)));
	}
	return known;
}

function told(
	{ name, target, before }: Intent,
	{ outcome, fingerprint, quarantine }: Result,
	first: Known | undefined
): Known {
	const ours = fingerprint ?? first?.ours;
	return {
		name: target?.name ?? name,
		outcome,
		before: first ? first.before : before,
		...(ours !== undefined && { ours }),
		...(quarantine && { category: quarantine.category })
	};
}

/** As a batch asks it. */
export const beforeOf =
	(known: ReadonlyMap<string, Known>): Before =>
	id => {
		const found = known.get(id);
		if (!found) return undefined;
		const { outcome, category } = found;
		return { outcome, ...(category !== undefined && { category }) };
	};
