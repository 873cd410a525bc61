/** All mappings, by the two systems they join. A new pair of systems is one line here. */

import type { Json, JsonValue } from "../../contracts/json";
import type { Finding } from "../../contracts/migration/connection";
import type { Definition } from "../../contracts/migration/definition";
import type { RuleDescription, Violation } from "../../contracts/migration/validator";
import { createDerivations } from "./credentials";
import type { StreamMapping } from "./mapping";
import { marzneshinToMarzban } from "./marzneshin-to-marzban";

type Facts = Readonly<Record<string, JsonValue>>;

export interface Mapping<C = never> {
	readonly name: string;
	readonly source: string;
	readonly target: string;
	/** By stream. */
	readonly streams: Readonly<Record<string, StreamMapping<C>>>;
	/** What the converters need to know, from what the two checks found. JSON, fixed for the run. */
	readonly contextOf: (source: Facts, target: Facts, definition: Definition) => C;
	/** What an operator should know, or must mend, before he starts. */
	readonly findings: (context: C, source: Facts, target: Facts, definition: Definition) => readonly Finding[];
	readonly rules: readonly RuleDescription[];
	readonly violation: (stream: string, record: { id: string; data: Json }, context: C) => Violation | undefined;
}

/** Finds mappings: by the two systems they join, and by name. */
export interface Mappings {
	readonly between: (source: string, target: string) => Mapping<Json> | undefined;
	readonly named: (name: string) => Mapping<Json> | undefined;
}

/** Prepared once (hashes are loaded), then pure and synchronous. */
export async function loadMappings(): Promise<Mappings> {
	const all = [marzneshinToMarzban(await createDerivations())] as unknown as Mapping<Json>[];
	return {
		between: (source, target) => all.find(mapping => mapping.source === source && mapping.target === target),
		named: name => all.find(mapping => mapping.name === name)
	};
}
