/** What the records of a source hold, field by field, and what a mapping makes of each. Pure. */

import type { Json, JsonValue } from "../../contracts/json";
import type { FieldAnalysis, FieldMapping } from "../../contracts/migration/transformer";

const typeOf = (value: JsonValue | undefined): string =>
	Array.isArray(value) ? "array" : value === null ? "null" : typeof value;

/** Fields that a row names and no record has are listed too. Sorted by name. */
export function analyze(records: readonly Json[], rows: readonly FieldMapping[]): FieldAnalysis[] {
	const fields = new Set([...records.flatMap(record => Object.keys(record)), ...rows.flatMap(({ from }) => from)]);
	return [...fields].sort().map(field => {
		const held = records.filter(record => Object.hasOwn(record, field)).map(record => record[field]);
		const made = rows.filter(({ from }) => from.includes(field));
		return {
			field,
			types: byFrequency(held.map(typeOf).filter(type => type !== "null")),
			present: held.length,
			nulls: held.filter(value => value === null).length,
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
