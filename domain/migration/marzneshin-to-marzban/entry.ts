import type { Json } from "../../../contracts/json";
import type { Mapping, MappingEntry } from "../mapping";
import type { createDerivations } from "./credentials";
import type { mapping } from "./index";
import { spec } from "./spec";

/** Its converters, and the hashes they need, are loaded when it is. */
export const marzneshinToMarzban: MappingEntry = {
	spec,
	load: async () => {
		const { mapping: made }: { readonly mapping: typeof mapping } = require("./index");
		const { createDerivations: derivations }: { readonly createDerivations: typeof createDerivations } =
			require("./credentials");
		// What a context is, the mapping alone knows: it made it.
		return made(await derivations()) as unknown as Mapping<Json>;
	}
};
