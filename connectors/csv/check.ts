/** What a file turned out to be. */

import type { JsonValue } from "../../contracts/json";
import type { Finding } from "../../contracts/migration/connection";
import { fact, refused, warning } from "../../domain/migration/finding";
import type { Check } from "../connector";
import { ConnectorError } from "../connector";
import type { Form } from "./form";
import type { Holder } from "./repeats";
import type { Survey } from "./survey";

export async function checkCsv(form: Form, survey: () => Promise<Survey>): Promise<Check> {
	try {
		const found = await survey();
		const findings = findingsOf(form, found);
		const ok = findings.every(each => each.ok);
		return { ok, system: "csv", version: null, account: null, findings, facts: factsOf(form, found) };
	} catch (error) {
		if (!(error instanceof ConnectorError)) throw error;
		const findings = [refused(error.code, error.message)];
		return { ok: false, system: null, version: null, account: null, findings, facts: {} };
	}
}

const SHOWN = 5;

function findingsOf(form: Form, { columns, rows, bad, repeated, digest }: Survey): Finding[] {
	const absent = missing(form, columns);
	if (absent.length > 0) {
		const there = columns?.length
			? `it has: ${columns.map(name => name.slice(0, SHOWN_NAME)).join(", ")}`
			: "it has none";
		return [refused("no-column", `The file has no column ${absent.join(", ")}; ${there}.`)];
	}
	const twice = columns?.find((name, index) => columns.indexOf(name) !== index);
	if (twice !== undefined) return [refused("column-twice", `The file has two columns '${twice}': name them apart.`)];
	return [
		fact("file", `The file has ${rows} rows, and its SHA-256 is ${digest}.`),
		...(bad.count > 0
			? [
					warning(
						"bad-lines",
						`${bad.count} rows cannot be read and are not moved, first line ${bad.lines.join(", ")}.`
					)
				]
			: []),
		...repeatedOnes(form.identity, "id-twice", repeated.ids, "only the first of each is moved"),
		...repeatedOnes(form.unique, "value-twice", repeated.values, "only the first of each is moved"),
		...(laterOf(repeated.values).length > MOST_SHARED
			? [
					refused(
						"not-unique",
						`More than ${MOST_SHARED} rows share their ${form.unique} with another one: is it the right column for option unique?`
					)
				]
			: [])
	];
}

const SHOWN_NAME = 40;

const missing = ({ identity, hash }: Form, columns: Survey["columns"]): string[] =>
	columns === null ? [] : [identity, hash].filter(name => name !== "" && !columns.includes(name));

/** Values that several rows have, by their lines: whose they are is said nowhere. */
function repeatedOnes(column: string, code: string, groups: readonly Holder[][], says: string): Finding[] {
	if (groups.length === 0) return [];
	const linesOf = (group: readonly Holder[]) => group.slice(0, SHOWN).map(({ line }) => line);
	const lines = groups.slice(0, SHOWN).map(group => `lines ${linesOf(group).join(" and ")}`);
	const more = groups.length > SHOWN ? ` and ${groups.length - SHOWN} more` : "";
	return [warning(code, `Several rows have one ${column}, ${says}: ${lines.join("; ")}${more}.`)];
}

/** Of values that are there twice, so many are told to the mapping by the ids of their rows. */
const MOST_SHARED = 10_000;

const laterOf = (groups: readonly Holder[][]): Holder[] => groups.flatMap(group => group.slice(1));

/** As much as a mapping needs. */
function factsOf({ unique, hash }: Form, { columns, digest, rows, repeated }: Survey): Record<string, JsonValue> {
	const later = [...new Set(laterOf(repeated.values).map(({ id }) => id))];
	return { columns: columns === null ? null : [...columns], digest, rows, hash, unique, later };
}
