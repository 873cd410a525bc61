/** A plan as it is kept until it is begun. */

import { failure } from "../../../cluster/errors";
import type { Planner } from "../../../domain/migration/callers";
import type { DataOf } from "../../../domain/migration/events";

export type Planned = DataOf<"planned">;

/** A definition as it was last planned, with what the plan found; `start` takes it from here. */
export interface PlannedDefinition {
	readonly name: string;
	readonly planned: Planned;
	/** Who planned it; unknown of what was kept by an earlier version. */
	readonly by?: Planner;
	/** When, ISO 8601, UTC. */
	readonly at?: string;
	/** The last that whoever may run it planned, and that nothing was found to be wrong with: old links are led there. */
	readonly approved?: Pick<Planned, "definition" | "hash" | "mapping">;
}

/** What of it old links need. */
export const approvedOf = ({ definition, hash, mapping }: Pick<Planned, "definition" | "hash" | "mapping">) => ({
	definition,
	hash,
	mapping
});

/** Who reviewed one plan does not begin another. */
export const plannedOtherwise = (name: string) =>
	failure(
		"DEFINITION_CHANGED",
		`What is planned as '${name}' is not what 'hash' names: look at what it is by then, plan yours again, and give the hash that the plan answers.`
	);
