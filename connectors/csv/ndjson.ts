/** NDJSON: a JSON object a line. */

import type { FileHandle } from "node:fs/promises";
import type { Json } from "../../contracts/json";
import { isFields } from "../../domain/unknown";
import { type Line, linesFrom } from "./lines";
import { NO_UTF8, type Place, type Row, type Rows, UTF8_FAULT } from "./rows";

const BOM = /^\ufeff/;

export function ndjsonRows(file: FileHandle, most: number): Rows {
	return {
		head: async () => ({ columns: null, first: { at: 0, line: 1 } }),
		async *from(place: Place): AsyncGenerator<Row> {
			for await (const line of linesFrom(file, place, most)) {
				const text = line.text?.replace(BOM, "").trim();
				if (text !== "") yield { line: line.line, next: line.next, nextLine: line.line + 1, ...said(line, text, most) };
			}
		}
	};
}

function said(_line: Line, text: string | undefined, most: number): Pick<Row, "fields" | "fault"> {
	if (text === undefined) return { fault: `it is longer than ${most} bytes (PANEL_RECORD_LIMIT)` };
	if (NO_UTF8.test(text)) return { fault: UTF8_FAULT };
	try {
		const value: unknown = JSON.parse(text);
		return isFields(value) && !Array.isArray(value) ? { fields: value as Json } : { fault: "it is not a JSON object" };
	} catch {
		return { fault: "it is not JSON" };
	}
}
