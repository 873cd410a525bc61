/** Compares what the target shall hold with what it holds. Pure; what counts as equal, the connector's fingerprint says. */

import type { Json, JsonValue } from "../../contracts/json";
import type { Difference, FieldDifference, TargetRecord } from "../../contracts/migration/records";
import type { Comparison } from "../../contracts/migration/verifier";
import { canonical } from "../canonical";

interface Expected {
	readonly id: string;
	readonly name: string;
	readonly data: Json;
}

/** @param fingerprint a digest of a record that is blind to spelling and to volatile fields */
export function compareRecords(
	expected: readonly Expected[],
	actual: readonly TargetRecord[],
	fingerprint: (data: Json) => string
): Comparison {
	const held = new Map(actual.map(record => [record.name, record.data]));
	const equal: [string, string, string][] = [];
	const differences: Difference[] = [];
	for (const { id, name, data } of expected) {
		const found = held.get(name);
		const digest = fingerprint(data);
		const there = found && fingerprint(found);
		if (!found) differences.push({ id, name, kind: "missing", fields: [] });
		else if (there === digest) equal.push([id, name, digest]);
		else
			differences.push({ id, name, kind: "different", fields: fieldDifferences(data, found), found: there as string });
	}
	return { equal, differences };
}

/** The fields of `expected` that `actual` says otherwise; credentials are named, never shown. */
function fieldDifferences(expected: Json, actual: Json): FieldDifference[] {
	return Object.keys(expected)
		.filter(field => canonical(expected[field] ?? null) !== canonical(actual[field] ?? null))
		.map(field => ({ field, expected: shown(field, expected[field]), actual: shown(field, actual[field]) }));
}

const shown = (field: string, value: JsonValue | undefined): JsonValue =>
	field === "proxies" ? "(masked)" : (value ?? null);
