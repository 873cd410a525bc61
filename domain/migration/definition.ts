/** Reads a definition: YAML or JSON text in, a checked definition out, or what is wrong with it, by line and path. */

import type { Json } from "../../contracts/json";
import type { Definition } from "../../contracts/migration/definition";
import { digest } from "../canonical";
import { endFaults, type Named, type SideOptions } from "./definition-ends";
import { type Fault, type Found, isTable, SIDES, short, valueAt } from "./definition-fault";
import { schemaFaults } from "./definition-faults";
import { ruleFaults } from "./definition-rules";
import type * as Shape from "./definition-schema";
import type * as Text from "./definition-text";
import type { MappingSpec } from "./mapping";
import { valueWords } from "./option";
import { vocabularyOf } from "./vocabulary";

/** One thing that is wrong, where: `line` and `column` count from 1. */
export interface Problem {
	readonly path: string;
	readonly line: number;
	readonly column: number;
	readonly message: string;
}

/** The systems that a definition may name: by connector what each understands, and what joins them. */
export interface KnownSystems extends SideOptions {
	readonly mappings: readonly MappingSpec[];
}

export type Read =
	| { readonly ok: true; readonly definition: Definition; readonly hash: string }
	| {
			readonly ok: false;
			readonly problems: readonly Problem[];
			/** Faults beyond these, which nobody would read. */
			readonly more: number;
	  };

/** The most problems that are told at once. */
const MOST_PROBLEMS = 20;

/** Loaded when the first definition is read: most commands read none. */
function reading(): Pick<typeof Text, "readText"> & Pick<typeof Shape, "schemaFor"> {
	const text: typeof Text = require("./definition-text");
	const shape: typeof Shape = require("./definition-schema");
	return { readText: text.readText, schemaFor: shape.schemaFor };
}

/**
 * Its time grows with the length of the text, whatever it says: of many faults the first are looked into, the others
 * counted.
 * @param text YAML 1.2 (JSON is a part of it)
 * @param variables what of the environment it may name
 */
export function readDefinition(text: string, known: KnownSystems, variables: Named = { allows: null }): Read {
	const read = reading().readText(text);
	if (!read.ok) return { ok: false, problems: read.problems.map(problem => ({ path: "", ...problem })), more: 0 };
	const { value } = read;
	const faults = faultsIn(value, known, variables);
	if (isSound(value, faults)) return { ok: true, definition: value, hash: digest(value) };
	const { first, count } = faults;
	const problems = first.map(({ path, message, of }) => ({
		path: path.map(short).join("."),
		...read.placeOf(path, of),
		message
	}));
	return { ok: false, problems, more: count - first.length };
}

/** Of all that was found the first, in words, and how many they are. */
interface Faults {
	readonly first: readonly Fault[];
	readonly count: number;
}

/** It has the form of its schema, with its defaults. */
const isSound = (value: unknown, { count }: Faults): value is Definition & Json => count === 0;

/** Fills in the defaults of what it lacks. */
function faultsIn(value: unknown, known: KnownSystems, variables: Named): Faults {
	if (value === null) return told([whole("It is empty: a definition names at least a source and a target.")]);
	if (!isTable(value)) return told([whole(`A definition is a table of options, not ${valueWords(value)}.`)]);
	const given = structuredClone(value);
	const { schemaFor } = reading();
	const choices = joining(given, known);
	const found = [...schemaFaults(schemaFor(choices), value, given), ...endFaults(given, known, variables)];
	const faults = told(found);
	if (!isSound(value, faults)) return faults;
	if (choices === undefined) return told([apart(known)]);
	const { meanings } = vocabularyOf([choices]);
	return told(ruleFaults(value, meanings).map(fault => () => fault));
}

const whole =
	(message: string): Found =>
	() => ({ path: [], message });

const told = (found: readonly Found[]): Faults => ({
	first: found.slice(0, MOST_PROBLEMS).map(fault => fault()),
	count: found.length
});

/** The mapping between the two connectors, where there is one. */
function joining(given: object, { mappings }: KnownSystems): MappingSpec | undefined {
	const [source, target] = SIDES.map(side => valueAt(given, [side, "connector"]));
	return mappings.find(mapping => mapping.source === source && mapping.target === target);
}

const apart = ({ mappings }: KnownSystems): Found => {
	const known = mappings.map(({ source, target }) => `${source} to ${target}`).join(", ");
	return whole(`There is no mapping between these two systems. Known are: ${known}.`);
};
