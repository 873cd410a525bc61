/** What is done with one record at the target, and what is said of it. Pure. */

import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import type { Intent, Outcome, Quarantine, Result, TargetRecord } from "../../contracts/migration/records";
import type { QUARANTINES } from "./common-meanings";
import { fieldDifferences, type Sight } from "./compare";

export type Treatment =
	| { readonly write: true; readonly outcome: Extract<Outcome, "created" | "updated"> }
	| { readonly write: false; readonly result: Omit<Result, "id"> };

const EXISTS = "A record of that name stands at the target and is not as ours would be.";

const ON_CONFLICT: Readonly<Record<Definition["conflict"], (name: string) => Treatment>> = {
	skip: () => ({ write: false, result: { outcome: "skipped", reason: EXISTS } }),
	overwrite: () => ({ write: true, outcome: "updated" }),
	fail: name => ({
		write: false,
		result: {
			outcome: "quarantined",
			quarantine: { category: "conflict", field: "name", value: name, reason: EXISTS }
		}
	})
};

/**
 * From what stood there before our first write, so that a run that was killed in between says the same as one that was
 * not. @param fingerprint blind to what does not matter
 */
export function treatmentOf(
	record: Pick<Intent, "before" | "kept" | "ours" | "sent"> & { readonly name: string; readonly data: Json },
	conflict: Definition["conflict"],
	fingerprint: (data: Json) => string
): Treatment {
	if (record.before === null) return { write: true, outcome: "created" };
	if (record.kept !== undefined) return left(record.kept, conflict, record.name);
	if (record.ours !== undefined || record.sent?.length) return { write: true, outcome: "updated" };
	const ours = fingerprint(record.data);
	if (fingerprint(record.before) === ours) return { write: false, result: { outcome: "unchanged", fingerprint: ours } };
	return ON_CONFLICT[conflict](record.name);
}

/** Somebody whom the target does not change, or whom nobody should. */
function left(reason: string, conflict: Definition["conflict"], name: string): Treatment {
	if (conflict !== "fail") return { write: false, result: { outcome: "skipped", reason } };
	const quarantine = { category: "conflict", field: "name", value: name, reason };
	return { write: false, result: { outcome: "quarantined", quarantine } };
}

/** Codes of a connector that concern one record; all others concern the run. */
const RECORD_FAULTS: Readonly<Record<string, keyof typeof QUARANTINES>> = {
	refused: "target_refused",
	conflict: "conflict",
	broken: "target_failed",
	"unexpected-answer": "target_failed"
};

/** A record that the target would not take, or undefined when the failure is not the record's. */
export function quarantineOf(code: string, message: string, name: string): Quarantine | undefined {
	const category = RECORD_FAULTS[code];
	return category === undefined ? undefined : { category, field: "name", value: name, reason: message };
}

/** What is known of a write that failed. */
interface Failed {
	/** Nothing came of it: what stands there is as it was. */
	readonly untouched?: boolean | undefined;
	/** What stands there is not known to be ours. */
	readonly foreign?: boolean | undefined;
	/** How the record stands there, as far as it is known. */
	readonly left?: TargetRecord | undefined;
}

/** The result of a record that could not be made as asked: what is said of it is what stands there (L30). */
export function heldBack(
	record: Pick<Intent, "id" | "ours"> & { readonly data: Json },
	quarantine: Quarantine,
	{ untouched = false, foreign = false, left }: Failed,
	{ fingerprint, stateOf = () => undefined }: Pick<Sight, "fingerprint" | "stateOf">
): Result {
	const said = { id: record.id, outcome: "quarantined", ...(untouched ? {} : { inDoubt: true as const }) } as const;
	const isOurs = !untouched || record.ours !== undefined;
	if (left === undefined || !isOurs) return { ...said, quarantine };
	const lacks = fieldDifferences(record.data, left.data, { fingerprint }).map(({ field }) => field);
	const state = stateOf(left.data);
	const as = state === undefined ? "" : `, ${state}`;
	const stands = `It stands at the target${untouched ? " as before" : ""}${as}: ${lacks.join(", ")} not as asked.`;
	const reason = `${quarantine.reason} ${stands}`;
	// Whoever changed it since did not make it ours (L2).
	const known = untouched || foreign ? {} : { fingerprint: fingerprint(left.data) };
	return { ...said, quarantine: { ...quarantine, reason }, ...known, lacks };
}

/** Is it one that a write is sent for, or would be found to need none? Nobody is written over against the policy. */
export const mayBeWritten = ({ target, before, kept, ours, sent }: Intent, conflict: Definition["conflict"]): boolean =>
	target !== undefined &&
	kept === undefined &&
	(before === null || ours !== undefined || Boolean(sent?.length) || conflict === "overwrite");

/** The result of a write that was begun and is not gone on with. */
export const leftOff = ({ id, target, name }: Intent): Result => ({
	id,
	outcome: "quarantined",
	inDoubt: true,
	quarantine: {
		category: "target_failed",
		field: "name",
		value: target?.name ?? name,
		reason: "It was being written when the run was stopped, and was not written again before it was rolled back."
	}
});

/** The result of a record that was not sent at all. */
export const notSent = ({ id, quarantine }: Intent): Result => ({
	id,
	outcome: "quarantined",
	...(quarantine && { quarantine })
});
