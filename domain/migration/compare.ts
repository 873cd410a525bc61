/** Compares what the target shall hold with what it holds. Pure; what counts as equal, the connector's fingerprint says. */

import type { Json, JsonValue } from "../../contracts/json";
import type { Difference, FieldDifference, TargetRecord } from "../../contracts/migration/records";
import type { Comparison } from "../../contracts/migration/verifier";

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
			differences.push({
				id,
				name,
				kind: "different",
				fields: fieldDifferences(data, found, fingerprint),
				found: there as string
			});
	}
	return { equal, differences };
}

/**
 * The fields that are not as expected: those whose expected value would change the digest of what is there, so that
 * spellings the connector takes for equal are not named. Credentials are named, never shown.
 */
function fieldDifferences(expected: Json, actual: Json, fingerprint: (data: Json) => string): FieldDifference[] {
	const there = fingerprint(actual);
	return Object.entries(expected)
		.filter(([field, value]) => fingerprint({ ...actual, [field]: value }) !== there)
		.map(([field, value]) => ({ field, expected: shown(field, value), actual: shown(field, actual[field]) }));
}

const shown = (field: string, value: JsonValue | undefined): JsonValue =>
	field === "proxies" ? "(masked)" : (value ?? null);
