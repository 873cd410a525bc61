/** Nodes that may be gone: they are passed over wherever another one answers for the same action, until it is known. */

import { type Endpoint, endpointsOf, isBroken } from "../wire";

export class Suspects {
	private readonly avoided = new Map<string, readonly Endpoint[]>();

	constructor(private readonly broker: object) {}

	/** @returns whether it was trusted until now */
	suspect(nodeID: string): boolean {
		if (this.avoided.has(nodeID)) return false;
		this.avoided.set(
			nodeID,
			endpointsOf(this.broker).flatMap(all => avoid(nodeID, all))
		);
		return true;
	}

	trust(nodeID: string): void {
		for (const each of this.avoided.get(nodeID) ?? []) each.state = !isBroken(this.broker, each);
		this.avoided.delete(nodeID);
	}
}

function avoid(nodeID: string, endpoints: readonly Endpoint[]): Endpoint[] {
	const own = endpoints.find(({ id, state }) => id === nodeID && state);
	if (!own || !endpoints.some(each => each !== own && each.isAvailable)) return [];
	own.state = false;
	return [own];
}

const SUSPECTS = new WeakMap<object, Suspects>();

/** Those of a node. */
export function suspectsOf(broker: object): Suspects {
	const suspects = SUSPECTS.get(broker) ?? new Suspects(broker);
	SUSPECTS.set(broker, suspects);
	return suspects;
}
