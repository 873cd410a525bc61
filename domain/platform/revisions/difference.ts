/** What is set otherwise in one revision than in another, place by place. Pure. */

import { isTable, type JsonValue } from "../../../contracts/json";
import type { RevisionDifference } from "../../../contracts/revisions";
import { canonical } from "../../canonical";

/** In the order of their paths. A list is one value: where in it something was put says little. */
export function differences(before: JsonValue, after: JsonValue, path: readonly string[] = []): RevisionDifference[] {
	if (isTable(before) && isTable(after)) {
		const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
		return names.flatMap(name => between(before[name], after[name], [...path, name]));
	}
	return canonical(before) === canonical(after) ? [] : [{ path, kind: "changed", before, after }];
}

function between(
	before: JsonValue | undefined,
	after: JsonValue | undefined,
	path: readonly string[]
): RevisionDifference[] {
	if (before === undefined) return after === undefined ? [] : [{ path, kind: "added", before: null, after }];
	if (after === undefined) return [{ path, kind: "removed", before, after: null }];
	return differences(before, after, path);
}
