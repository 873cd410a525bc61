/** One record that is not as it should be, in a line. Pure. */

import type { DifferenceLine } from "../../contracts/migration/migration";
import { printable } from "../terminal/width";

export function differenceText({ stream, id, name, kind, fields, reason }: DifferenceLine): string {
	const said = fields.map(
		({ field, expected, actual }) => `${field} ${JSON.stringify(actual)} ≠ ${JSON.stringify(expected)}`
	);
	const words = [...said, ...(reason === undefined ? [] : [reason])];
	return printable(`${stream} ${id} ${name} ${kind}${words.length > 0 ? `: ${words.join("; ")}` : ""}`);
}
