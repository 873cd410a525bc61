/** Pages of lists that come whole, each time. */

import type { TargetRecord } from "../../contracts/migration/records";
import { fieldsOf } from "../../domain/unknown";
import { unlessEndless } from "../beyond";
import type { Cursor, Page } from "../connector";
import { readCursor } from "../cursor";

/** Behind this name; `asked` pages were taken until here. Earlier versions gave the name alone. */
interface After {
	readonly after: string;
	readonly asked: number;
}
const isAfter = (value: unknown): value is After | string => {
	const { after, asked = 1 } = typeof value === "object" ? fieldsOf(value) : { after: value };
	return typeof after === "string" && Number.isSafeInteger(asked) && Number(asked) > 0;
};

/** Of a list that comes whole, each time: behind the last name. */
export function pageOf(all: readonly TargetRecord[], cursor: Cursor | null, limit: number): Page<TargetRecord> {
	const from = cursor === null ? null : readCursor(cursor, isAfter, "Marzban");
	const { after, asked } = typeof from === "string" ? { after: from, asked: 1 } : (from ?? { after: null, asked: 1 });
	unlessEndless(asked, all.length, limit, "A list");
	const rest = all.filter(({ name }) => after === null || name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
	const records = rest.slice(0, limit);
	const last = records.at(-1);
	const next =
		last === undefined || rest.length <= limit ? null : JSON.stringify({ after: last.name, asked: asked + 1 });
	return { records, total: all.length, next };
}
