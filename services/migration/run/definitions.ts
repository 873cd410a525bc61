/** Definitions as a node reads them: by the systems that it knows. */

import { failure } from "../../../cluster/errors";
import type { Definition } from "../../../contracts/migration/definition";
import { type KnownSystems, readDefinition } from "../../../domain/migration/definition";
import type { ConnectorOptions, SideOptions } from "../../../domain/migration/definition-ends";
import { type Redefined, redefined } from "../../../domain/migration/redefinition";
import type { Variables } from "../../../domain/migration/references";
import type { Run } from "../../../domain/migration/run";
import { own } from "../../../domain/own";

/**
 * @param variables of this node: what of them a definition may name
 * @throws DEFINITION_INVALID with line, column and path of each problem
 */
export function readOrRefuse(
	document: string,
	known: KnownSystems,
	variables: Pick<Variables, "allows">
): { readonly definition: Definition; readonly hash: string } {
	const read = readDefinition(document, known, variables);
	if (read.ok) return read;
	const lines = read.problems.map(
		({ line, column, path, message }) => `line ${line}:${column}${path && ` ${path}`}: ${message}`
	);
	if (read.more > 0) lines.push(`And ${read.more} more: they are told once these are mended.`);
	throw failure("DEFINITION_INVALID", lines.join("\n"), { problems: read.problems });
}

/** What of a definition that was planned again may be taken over by a run that was begun. */
export const redefinedBy = ({ definition }: Run, now: Definition, known: SideOptions): Redefined =>
	redefined(definition, now, {
		source: optionsAt("source", definition, known),
		target: optionsAt("target", definition, known)
	});

const optionsAt = (side: "source" | "target", definition: Definition, known: SideOptions): ConnectorOptions[string] =>
	own(known[side], String(definition[side].connector)) ?? {};
