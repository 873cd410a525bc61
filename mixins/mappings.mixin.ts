import type { Service as MoleculerService } from "moleculer";
import type { Mixin } from "../cluster";
import { failure } from "../cluster/errors";
import { provide } from "../cluster/provide";
import type { Json } from "../contracts/json";
import type { Mapping, StreamMapping } from "../domain/migration/mapping";
import { loadMappings } from "../domain/migration/mappings";
import type { OldLinks } from "../domain/migration/old-links";
import { type Vocabulary, vocabularyOf } from "../domain/migration/vocabulary";
import { own } from "../domain/own";
import { systemsOf } from "./systems";

export interface MappingsOwner {
	/** The mapping of that name. @throws MAPPING_UNKNOWN */
	mappingNamed(name: string): Mapping<Json>;
	/** What it makes of a stream. @throws DEFINITION_INVALID · REQUEST_INVALID where it has no such stream */
	streamOf(mapping: string, stream: string): StreamMapping<Json>;
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
			const mappingNamed: MappingsOwner["mappingNamed"] = name => {
				const found = known.named(name);
				if (found) return found;
				const names = known.all.map(each => each.name).join(", ") || "none";
				throw failure("MAPPING_UNKNOWN", `There is no mapping '${name}'; there are: ${names}.`);
			};
			const owner: MappingsOwner = {
				mappingNamed,
				streamOf: (mapping, stream) => {
					const { streams } = mappingNamed(mapping);
					const found = own(streams, stream);
					if (found) return found;
					const names = Object.keys(streams).join(", ");
					throw failure("REQUEST_INVALID", `The mapping '${mapping}' has no stream '${stream}'; it has: ${names}.`);
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
