/**
 * Events of a run name versions of other streams: how far their records were folded, where a comparison began to read. A store
 * that gives its streams other versions needs them named anew. Pure.
 */

import { fieldsOf, textOf } from "../unknown";
import type { ComparisonEvent, RunEvent } from "./events";

/** The version that a stream has now, of one that it had. */
export type Renumber = (stream: string, version: string) => string;

/** By type of an event of a run's own stream: its fields that are versions, and of which stream, beside the run's name. */
const OF_RUNS: { readonly [T in RunEvent["type"]]?: Readonly<Record<string, string>> } = {
	copied: { records: "records" },
	settled: { records: "records" },
	compared: { comparisons: "comparisons" },
	undone: { records: "records", undos: "undos" }
};
/** Of the run itself. */
const OF_COMPARISONS: Readonly<Record<ComparisonEvent["type"], string>> = { compared: "position" };

const RUN = /^migration\/[^/]+$/;
const COMPARISONS = /^(migration\/[^/]+)\/comparisons\//;

interface Named {
	readonly type: string;
	readonly data: unknown;
}

/** The same event, of a store whose versions are others. */
export function renumbered<E extends Named>(stream: string, event: E, to: Renumber): E {
	const data = fieldsOf(event.data);
	const fields = RUN.test(stream)
		? fieldsOfRun(stream, event, textOf(data, "stream") ?? "")
		: ofComparison(stream, event);
	const changed = fields.flatMap(([field, of]) => {
		const version = textOf(data, field);
		return version === undefined ? [] : [[field, to(of, version)]];
	});
	return changed.length === 0 ? event : { ...event, data: { ...data, ...Object.fromEntries(changed) } };
}

type Fields = readonly (readonly [field: string, stream: string])[];

const fieldsOfRun = (run: string, { type }: Named, stream: string): Fields =>
	Object.entries(fieldsOf(fieldsOf(OF_RUNS)[type])).map(([field, bulk]) => [field, `${run}/${String(bulk)}/${stream}`]);

function ofComparison(stream: string, { type }: Named): Fields {
	const [, run] = COMPARISONS.exec(stream) ?? [];
	const field = fieldsOf(OF_COMPARISONS)[type];
	return run === undefined || typeof field !== "string" ? [] : [[field, run]];
}
