/**
 * New secrets of records that are created, for example passwords: derived, so that they need not be kept, and so that
 * whichever node goes on with a run gives the same ones.
 */

import type { EventStore } from "../../../adapters/eventstore";
import type { Sealer } from "../../../adapters/secrets";
import type { Lines, SecretLine } from "../../../contracts/migration/lines";
import type { NewSecrets } from "../../../domain/migration/mapping";
import type { Run, StreamRun } from "../../../domain/migration/run";
import { readBatches } from "./journal";

export type Derive = Pick<Sealer, "derive">;

/** By a stream and a name at the target. */
export const newSecret =
	(migration: string, secrets: Derive) =>
	(stream: string, name: string): string =>
		secrets
			.derive(`${migration}/${stream}/${name}`)
			.slice(0, 24)
			// Or a spreadsheet would take it for a formula.
			.replace(/^-/, "_");

/** By id, the names at the target of those who got some and are to be told. */
export async function madeNames(store: EventStore, name: string, stream: string): Promise<Map<string, string>> {
	const made = new Map<string, string>();
	for await (const { entries } of readBatches(store, name, stream))
		for (const { intent, result } of entries)
			if (result.outcome === "created" && intent.target && !intent.keepsSecrets && !intent.withheld)
				made.set(intent.id, intent.target.name);
	return made;
}

const LINES_A_PAGE = 500;

/** Those of records that are there. @param after where the page before ended. @throws RangeError where that is no place */
export async function secretLines(
	{ store, secrets }: { readonly store: EventStore; readonly secrets: Derive },
	{ name }: Pick<Run, "name">,
	{ stream, removed, undo }: StreamRun,
	{ fields }: Pick<NewSecrets, "fields">,
	after: string | null
): Promise<Lines<SecretLine>> {
	const from = Number(after ?? 0);
	if (!Number.isSafeInteger(from) || from < 0) throw new RangeError(`'${after}' is no place.`);
	const isThere = (id: string): boolean => !removed.has(id) && (!undo.ids.has(id) || undo.left.has(id));
	const names = [...(await madeNames(store, name, stream))].flatMap(([id, made]) => (isThere(id) ? [made] : []));
	const secret = newSecret(name, secrets);
	const lineOf = (made: string): SecretLine => ({
		name: made,
		secrets: Object.fromEntries(fields.map(field => [field, secret(stream, made)]))
	});
	const next = from + LINES_A_PAGE;
	return { lines: names.slice(from, next).map(lineOf), next: next < names.length ? String(next) : null };
}
