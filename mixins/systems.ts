/**
 * The systems that a node knows, and what joins them: a value that it is given, Banyan's own where none is. Services ask
 * for it by their broker; nothing else of the pipeline names a system.
 */

import { sources, targets } from "../connectors";
import type { OpenSource, OpenTarget, RecordSpec, Spec } from "../connectors/connector";
import type { Definition } from "../contracts/migration/definition";
import type { CodeWords } from "../domain/meaning";
import type { KnownSystems } from "../domain/migration/definition";
import type { ConnectorOptions } from "../domain/migration/definition-ends";
import type { MappingEntry } from "../domain/migration/mapping";
import { MAPPINGS } from "../domain/migration/mappings";
import { vocabularyOf } from "../domain/migration/vocabulary";
import { own } from "../domain/own";
import { isFields, propertyOf } from "../domain/unknown";

type Table<O> = Readonly<Record<string, { readonly spec: Spec; readonly open: O }>>;

export interface Systems {
	readonly sources: Table<OpenSource>;
	readonly targets: Table<OpenTarget>;
	readonly mappings: readonly MappingEntry[];
}

export const SYSTEMS: Systems = { sources, targets, mappings: MAPPINGS };

const isSystems = (value: unknown): value is Systems => isFields(value) && Array.isArray(value.mappings);

/** Of the node that a service runs on. */
export function systemsOf(broker: object): Systems {
	const given = propertyOf(propertyOf(broker, "options"), "systems");
	return isSystems(given) ? given : SYSTEMS;
}

/** What a target says of itself; nothing, where this node does not know it. */
export const targetSpec = (broker: object, { connector }: Definition["target"]): Partial<Spec> =>
	own(systemsOf(broker).targets, String(connector))?.spec ?? {};

/** What is a target's own of the records of a stream. */
export const recordSpec = (broker: object, target: Definition["target"], stream: string): RecordSpec =>
	own(targetSpec(broker, target).records, stream) ?? {};

/** What codes mean at a node, whichever mapping it knows gives them. */
export const codeWords = (broker: object): CodeWords =>
	vocabularyOf(systemsOf(broker).mappings.map(({ spec }) => spec));

const optionsIn = (table: Table<unknown>): ConnectorOptions =>
	Object.fromEntries(Object.entries(table).map(([name, { spec }]) => [name, spec.options]));

/** What a definition may say of them. */
export const knownSystems = ({ sources: from, targets: to, mappings }: Systems): KnownSystems => ({
	source: optionsIn(from),
	target: optionsIn(to),
	mappings: mappings.map(({ spec }) => spec)
});
