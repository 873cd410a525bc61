/** The runs of a store in memory, as the migration service has them. */

import { type EventStore, openMemoryStore } from "../../adapters/eventstore";
import { openMemoryProjections } from "../../adapters/projections";
import type { Sealer } from "../../adapters/secrets";
import { knownSystems, SYSTEMS } from "../../mixins/systems";
import { Folds } from "../../services/migration/run/folds";
import { Runs } from "../../services/migration/run/runs";
import { sealing } from "../../services/migration/run/sealing";

interface Parts {
	readonly store?: EventStore;
	readonly definitions: ConstructorParameters<typeof Runs>[2];
	readonly sealer: Pick<Sealer, "seal" | "open">;
	readonly limits: ConstructorParameters<typeof Runs>[5];
}

export function runsOn({ store = openMemoryStore(), definitions, sealer, limits }: Parts): Runs {
	const known = knownSystems(SYSTEMS);
	const keys = sealing({ ...sealer, isStale: () => false }, known);
	const folds = new Folds({ store, projections: openMemoryProjections(), ...keys });
	return new Runs(store, folds, definitions, keys, known, limits);
}
