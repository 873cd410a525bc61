/** Counts by code: what waits for a human, and what was lost on the way. Counts of a change may be negative. */

import { type Intent, type Loss, type Result, SEVERITIES, type Severity } from "../../contracts/migration/records";
import { entriesOf } from "../../contracts/table";

/** How many records wait, by category. */
export type Tally = Record<string, { count: number }>;

/** How many records lost what, by code; one code may weigh differently for different records. */
export type LossTally = Record<string, Partial<Record<Severity, number>>>;

/** What one record lost: each code once, with the worst of its severities. */
export type Lost = readonly (readonly [code: string, severity: Severity])[];

const weight = (severity: Severity): number => SEVERITIES.indexOf(severity);
const worse = (one: Severity, other: Severity | undefined): Severity =>
	other !== undefined && weight(other) > weight(one) ? other : one;

/** What a record that stands there as ours lost: one that was not moved has lost nothing, but for what is kept there. */
export const lostBy = ({ target, losses, kept }: Intent, { outcome }: Result): Lost =>
	target === undefined || outcome === "quarantined" || (outcome === "skipped" && kept === undefined)
		? []
		: lostOf(losses);

function lostOf(losses: readonly Pick<Loss, "code" | "severity">[]): Lost {
	const worst = new Map<string, Severity>();
	for (const { code, severity } of losses) worst.set(code, worse(severity, worst.get(code)));
	return [...worst];
}

/** Of a code, the worst severity that any record has. */
export const worstOf = (counts: LossTally[string]): Severity =>
	SEVERITIES.findLast(severity => (counts[severity] ?? 0) > 0) ?? "info";

export const countOf = (counts: LossTally[string]): number =>
	SEVERITIES.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);

/** Adds the counts of `more` to `sum`; what comes to nothing is left out. */
export function addTally(sum: Tally, more: Tally): void {
	for (const [code, { count }] of Object.entries(more)) {
		const total = (sum[code]?.count ?? 0) + count;
		if (total === 0) delete sum[code];
		else sum[code] = { count: total };
	}
}

/** The same for losses. */
export function addLosses(sum: LossTally, more: LossTally): void {
	for (const [code, said] of Object.entries(more)) {
		const entry = { ...sum[code] };
		for (const [severity, count] of entriesOf(said)) {
			entry[severity] = (entry[severity] ?? 0) + count;
			if (entry[severity] === 0) delete entry[severity];
		}
		if (Object.keys(entry).length > 0) sum[code] = entry;
		else delete sum[code];
	}
}

/** Adds one record's losses `times` times: 1, or -1 to take them back. */
export const addLost = (sum: LossTally, lost: Lost, times: 1 | -1): void =>
	addLosses(sum, Object.fromEntries(lost.map(([code, severity]) => [code, { [severity]: times }])));
