import type { Service as MoleculerService } from "moleculer";
import type { Mixin } from "../cluster";
import { failure } from "../cluster/errors";
import { provide } from "../cluster/provide";
import type { Json } from "../contracts/json";
import type { Mapping } from "../domain/migration/mapping";
import { loadMappings } from "../domain/migration/mappings";
import type { OldLinks } from "../domain/migration/old-links";
import { type Vocabulary, vocabularyOf } from "../domain/migration/vocabulary";
import { systemsOf } from "./systems";

export interface MappingsOwner {
	/** The mapping of that name. @throws DEFINITION_INVALID */
	mappingNamed(name: string): Mapping<Json>;
	/** The mapping between two systems, if there is one. */
	mappingBetween(source: string, target: string): Mapping<Json> | undefined;
	/** In the words of the mapping of that name; of one that this node does not know, in those that any may give. */
	wordsOf(mapping: string): Vocabulary;
	/** In the words of all. */
	words(): Vocabulary;
	/** What each mapping says of old links. */
	oldLinks(): readonly OldLinks[];
}

/** Gives the service the mappings that its node knows, loaded before it starts. */
export function mappings(): Mixin<MappingsOwner> {
	return {
		async started(this: MoleculerService) {
			const known = await loadMappings(systemsOf(this.broker).mappings);
			const words = vocabularyOf(known.all);
			const owner: MappingsOwner = {
				mappingNamed: name => {
					const found = known.named(name);
					if (!found) throw failure("DEFINITION_INVALID", `There is no mapping '${name}'.`);
					return found;
				},
				mappingBetween: known.between,
				wordsOf: name => vocabularyOf(known.all.filter(mapping => mapping.name === name)),
				words: () => words,
				oldLinks: () => words.oldLinks
			};
			provide(this, owner);
		}
	};
}
