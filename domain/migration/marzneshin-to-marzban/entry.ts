import type { Json } from "../../../contracts/json";
import type { Mapping, MappingEntry } from "../mapping";
import type { createDerivations } from "./credentials";
import type { mapping } from "./index";
import { spec } from "./spec";

/** Its converters, and the hashes they need, are loaded when it is. */
export const marzneshinToMarzban: MappingEntry = {
	spec,
	load: async () => {
		const { mapping: made } = require("./index") as { readonly mapping: typeof mapping };
		const { createDerivations: derivations } = require("./credentials") as {
			readonly createDerivations: typeof createDerivations;
		};
		// What a context is, the mapping alone knows: it made it.
		return made(await derivations()) as unknown as Mapping<Json>;
	}
};
