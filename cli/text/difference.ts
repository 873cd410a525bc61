/** One record that is not as it should be, in a line. Pure. */

import type { DifferenceLine } from "../../contracts/migration/migration";
import { printable } from "../terminal/width";

export function differenceText({ stream, id, name, kind, fields }: DifferenceLine): string {
	const said = fields.map(
		({ field, expected, actual }) => `${field} ${JSON.stringify(actual)} ≠ ${JSON.stringify(expected)}`
	);
	return printable(`${stream} ${id} ${name} ${kind}${said.length > 0 ? `: ${said.join("; ")}` : ""}`);
}
