/** From source records to intents: transformed, validated, their names claimed, and what stands at the target before. */

import type { Broker } from "../../../cluster";
import type { Json } from "../../../contracts/json";
import type { Intent, SourceRecord, Transformed } from "../../../contracts/migration/records";
import type { NameSet } from "../../../domain/migration/nameset";
import { claimOf, type Run, type StreamRun } from "../../../domain/migration/run";
import type { Workplace } from "./place";

/** Transformed and validated: what breaks a rule of the target is quarantined. */
export async function prepare(
	{ broker, run }: { readonly broker: Broker; readonly run: Pick<Run, "mapping" | "context"> },
	stream: string,
	records: readonly SourceRecord[]
): Promise<Transformed[]> {
	const held = records.flatMap(({ id, name, quarantine }) =>
		quarantine ? [{ id, name, losses: [], quarantine }] : []
	);
	const readable = records.filter(({ quarantine }) => !quarantine);
	if (readable.length === 0) return held;
	const { mapping, context } = run;
	const transformed = await broker.call("transformer.batch", { mapping, stream, context, records: readable });
	const toCheck = transformed.flatMap(({ id, target }) => (target ? [{ id, ...target }] : []));
	const violations = await broker.call("validator.batch", { mapping, stream, context, records: toCheck });
	const broken = new Map(violations.map(({ id, ...quarantine }) => [id, quarantine]));
	const checked = transformed.map(record => {
		const quarantine = broken.get(record.id);
		return quarantine ? { id: record.id, name: record.name, losses: [], quarantine } : record;
	});
	return [...checked, ...held];
}

/** The first record that claims a name has it for ever (L9); another one of that name is quarantined. */
export function claim(
	record: Transformed,
	taken: { readonly names: Pick<NameSet, "has"> },
	claims: Map<string, string>
): Transformed {
	if (!record.target) return record;
	const name = claimOf(record.target.name);
	if (!taken.names.has(name) && !claims.has(name)) {
		claims.set(name, record.id);
		return record;
	}
	const reason = "Another record of the source has this name, or one that differs in case only.";
	const quarantine = { category: "name_taken", field: "name", value: record.target.name, reason };
	return { id: record.id, name: record.name, losses: [], quarantine };
}

/** What shall be done with records that are new to the run (L1). Writes nothing. */
export async function intend(
	place: Workplace,
	stream: StreamRun,
	transformed: readonly Transformed[],
	claims: Map<string, string>
): Promise<Intent[]> {
	const claimed = transformed.map(record => claim(record, stream, claims));
	const names = claimed.flatMap(({ target }) => (target ? [target.name] : []));
	const { target: connection } = place.run.definition;
	const there =
		names.length > 0 ? await place.broker.call("importer.find", { connection, stream: stream.stream, names }) : [];
	const before = new Map<string, Json>(there.map(({ name, data }) => [name, data]));
	return claimed.map(record => ({ ...record, before: (record.target && before.get(record.target.name)) ?? null }));
}
