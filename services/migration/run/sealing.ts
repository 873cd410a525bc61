/** The secrets of a definition, sealed wherever it is kept, in the clear only in the memory of the node that runs it. */

import type { Sealer } from "../../../adapters/secrets";
import { sources, targets } from "../../../connectors";
import type { Spec } from "../../../connectors/connector";
import type { Definition } from "../../../contracts/migration/definition";

const TABLES: Readonly<Record<"source" | "target", Readonly<Record<string, { readonly spec: Spec }>>>> = {
	source: sources,
	target: targets
};

/** A reference says nothing: the secret itself stands in the environment. */
const isReference = (value: unknown): boolean => typeof value === "string" && /^\$\{\w+\}$/.test(value);

type Act = (text: string, place: string) => string;

function each(definition: Definition, act: Act): Definition {
	const side = (name: "source" | "target"): Definition["source"] => {
		const connection = definition[name];
		const options = TABLES[name][String(connection.connector)]?.spec.options ?? {};
		const entries = Object.entries(connection).map(([option, value]) =>
			options[option]?.secret && typeof value === "string" && !isReference(value)
				? [option, act(value, `${definition.name}/${name}/${option}`)]
				: [option, value]
		);
		return Object.fromEntries(entries);
	};
	return { ...definition, source: side("source"), target: side("target") };
}

export const sealed = (definition: Definition, sealer: Sealer): Definition => each(definition, sealer.seal);
/** @throws when the folder's secret.key is not the one that sealed it */
export const opened = (definition: Definition, sealer: Sealer): Definition => each(definition, sealer.open);
