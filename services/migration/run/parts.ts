/** The parts of the service `migration`, as they are put together when it starts. */

import type { EventStore } from "../../../adapters/eventstore";
import { sealer } from "../../../adapters/secrets";
import type { Broker } from "../../../cluster";
import { settingsFor, settingsOf } from "../../../cluster/settings";
import { migration } from "../../../contracts/migration/migration";
import type { MappingsOwner } from "../../../mixins/mappings.mixin";
import { knownSystems, systemsOf } from "../../../mixins/systems";
import { announcing } from "./announce";
import { Controllers } from "./controllers";
import { Decisions } from "./decisions";
import type { EndTeller } from "./ended";
import { Folds } from "./folds";
import { Lists } from "./lists";
import { Looks } from "./looks";
import { Planning } from "./planning";
import { Rehearsals } from "./rehearsals";
import { Runs } from "./runs";
import { sealing } from "./sealing";

/** What the service was given. */
interface Owner extends MappingsOwner, EndTeller {
	readonly broker: Broker;
	readonly store: EventStore;
	readonly projections: ConstructorParameters<typeof Lists>[1];
	readonly definitions: ConstructorParameters<typeof Runs>[2];
}

export interface Parts {
	/** Announces what is recorded. */
	readonly store: EventStore;
	readonly lists: Lists;
	readonly controllers: Controllers;
	readonly runs: Runs;
	readonly rehearsals: Rehearsals;
	readonly planning: Planning;
	readonly decisions: Decisions;
}

export function partsOf(owner: Owner): Parts {
	const { broker, projections, definitions } = owner;
	const limits = settingsFor(broker, migration);
	const known = knownSystems(systemsOf(broker));
	const keys = sealing(sealer(settingsOf(broker).dataDir), known);
	const store = announcing(owner.store, recorded);
	const lists = new Lists(store, projections);
	const folds = new Folds({ store, projections, ...keys, live: name => controllers.runOf(name) });
	const controllers: Controllers = new Controllers(broker, store, lists, folds, owner);
	const runs = new Runs(store, folds, definitions, keys, known, limits);
	const looks = new Looks(limits);
	return {
		store,
		lists,
		controllers,
		runs,
		rehearsals: new Rehearsals(limits),
		planning: new Planning({ broker, runs, controllers, looks, known, mappings: owner }),
		decisions: new Decisions({ store, runs, controllers, mappings: owner })
	};

	/** Something was recorded of it. */
	function recorded(name: string): void {
		const run = controllers.runOf(name);
		if (run) folds.offer(run);
		void broker.broadcast("migration.progressed", { name });
	}
}
