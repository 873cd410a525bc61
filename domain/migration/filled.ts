/** Options that a definition need not say: they follow from the migration itself. Pure. */

import type { OptionSpec } from "../../contracts/migration/connection";
import type { Definition } from "../../contracts/migration/definition";
import { own } from "../own";
import type { SideOptions } from "./definition-ends";

type Fill = Required<OptionSpec>["filled"];

/** The definition with what it left open. @param fillings what an option of that kind is */
export function filled(
	definition: Definition,
	known: SideOptions,
	fillings: Readonly<Record<Fill, string>>
): Definition {
	const side = (name: "source" | "target"): Definition["source"] => {
		const given = definition[name];
		const options = Object.entries(own(known[name], String(given.connector)) ?? {});
		const open = options.flatMap(([option, { filled: kind }]) =>
			kind && (given[option] ?? "") === "" ? [[option, fillings[kind]] as const] : []
		);
		return { ...given, ...Object.fromEntries(open) };
	};
	return { ...definition, source: side("source"), target: side("target") };
}
