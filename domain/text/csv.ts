/** CSV (RFC 4180) that people open in a spreadsheet: a cell is text, and none begins a formula. Pure. */

import { showing } from "./visible";

/** Between quotes, tabs and ends of lines are text as any other. */
const visibleCell = showing("\\t\\r\\n");

/** What a spreadsheet takes for the beginning of a formula or of a call, also in full width, and behind blanks. */
const FORMULA = /^\s*[=+\-@|%\uFF0B\uFF0D\uFF1D\uFF20\uFF05\uFF5C\uFE62\uFE63\uFE66\uFE6A\uFE6B\u2212]|^[\t\r\n]/;

/** What some take for a separator needs quotes too. */
const QUOTED = /[",\r\n;\t]|^\s|\s$/;

export function csvCell(text: string): string {
	const seen = visibleCell(text);
	const safe = FORMULA.test(seen) ? `'${seen}` : seen;
	return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line, with its end: RFC 4180's, or the one that scripts read. */
export const csvRecord = (fields: readonly string[], end = "\r\n"): string => `${fields.map(csvCell).join(",")}${end}`;
