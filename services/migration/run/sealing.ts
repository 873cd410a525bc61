/** The secrets of a definition, sealed wherever it is kept, in the clear only in the memory of the node that runs it. */

import type { Sealer } from "../../../adapters/secrets";
import type { Definition } from "../../../contracts/migration/definition";
import type { OptionValue, Scalar } from "../../../contracts/migration/records";
import type { SideOptions } from "../../../domain/migration/definition-ends";
import { own } from "../../../domain/own";

/** A reference says nothing: the secret itself stands in the environment. */
const isReference = (value: unknown): boolean => typeof value === "string" && /^\$\{\w+\}$/.test(value);

type Act = (text: string, place: string) => string;

function each(definition: Definition, known: SideOptions, act: Act): Definition {
	const side = (name: "source" | "target"): Definition["source"] => {
		const connection = definition[name];
		const options = own(known[name], String(connection.connector)) ?? {};
		const entries = Object.entries(connection).map(([option, value]) =>
			options[option]?.secret ? [option, acted(value, `${definition.name}/${name}/${option}`, act)] : [option, value]
		);
		return Object.fromEntries(entries);
	};
	return { ...definition, source: side("source"), target: side("target") };
}

/** A text, or each text of a table. */
function acted(value: OptionValue, place: string, act: Act): OptionValue {
	if (typeof value !== "object") return actedText(value, place, act);
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, actedText(one, `${place}/${key}`, act)]));
}

const actedText = (value: Scalar, place: string, act: Act): Scalar =>
	typeof value === "string" && !isReference(value) ? act(value, place) : value;

/** A definition as it may be kept, and as it is used. */
export interface Sealing {
	readonly seal: (definition: Definition) => Definition;
	/** @throws when the folder's secret.key is not the one that sealed it */
	readonly open: (definition: Definition) => Definition;
	/** Is a secret in it sealed with another key than the newest? */
	readonly isStale: (definition: Definition) => boolean;
}

/** @param known the options of every connector: which of them are secrets */
export const sealing = (sealer: Pick<Sealer, "seal" | "open" | "isStale">, known: SideOptions): Sealing => ({
	seal: definition => each(definition, known, sealer.seal),
	open: definition => each(definition, known, sealer.open),
	isStale: definition => {
		let isStale = false;
		each(definition, known, text => {
			isStale ||= sealer.isStale(text);
			return text;
		});
		return isStale;
	}
});
