/** Compares what the target shall hold with what it holds. Pure; what counts as equal, the connector's fingerprint says. */

import type { Json, JsonValue } from "../../contracts/json";
import type { Difference, FieldDifference, TargetRecord } from "../../contracts/migration/records";
import type { Comparison } from "../../contracts/migration/verifier";
import { canonical } from "../canonical";
import { own } from "../own";

interface Expected {
	readonly id: string;
	readonly name: string;
	readonly data: Json;
}

/** What is a system's own of the records that are compared. */
export interface Sight {
	/** A digest of a record that is blind to spelling and to volatile fields. */
	readonly fingerprint: (data: Json) => string;
	/** Fields that hold credentials: named where they differ, never shown. */
	readonly credentials?: readonly string[];
	/** In a word, how a record stands there: `disabled`. */
	readonly stateOf?: (data: Json) => string | undefined;
	/** The address by which whoever a record stands for reaches the system. */
	readonly link?: (data: Json) => { readonly link: string; readonly revokedAt: string | null } | undefined;
}

export function compareRecords(
	expected: readonly Expected[],
	actual: readonly TargetRecord[],
	sight: Sight
): Comparison {
	const { fingerprint, credentials = [], link = () => undefined } = sight;
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
		if (!found) {
			differences.push({ id, name, kind: "missing", fields: [] });
			continue;
		}
		const there = fingerprint(found);
		if (there === digest) equal.push([id, name, digest]);
		else
			differences.push({
				id,
				name,
				kind: "different",
				fields: fieldDifferences(data, found, sight),
				found: there
			});
	}
	const isStrange = isStranger(credentials);
	const strange = new Set(differences.filter(isStrange).map(({ id }) => id));
	const links = expected.flatMap(({ id, name }) => {
		const found = strange.has(id) ? undefined : held.get(name);
		const given = found && link(found.data);
		return given ? [{ id, ...given }] : [];
	});
	return { equal, differences, links };
}

/** Who has other credentials may be another customer by that name: nobody's old link leads there. */
const isStranger =
	(credentials: readonly string[]) =>
	({ kind, fields }: Difference): boolean =>
		kind !== "different" ||
		fields.length === 0 ||
		fields.some(({ field }) => field === UNREAD || credentials.includes(field));

const UNREAD = "record";

const unreadable = (reason: string): FieldDifference => ({ field: UNREAD, expected: "to be read", actual: reason });

/**
 * The fields that are not as expected: those whose expected value would change the digest of what is there, so that
 * spellings the connector takes for equal are not named. Where no field does so alone, all that differ are; a record
 * that differs never differs in nothing. Credentials are named, never shown.
 */
export function fieldDifferences(
	expected: Json,
	actual: Json,
	{ fingerprint, credentials = [] }: Pick<Sight, "fingerprint" | "credentials">
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
	const shown = (field: string, value: JsonValue): JsonValue => (credentials.includes(field) ? "(masked)" : value);
	return named.map(field => ({ field, expected: shown(field, asked(field)), actual: shown(field, found(field)) }));
}
