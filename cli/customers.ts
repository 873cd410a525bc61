/**
 * Whom of the customers the move touches, and what to tell them: a table for a spreadsheet, by reseller. Only sentences
 * that are meant for customers stand in it; what an operator has to know is in the report.
 */

import type { ReportLine, SaidLoss } from "../contracts/migration/records";
import { NOT_MOVED, NOT_WHOLE } from "../domain/migration/common-meanings";
import type { Customers, Vocabulary } from "../domain/migration/vocabulary";
import { csvRecord } from "../domain/text/csv";

/** Without it, Excel takes UTF-8 for something else. */
const BYTE_ORDER_MARK = "\uFEFF";

interface Row {
	readonly owner: string;
	readonly name: string;
	/** Where it is another one. */
	readonly renamed: string;
	readonly said: string;
}

/** Kept until all have been seen, for they come in the order of the source: only those who notice something. */
export async function* customersCsv(
	lines: AsyncIterable<ReportLine>,
	{ stream, columns }: Customers,
	words: Pick<Vocabulary, "meaningOf">
): AsyncGenerator<string> {
	const rows: Row[] = [];
	for await (const line of lines) {
		const said = line.stream === stream ? sentences(line, words) : [];
		if (said.length > 0) rows.push(rowOf(line, said));
	}
	yield `${BYTE_ORDER_MARK}${csvRecord(columns)}`;
	for (const { owner, name, renamed, said } of rows.sort(byOwner)) yield csvRecord([owner, name, renamed, said]);
}

const rowOf = ({ owner, name, target }: ReportLine, said: readonly string[]): Row => ({
	owner: owner ?? "",
	name,
	renamed: target === null || target === name ? "" : target,
	said: said.join(" ")
});

/** Each once; none for whoever notices nothing. */
function sentences(line: ReportLine, words: Pick<Vocabulary, "meaningOf">): readonly string[] {
	const { outcome, code, target } = line;
	if (outcome === "removed") return [];
	if (outcome === "quarantined" && target !== null) return [NOT_WHOLE];
	if (outcome === "quarantined" || outcome === "skipped") return [words.meaningOf(code ?? "")?.customers ?? NOT_MOVED];
	return [...new Set(line.losses.flatMap(loss => filledIn(loss, line, words.meaningOf(loss.code)?.customers)))];
}

function filledIn({ amount }: SaidLoss, { name, target }: ReportLine, sentence: string | undefined): string[] {
	if (sentence === undefined) return [];
	const values: Readonly<Record<string, string>> = { old: name, new: target ?? name, gigabytes: gigabytes(amount) };
	return [sentence.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "")];
}

/** A server's word is no number until it is seen to be one. */
const gigabytes = (bytes = "0"): string =>
	/^\d{1,30}$/.test(bytes) ? (Number(BigInt(bytes) / 10_000_000n) / 100).toFixed(2) : "?";

const { compare } = new Intl.Collator("en", { numeric: true });
/** Who belongs to nobody comes last. */
const byOwner = (a: Row, b: Row): number =>
	Number(a.owner === "") - Number(b.owner === "") || compare(a.owner, b.owner) || compare(a.name, b.name);
