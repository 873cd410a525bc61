/**
 * Gateways of releases that do not sign who asks. While one is in the cluster, and for a while after, callers without a
 * signature are believed: it is how a cluster is upgraded, services first. A gateway says of itself that it signs, so nobody
 * decides when that is over; where nodes prove who they are, no other node can say that it is an older one.
 */

import type { ServiceBroker } from "moleculer";
import { propertyOf } from "../domain/unknown";
import type { Mixin } from ".";

/** What a gateway that signs says of itself. */
export const signing: Mixin<object> = { metadata: { signsCallers: true } };

const CHANGES = ["$node.connected", "$node.disconnected", "$node.updated", "$services.changed"];

interface Offered {
	readonly name: string;
	readonly available?: boolean;
	readonly metadata?: unknown;
}

const isOlder = ({ name, metadata }: Offered): boolean =>
	name === "gateway" && propertyOf(metadata, "signsCallers") !== true;

export class OlderDoors {
	private isThere = false;
	private until = 0;

	constructor(
		private readonly broker: ServiceBroker,
		private readonly graceMs: number
	) {
		for (const change of CHANGES) broker.localBus.on(change, () => this.look());
	}

	/** May whoever asks be believed without a signature? */
	get areMet(): boolean {
		if (this.graceMs === 0) return false;
		this.look();
		return this.isThere || performance.now() < this.until;
	}

	private look(): void {
		const offered = this.broker.registry.getServiceList({ onlyAvailable: true }) as Offered[];
		const isThere = offered.some(isOlder);
		if (this.isThere && !isThere) this.until = performance.now() + this.graceMs;
		this.isThere = isThere;
	}
}
