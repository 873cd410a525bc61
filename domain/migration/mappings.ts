/** The mappings of Banyan's own, by the two systems they join. A new pair of systems is one line here. */

import type { Json } from "../../contracts/json";
import { csvToBanyan } from "./csv-to-banyan";
import type { Mapping, MappingEntry } from "./mapping";
import { marzneshinToMarzban } from "./marzneshin-to-marzban/entry";
import { type Vocabulary, vocabularyOf } from "./vocabulary";

export const MAPPINGS: readonly MappingEntry[] = [marzneshinToMarzban, csvToBanyan];

/** In their words. */
export const VOCABULARY: Vocabulary = vocabularyOf(MAPPINGS.map(({ spec }) => spec));

/** Finds mappings: by the two systems they join, and by name. */
export interface Mappings {
	readonly between: (source: string, target: string) => Mapping<Json> | undefined;
	readonly named: (name: string) => Mapping<Json> | undefined;
	readonly all: readonly Mapping<Json>[];
}

export async function loadMappings(entries: readonly MappingEntry[] = MAPPINGS): Promise<Mappings> {
	const all = await Promise.all(entries.map(entry => entry.load()));
	return {
		between: (source, target) => all.find(mapping => mapping.source === source && mapping.target === target),
		named: name => all.find(mapping => mapping.name === name),
		all
	};
}
