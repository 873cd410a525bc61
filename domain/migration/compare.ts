/** Compares what the target shall hold with what it holds. Pure; what counts as equal, the connector's fingerprint says. */

import type { Json, JsonValue } from "../../contracts/json";
import type { Difference, FieldDifference, TargetRecord } from "../../contracts/migration/records";
import type { Comparison, FoundLink } from "../../contracts/migration/verifier";
import { canonical } from "../canonical";
import { own } from "../own";

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
	const held = new Map(actual.map(record => [record.name, record]));
	const equal: [string, string, string][] = [];
	const differences: Difference[] = [];
	for (const { id, name, data } of expected) {
		const record = held.get(name);
		if (record?.unreadable) {
			differences.push({ id, name, kind: "different", fields: [unreadable(record.unreadable)] });
			continue;
		}
		const found = record?.data;
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
	const strange = new Set(differences.filter(isStranger).map(({ id }) => id));
	const links = expected.flatMap(({ id, name }) => (strange.has(id) ? [] : (linkIn(id, held.get(name)?.data) ?? [])));
	return { equal, differences, links };
}

/** Who has other credentials may be another customer by that name: nobody's old link leads there. */
const isStranger = ({ kind, fields }: Difference): boolean =>
	kind !== "different" || fields.length === 0 || fields.some(({ field }) => field === CREDENTIALS || field === UNREAD);

const CREDENTIALS = "proxies";
const UNREAD = "record";

function linkIn(id: string, found: Json | undefined): FoundLink | undefined {
	const { subscription_url: link, sub_revoked_at: revokedAt = null } = found ?? {};
	if (typeof link !== "string" || link === "") return undefined;
	return { id, link, revokedAt: revokedAt === null ? null : String(revokedAt) };
}

const unreadable = (reason: string): FieldDifference => ({ field: UNREAD, expected: "to be read", actual: reason });

/**
 * The fields that are not as expected: those whose expected value would change the digest of what is there, so that
 * spellings the connector takes for equal are not named. Where no field does so alone, all that differ are; a record
 * that differs never differs in nothing. Credentials are named, never shown.
 */
export function fieldDifferences(
	expected: Json,
	actual: Json,
	fingerprint: (data: Json) => string
): readonly FieldDifference[] {
	const there = fingerprint(actual);
	const fields = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
	const asked = (field: string): JsonValue => own(expected, field) ?? null;
	const found = (field: string): JsonValue => own(actual, field) ?? null;
	const alone = fields.filter(field => fingerprint({ ...actual, [field]: asked(field) }) !== there);
	const differing = fields.filter(
		field => Object.hasOwn(expected, field) && canonical(asked(field)) !== canonical(found(field))
	);
	const named = alone.length > 0 ? alone : differing;
	if (named.length === 0) return [{ field: "record", expected: "as asked", actual: "otherwise" }];
	return named.map(field => ({ field, expected: shown(field, asked(field)), actual: shown(field, found(field)) }));
}

const shown = (field: string, value: JsonValue | undefined): JsonValue =>
	field === CREDENTIALS ? "(masked)" : (value ?? null);
