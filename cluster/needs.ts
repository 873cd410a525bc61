/** What the services of a node need of servers: they say so when they are made, and whoever watches looks here. */

import type { Need } from "../domain/platform/needs";

const OF_BROKERS = new WeakMap<object, Map<Need, Set<string>>>();

/** This service answers nothing, or only a part, without it. */
export function needs(broker: object, service: string, need: Need): void {
	const all = OF_BROKERS.get(broker) ?? new Map<Need, Set<string>>();
	OF_BROKERS.set(broker, all.set(need, (all.get(need) ?? new Set()).add(service)));
}

/** By need, the services of this node that have it. */
export const needsOf = (broker: object): ReadonlyMap<Need, ReadonlySet<string>> => OF_BROKERS.get(broker) ?? new Map();
