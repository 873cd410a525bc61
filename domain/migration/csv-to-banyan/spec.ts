/** What the mapping from a file to accounts is: all that is known of it before it is loaded. */

import type { MappingSpec } from "../mapping";
import { defaultStreams, rulesSchema } from "./definition";
import { losses } from "./losses";

export const spec: MappingSpec = {
	name: "csv-to-banyan",
	source: "csv",
	target: "banyan",
	titles: { csv: "File", banyan: "Banyan" },
	nouns: { accounts: ["account", "accounts"] },
	defaultStreams,
	rulesSchema,
	losses
};
