/** What the records of a source hold, field by field, and what a mapping makes of each. Pure. */

import type { Json, JsonValue } from "../../contracts/json";
import type { FieldAnalysis, FieldMapping } from "../../contracts/migration/transformer";

const typeOf = (value: JsonValue | undefined): string =>
	Array.isArray(value) ? "array" : value === null ? "null" : typeof value;

interface Found {
	present: number;
	nulls: number;
	readonly types: string[];
}

/** Fields that a row names and no record has are listed too. Sorted by name. Each record is looked at once. */
export function analyze(records: readonly Json[], rows: readonly FieldMapping[]): FieldAnalysis[] {
	const fields = new Map<string, Found>();
	const found = (field: string): Found => {
		const known = fields.get(field) ?? { present: 0, nulls: 0, types: [] };
		fields.set(field, known);
		return known;
	};
	for (const field of rows.flatMap(({ from }) => from)) found(field);
	for (const [field, value] of records.flatMap(record => Object.entries(record))) {
		const known = found(field);
		known.present++;
		if (value === null) known.nulls++;
		else known.types.push(typeOf(value));
	}
	return [...fields]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([field, { present, nulls, types }]) => {
			const made = rows.filter(({ from }) => from.includes(field));
			return {
				field,
				types: byFrequency(types),
				present,
				nulls,
				to: made.flatMap(({ to }) => (to === null ? [] : [to])),
				lost: made.some(({ to }) => to === null)
			};
		});
}

function byFrequency(values: readonly string[]): string[] {
	const counts = new Map<string, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}
