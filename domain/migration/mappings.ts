/** All mappings, by the two systems they join. A new pair of systems is one line here. */

import type { Json } from "../../contracts/json";
import type { Mapping } from "./mapping";
import { marzneshinToMarzban } from "./marzneshin-to-marzban";
import { createDerivations } from "./marzneshin-to-marzban/credentials";

/** Finds mappings: by the two systems they join, and by name. */
export interface Mappings {
	readonly between: (source: string, target: string) => Mapping<Json> | undefined;
	readonly named: (name: string) => Mapping<Json> | undefined;
	readonly all: readonly Mapping<Json>[];
}

/** Prepared once (hashes are loaded), then pure and synchronous. */
export async function loadMappings(): Promise<Mappings> {
	const all = [marzneshinToMarzban(await createDerivations())] as unknown as Mapping<Json>[];
	return {
		between: (source, target) => all.find(mapping => mapping.source === source && mapping.target === target),
		named: name => all.find(mapping => mapping.name === name),
		all
	};
}
