/** What is wrong with the two connections of a definition: what each takes, its connector says. Pure. */

import type { OptionSpec } from "../../contracts/migration/connection";
import { meant } from "../near";
import { own } from "../own";
import { parseReferences } from "../text/references";
import { type Found, isTable, SIDES, short, strange } from "./definition-fault";
import { optionProblem } from "./option";
import { hasReference, referenceFault, type Variables } from "./references";

/** What a connector understands, by its name; a definition may only use these. */
export type ConnectorOptions = Readonly<Record<string, Readonly<Record<string, OptionSpec>>>>;
export type SideOptions = Readonly<Record<(typeof SIDES)[number], ConnectorOptions>>;
export type Named = Pick<Variables, "allows">;

export const endFaults = (given: Readonly<Record<string, unknown>>, known: SideOptions, variables: Named): Found[] =>
	SIDES.flatMap(side => {
		const connection = given[side];
		return isTable(connection) ? faultsOfEnd(side, connection, known[side], variables) : [];
	});

function faultsOfEnd(
	side: (typeof SIDES)[number],
	given: Record<string, unknown>,
	known: ConnectorOptions,
	variables: Named
): Found[] {
	const names = Object.keys(known);
	if (given.connector === undefined || given.connector === null)
		return [() => ({ path: [side], message: `'connector' is missing; known are: ${names.join(", ")}.` })];
	const connector = String(given.connector);
	const options = own(known, connector);
	if (!options) {
		const message = `There is no ${side} connector '${short(connector)}'.${meant(connector, names)} Known are: ${names.join(", ")}.`;
		return [() => ({ path: [side, "connector"], message })];
	}
	const missing = Object.entries(options)
		.filter(([name, option]) => option.required && given[name] === undefined)
		.map(([name, option]) => () => ({ path: [side], message: `'${name}' is missing: ${option.description}` }));
	const wrong = Object.entries(given)
		.filter(([name]) => name !== "connector")
		.flatMap(([name, value]) => optionFaults([side, name], value, options, variables));
	return [...missing, ...wrong];
}

function optionFaults(
	path: [string, string],
	value: unknown,
	options: ConnectorOptions[string],
	variables: Named
): Found[] {
	const option = own(options, path[1]);
	if (!option) return [() => ({ path, of: "key", message: strange(path[1], Object.keys(options)) })];
	const references = referenceFaults(path, value, variables);
	if (references.length > 0) return references;
	if (typeof value === "string" && hasReference(value)) return [];
	const problem = optionProblem(option, value, "written");
	return problem === undefined ? [] : [() => ({ path, message: `'${path[1]}' ${problem}` })];
}

/** Of a text, or of each text of a table. */
function referenceFaults(path: [string, string], value: unknown, variables: Named): Found[] {
	const texts = typeof value === "object" && value !== null ? Object.entries(value) : [[null, value] as const];
	return texts.flatMap(([key, text]): Found[] => {
		if (typeof text !== "string") return [];
		const place = key === null ? path : [...path, key];
		const parsed = parseReferences(text);
		const problem = parsed.ok ? referenceFault(path[1], text, variables) : parsed.problem;
		return problem === undefined
			? []
			: [() => ({ path: place, message: `'${place.slice(1).map(short).join(".")}' ${problem}.` })];
	});
}
