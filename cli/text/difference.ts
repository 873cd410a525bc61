/** One record that is not as it should be, in a line. Pure. */

import type { DifferenceLine } from "../../contracts/migration/migration";
import { jsonText } from "../../domain/text/json";
import { shown } from "../../domain/text/visible";

export function differenceText({ stream, id, name, kind, fields, reason }: DifferenceLine): string {
	const said = fields.map(({ field, expected, actual }) => `${field} ${jsonText(actual)} ≠ ${jsonText(expected)}`);
	const words = [...said, ...(reason === undefined ? [] : [reason])];
	return shown(`${stream} ${id} ${name} ${kind}${words.length > 0 ? `: ${words.join("; ")}` : ""}`);
}
