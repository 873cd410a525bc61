/** The parts of the service `migration`, as they are put together when it starts. */

import type { EventStore } from "../../../adapters/eventstore";
import type { Sealer } from "../../../adapters/secrets";
import type { Broker } from "../../../cluster";
import { settingsFor } from "../../../cluster/settings";
import { migration } from "../../../contracts/migration/migration";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import { knownSystems, systemsOf } from "../../../mixins/systems";
import { announcing } from "./announce";
import { Controllers } from "./controllers";
import { Decisions } from "./decisions";
import { Elsewhere } from "./elsewhere";
import type { EndTeller } from "./ended";
import { Folds } from "./folds";
import { Leases } from "./leases";
import { Lists } from "./lists";
import { Looks } from "./looks";
import { Planning } from "./planning";
import { Rehearsals } from "./rehearsals";
import { Resealing } from "./resealing";
import { Runs } from "./runs";
import { sealing } from "./sealing";
import { Statuses } from "./statuses";

/** What the service was given. */
interface Owner extends MappingsOwner, EndTeller {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly secrets: Sealer;
	readonly projections: ConstructorParameters<typeof Lists>[1];
	readonly definitions: ConstructorParameters<typeof Runs>[2];
}

export interface Parts {
	/** Announces what is recorded. */
	readonly store: EventStore;
	readonly lists: Lists;
	readonly controllers: Controllers;
	readonly leases: Leases;
	readonly statuses: Statuses;
	readonly runs: Runs;
	readonly rehearsals: Rehearsals;
	readonly planning: Planning;
	readonly elsewhere: Elsewhere;
	readonly decisions: Decisions;
	readonly resealing: Resealing;
}

export function partsOf(owner: Owner): Parts {
	const { broker, projections, definitions, secrets } = owner;
	const limits = settingsFor(broker, migration);
	const known = knownSystems(systemsOf(broker));
	const keys = sealing(secrets, known);
	const store = announcing(owner.store, recorded);
	const lists = new Lists(store, projections);
	const folds = new Folds({ store, projections, ...keys, live: name => controllers.runOf(name) });
	const leases = new Leases(store);
	const controllers: Controllers = new Controllers({ broker, store, lists, folds, leases, secrets, owner });
	const statuses = new Statuses({ broker, controllers, leases });
	const { isShared } = controllers;
	const runs = new Runs(store, folds, definitions, keys, known, limits, isShared);
	const rehearsals = new Rehearsals(limits);
	const planning = new Planning({
		broker,
		runs,
		controllers,
		looks: new Looks(limits),
		known,
		mappings: owner,
		secrets
	});
	return {
		store,
		lists,
		controllers,
		leases,
		statuses,
		runs,
		rehearsals,
		planning,
		elsewhere: new Elsewhere({ broker, rehearsals, planning, isShared }),
		decisions: new Decisions({ store, runs, controllers, statuses, mappings: owner }),
		resealing: new Resealing({ store, definitions, folds, keys, statuses })
	};

	/** Something was recorded of it. */
	function recorded(name: string): void {
		const run = controllers.runOf(name);
		if (run) folds.offer(run);
		void broker.broadcast("migration.progressed", { name });
	}
}
