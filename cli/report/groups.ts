/** What of a migration needs somebody's hand, grouped by what to do, and what else there is to know. Pure. */

import type { DifferenceLine, Status } from "../../contracts/migration/migration";
import type { ReportLine } from "../../contracts/migration/records";
import { entriesOf } from "../../contracts/table";
import type { Vocabulary } from "../../domain/migration/vocabulary";
import { maskText } from "../../domain/text/masking";
import { reasonOf } from "./data";

/** The most records that a group lists by name; the table has them all. */
export const MOST_LISTED = 100;

export interface Listed {
	readonly name: string;
	readonly target: string | null;
	readonly owner: string | null;
	readonly reason: string;
}

/** Records of one stream for which the same is to be done. */
export interface Group {
	readonly stream: string;
	readonly code: string;
	readonly severity: "act" | "degraded" | "info";
	/** Accepted by the definition or by the operator. */
	readonly accepted: boolean;
	/** Found by a comparison: not in the table of records. */
	readonly compared: boolean;
	readonly count: number;
	readonly records: readonly Listed[];
}

const keyOf = (stream: string, code: string): string => JSON.stringify([stream, code]);

/** Remembers the first records of each group as they go by. */
export class Hands {
	private readonly listed = new Map<string, Listed[]>();
	private readonly differing = new Map<string, number>();

	see(line: ReportLine): void {
		const { stream, name, target, owner } = line;
		if (line.code !== null) this.list(stream, line.code, { name, target, owner, reason: reasonOf(line) });
		for (const { code, severity, reason } of line.losses)
			if (severity === "act") this.list(stream, code, { name, target, owner, reason: maskText(reason) });
	}

	seeDifference({ stream, name, kind, fields }: DifferenceLine): void {
		const key = keyOf(stream, kind);
		this.differing.set(key, (this.differing.get(key) ?? 0) + 1);
		const reason = fields.map(({ field }) => field).join(", ");
		this.list(stream, kind, { name, target: null, owner: null, reason: maskText(reason) });
	}

	/** The most records first. What was lost on the way is no matter once it was taken back. */
	groups(status: Status): Group[] {
		const moved = status.phase.startsWith("roll") ? [] : status.streams;
		const found = [...moved.flatMap(stream => this.ofStream(stream, status)), ...this.differences()];
		return found.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
	}

	private list(stream: string, code: string, record: Listed): void {
		const key = keyOf(stream, code);
		const found = this.listed.get(key) ?? [];
		this.listed.set(key, found);
		if (found.length < MOST_LISTED) found.push(record);
	}

	private ofStream({ stream, quarantine, outcomes, losses }: Status["streams"][number], status: Status): Group[] {
		const accepted = status.accepted ?? Object.keys(status.verdict?.accepted ?? {});
		const group = (code: string, count: number, severity: Group["severity"] = "act"): Group => ({
			stream,
			code,
			severity,
			accepted: severity === "act" && accepted.includes(code),
			compared: false,
			count,
			records: severity === "act" ? (this.listed.get(keyOf(stream, code)) ?? []) : []
		});
		return [
			...Object.entries(quarantine).map(([code, { count }]) => group(code, count)),
			group("skipped", outcomes.skipped),
			group("removed", outcomes.removed, "info"),
			...Object.entries(losses).flatMap(([code, { severities }]) =>
				entriesOf(severities).map(([severity, count]) => group(code, count, severity))
			)
		];
	}

	private differences(): Group[] {
		return [...this.differing].map(([key, count]) => {
			const [stream, code] = JSON.parse(key) as [string, string];
			const records = this.listed.get(key) ?? [];
			return { stream, code, severity: "act", accepted: false, compared: true, count, records };
		});
	}
}

export const needsHand = ({ severity, accepted }: Group): boolean => severity === "act" && !accepted;

/** In words: what is the matter, what it means, what to do. */
export function wordsOf(
	{ code, stream, count }: Group,
	words: Vocabulary
): { says: string; means: string; todo: string; whom: string } {
	const meaning = words.meaningOf(code);
	return {
		says: words.sentenceOf(code, stream, count),
		means: meaning?.means ?? "",
		todo: meaning?.todo ?? "Look at each record's reason.",
		whom: (meaning?.whom ?? ["operator"]).join(", ")
	};
}
