/** What a definition calls its migration: for whoever names files by it, whatever a server says. Pure. */

import { definitionSchema } from "../../contracts/migration/definition";
import { textOf } from "../unknown";
import { readText } from "./definition-text";

const NAME = new RegExp(definitionSchema.name.pattern);

/** Undefined where the text has no name that is one: a definition that is refused. */
export function definitionName(document: string): string | undefined {
	const read = readText(document);
	const name = read.ok ? textOf(read.value, "name") : undefined;
	return name !== undefined && NAME.test(name) ? name : undefined;
}
