/**
 * Whom of the customers the move touches, and what to tell them: a table for a spreadsheet, by reseller. Only sentences
 * that are meant for customers stand in it; what an operator has to know is in the report.
 */

import type { ReportLine, SaidLoss } from "../contracts/migration/records";
import { NOT_MOVED, NOT_WHOLE } from "../domain/migration/common-meanings";
import { meaningOf } from "../domain/migration/meanings";

const HEAD = ["owner", "user name", "new user name", "what to tell them"];
/** Without it, Excel takes UTF-8 for something else. */
const BYTE_ORDER_MARK = "\uFEFF";
/** The stream that customers are in. */
const CUSTOMERS = "users";

interface Row {
	readonly owner: string;
	readonly name: string;
	/** Where it is another one. */
	readonly renamed: string;
	readonly said: string;
}

/** Kept until all have been seen, for they come in the order of the source: only those who notice something. */
export async function* customersCsv(lines: AsyncIterable<ReportLine>): AsyncGenerator<string> {
	const rows: Row[] = [];
	for await (const line of lines) {
		const said = line.stream === CUSTOMERS ? sentences(line) : [];
		if (said.length > 0) rows.push(rowOf(line, said));
	}
	yield `${BYTE_ORDER_MARK}${record(HEAD)}`;
	for (const { owner, name, renamed, said } of rows.sort(byOwner)) yield record([owner, name, renamed, said]);
}

const rowOf = ({ owner, name, target }: ReportLine, said: readonly string[]): Row => ({
	owner: owner ?? "",
	name,
	renamed: target === null || target === name ? "" : target,
	said: said.join(" ")
});

/** Each once; none for whoever notices nothing. */
function sentences(line: ReportLine): readonly string[] {
	const { outcome, code, target } = line;
	if (outcome === "removed") return [];
	if (outcome === "quarantined" && target !== null) return [NOT_WHOLE];
	if (outcome === "quarantined" || outcome === "skipped") return [meaningOf(code ?? "")?.customers ?? NOT_MOVED];
	return [...new Set(line.losses.flatMap(loss => filledIn(loss, line)))];
}

function filledIn({ code, amount }: SaidLoss, { name, target }: ReportLine): string[] {
	const sentence = meaningOf(code)?.customers;
	if (sentence === undefined) return [];
	const values: Readonly<Record<string, string>> = { old: name, new: target ?? name, gigabytes: gigabytes(amount) };
	return [sentence.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "")];
}

const gigabytes = (bytes = "0"): string => (Number(BigInt(bytes) / 10_000_000n) / 100).toFixed(2);

const { compare } = new Intl.Collator("en", { numeric: true });
/** Who belongs to nobody comes last. */
const byOwner = (a: Row, b: Row): number =>
	Number(a.owner === "") - Number(b.owner === "") || compare(a.owner, b.owner) || compare(a.name, b.name);

const record = (fields: readonly string[]): string => `${fields.map(cell).join(",")}\r\n`;

/** What a spreadsheet takes for the beginning of a formula, also in full width, and behind blanks. */
const FORMULA = /^\s*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]|^[\t\r\n]/;

/** A field of RFC 4180 that no spreadsheet takes for a formula. */
export const cell = (text: string): string => {
	const safe = FORMULA.test(text) ? `'${text}` : text;
	return /[",\r\n;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
