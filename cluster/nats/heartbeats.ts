/**
 * Signs of life, to the millisecond. Moleculer looks once in a time-out, in whole seconds, so that a dead node is called for
 * up to twice as long. A node that is silent is passed over first, where another one answers for the same, and gone later:
 * what it has under way may still come.
 */

import { Discoverers } from "moleculer";
import { suspectsOf } from "./suspects";

const LOOK_MS = 250;
/** So many signs of life were to come until a node is passed over, and a little. */
const SUSPECT_AFTER = 2;
const JITTER_MS = 600;
/** A node that was held up itself has heard nobody. */
const HELD_UP_MS = 1_000;

/** Moleculer's types know nobody who does that. */
interface Nodes {
	toArray(): readonly { readonly id: string; readonly local: boolean; readonly available: boolean }[];
	disconnected(nodeID: string, isUnexpected: boolean): void;
}

interface Counted {
	updateMetrics(): void;
}
const COUNT_MS = 1_000;

/** Moleculer counts all services and actions of all nodes for each node that says what it has: of a hundred, for seconds. */
function gathered(registry: Counted): void {
	const count = registry.updateMetrics.bind(registry);
	let isDue = false;
	registry.updateMetrics = () => {
		if (isDue) return;
		isDue = true;
		setTimeout(() => {
			isDue = false;
			count();
		}, COUNT_MS).unref();
	};
}

export class Heartbeats extends Discoverers.Local {
	private readonly heardAt = new Map<string, number>();
	private lookedAt = performance.now();

	override init(registry: Parameters<Discoverers.Local["init"]>[0]): void {
		super.init(registry);
		gathered(registry as unknown as Counted);
	}

	override startHeartbeatTimers(): void {
		super.startHeartbeatTimers();
		clearInterval(this.checkNodesTimer);
		this.heardAll();
		this.checkNodesTimer = setInterval(() => this.checkRemoteNodes(), LOOK_MS).unref();
	}

	override heartbeatReceived(nodeID: string, payload: Record<string, unknown>): void {
		this.heard(nodeID);
		super.heartbeatReceived(nodeID, payload);
	}

	override processRemoteNodeInfo(nodeID: string, payload: Record<string, unknown>) {
		this.heard(nodeID);
		return super.processRemoteNodeInfo(nodeID, payload);
	}

	override checkRemoteNodes(): void {
		const now = performance.now();
		const isHeldUp = now - this.lookedAt > HELD_UP_MS;
		this.lookedAt = now;
		if (isHeldUp) this.heardAll();
		for (const { id, local, available } of this.nodes.toArray())
			if (!local && available) this.look(id, now - (this.heardAt.get(id) ?? now));
	}

	private look(nodeID: string, silentMs: number): void {
		const { heartbeatInterval, heartbeatTimeout } = this.broker.options;
		if (silentMs > Number(heartbeatTimeout) * 1000) {
			this.logger.warn(`Node '${nodeID}' has been silent for ${Math.round(silentMs)} ms: it counts as gone.`);
			suspectsOf(this.broker).trust(nodeID);
			this.heardAt.delete(nodeID);
			this.nodes.disconnected(nodeID, true);
		} else if (silentMs > Number(heartbeatInterval) * 1000 * SUSPECT_AFTER + JITTER_MS)
			suspectsOf(this.broker).suspect(nodeID);
	}

	private heard(nodeID: string): void {
		this.heardAt.set(nodeID, performance.now());
		suspectsOf(this.broker).trust(nodeID);
	}

	private heardAll(): void {
		const now = performance.now();
		this.lookedAt = now;
		for (const { id } of this.nodes.toArray()) this.heardAt.set(id, now);
	}

	private get nodes(): Nodes {
		return (this.registry as unknown as { readonly nodes: Nodes }).nodes;
	}
}
