/** Who drives which run, as this node knows it from the leases in the store: the same for every node that shares it. */

import type { EventStore } from "../../../adapters/eventstore";
import { LeaseWatch } from "../../../adapters/lease";
import type { LeaseState } from "../../../domain/migration/lease";

export class Leases {
	private readonly watches = new Map<string, LeaseWatch>();

	constructor(private readonly store: EventStore) {}

	/** What was seen of it until now: whoever waits for it need not begin to. */
	of(name: string): LeaseWatch {
		const watch = this.watches.get(name) ?? new LeaseWatch(this.store, name);
		this.watches.set(name, watch);
		return watch;
	}

	/** Who holds it and shows signs of life. */
	async holder(name: string): Promise<LeaseState | undefined> {
		const watch = this.of(name);
		await watch.look();
		return watch.alive;
	}

	/** Who held it last, whatever became of them. */
	last(name: string): string | undefined {
		return this.watches.get(name)?.state?.holder;
	}
}
