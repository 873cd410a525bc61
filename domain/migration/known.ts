/** What a run knows of each record that it met, folded batch by batch, and the line that is said of it. Pure. */

import type { Json } from "../../contracts/json";
import type { Intent, Outcome, ReportLine, Result, UndoneRecord } from "../../contracts/migration/records";
import { canonical } from "../canonical";
import { removedLine, reportLine } from "./status";
import { type Lost, lostBy } from "./tally";

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

/** A batch as it stands in the records: each intent with its result; or what was taken away. */
export interface Batch {
	readonly batch: number;
	readonly entries: readonly { readonly intent: Intent; readonly result: Result }[];
	readonly removed: readonly UndoneRecord[];
}

/** What is kept of a record. */
export interface Said {
	readonly id: string;
	readonly known: Known;
	readonly line: ReportLine;
}

/**
 * Later batches speak over earlier ones, but the pre-image of the first write stays (L1).
 * @param before what was known of a record
 */
export const saidBy = (
	stream: string,
	{ entries, removed }: Pick<Batch, "entries" | "removed">,
	before: (id: string) => Known | undefined
): Said[] => [
	...removed.map(record => ({ id: record.id, known: takenAway(record), line: gone(stream, record) })),
	...entries.map(({ intent, result }) => ({
		id: intent.id,
		known: told(intent, result, before(intent.id)),
		line: reportLine(stream, intent, result)
	}))
];

const takenAway = ({ name }: UndoneRecord): Known => ({ name, outcome: "removed", lost: [], ...NOTHING_THERE });

const gone = (stream: string, record: UndoneRecord): ReportLine =>
	removedLine(stream, record, record.reason ?? "Gone from the source: two listings in a row did not name it.");

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

/** As it is kept: what is not said is as for a record of which nothing is known. */
export const kept = ({ lost, before, begun, sent, ...known }: Known): object => ({
	...known,
	...(lost.length > 0 && { lost }),
	...(before !== null && { before }),
	...(begun && { begun }),
	...(sent.length > 0 && { sent })
});

/** @param facts of `kept`, as JSON */
export const knownFrom = (facts: string): Known => ({ lost: [], ...NOTHING_THERE, ...JSON.parse(facts) });
