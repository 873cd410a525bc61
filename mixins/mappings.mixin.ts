import type { Mixin } from "../cluster";
import { failure } from "../cluster/errors";
import type { Json } from "../contracts/json";
import type { Mapping } from "../domain/migration/mapping";
import { loadMappings, type Mappings } from "../domain/migration/mappings";
import type { OldLinks } from "../domain/migration/old-links";

export interface MappingsOwner {
	/** The mapping of that name. @throws DEFINITION_INVALID */
	mappingNamed(name: string): Mapping<Json>;
	/** The mapping between two systems, if there is one. */
	mappingBetween(source: string, target: string): Mapping<Json> | undefined;
	/** What each mapping says of old links. */
	oldLinks(): readonly OldLinks[];
}

/** Gives the service all mappings, loaded before it starts. */
export function mappings(): Mixin<MappingsOwner> {
	return {
		async started(this: object) {
			const known: Mappings = await loadMappings();
			const owner: MappingsOwner = {
				mappingNamed: name => {
					const found = known.named(name);
					if (!found) throw failure("DEFINITION_INVALID", `There is no mapping '${name}'.`);
					return found;
				},
				mappingBetween: known.between,
				oldLinks: () => known.all.flatMap(({ oldLinks }) => oldLinks ?? [])
			};
			Object.assign(this, owner);
		}
	};
}
