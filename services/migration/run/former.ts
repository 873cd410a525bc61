/** What answers said when there was one kind of artefacts: those who asked for it by its name go on getting it. */

import type { FoundArtefacts } from "../../../contracts/migration/extractor";
import type { Lacking, Plan } from "../../../contracts/migration/plan";

/** The kind. */
export const INBOUNDS = "inbounds";

/** As `migration.inbounds` answers. */
export const asInbounds = ({ items, notes }: FoundArtefacts) => ({ inbounds: items, notes });

/** As a plan named them. */
export const namedFormerly = (lacking: readonly Lacking[]): Pick<Plan, "missingInbounds"> => ({
	missingInbounds: lacking.find(({ kind }) => kind === INBOUNDS)?.keys ?? []
});
