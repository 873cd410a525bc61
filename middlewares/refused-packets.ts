/** Packets that a node does not take: each is counted, and now and then one is told of. */

import type { ServiceBroker } from "moleculer";
import type { Unproven } from "../adapters/identity/proven-seal";
import { registerMetrics } from "../cluster/measuring";
import { NODE_METRICS } from "../contracts/node-metrics";
import { propertyOf } from "../domain/unknown";

const counter = NODE_METRICS.packets;
const TELL_MS = 60_000;

/** `impostor`: it proved who it is, and speaks for another one. */
export type Reason = Unproven | "impostor";

const KEY = "give all nodes of the namespace the same key by CLUSTER_KEY or CLUSTER_KEY_FILE";
const WHO = "give it an identity of its own (NODE_IDENTITY_FILE) by `banyan identity issue`";
const SAYS: Readonly<Record<Reason, string>> = {
	unsealed: `not sealed: from another program, or from a node of an older version; ${KEY}`,
	foreign: `sealed with another key than ours, changed on its way, or meant for another node or namespace; ${KEY}`,
	replayed: "sent once more by somebody: each is taken once",
	late: "sealed more than a minute ago: the nodes' clocks differ, or somebody sends it once more; set the clocks by NTP",
	early: "sealed more than a minute from now: the nodes' clocks differ; set them by NTP",
	before: "sealed before this node began: sent once more by somebody, or by a node whose clock is behind",
	unidentified: `from a node that does not prove who it is, and NODE_IDENTITY=require here; ${WHO}`,
	untrusted: `from a node whose identity none of our authorities has signed; ${WHO}, or its authority to NODE_AUTHORITIES_FILE here`,
	expired: `from a node whose identity has expired; ${WHO}`,
	premature: "from a node whose identity does not hold yet: it was issued for later, or the clocks differ",
	withdrawn: `from a node whose identity was withdrawn; if it is yours, ${WHO}`,
	misplaced: "from a node under a name that its identity is not for",
	forged: "not signed by the owner of the identity that it shows: somebody has a copy of it without its key",
	impostor: "by a node that may not say it"
};

export type Tell = (reason: Reason, kind: string, more?: string) => void;

const tellers = new WeakMap<ServiceBroker, Tell>();

/** Counts every refusal, tells of it now and then: whoever sends many shall not fill the log. */
export function refusedPackets(broker: ServiceBroker): Tell {
	const known = tellers.get(broker) ?? teller(broker);
	tellers.set(broker, known);
	return known;
}

function teller(broker: ServiceBroker): Tell {
	const told = new Map<Reason, { at: number; untold: number }>();
	registerMetrics(broker, { counter });
	return (reason, kind, more) => {
		broker.metrics.increment(counter.name, { reason });
		const last = told.get(reason);
		if (last && performance.now() - last.at < TELL_MS) {
			last.untold++;
			return;
		}
		told.set(reason, { at: performance.now(), untold: 0 });
		const untold = last && last.untold > 0 ? ` (and ${last.untold} since it was last said)` : "";
		const which = more === undefined ? "" : `: ${more}`;
		broker.logger.warn(`A packet (${kind}) is refused${untold}: it is ${SAYS[reason]}${which}.`);
	};
}

/** Did this node hear of others with another key, or none? */
export const heardStrangers = (broker: Pick<ServiceBroker, "metrics">): boolean =>
	(["foreign", "unsealed"] satisfies Reason[]).some(reason => {
		const counted = broker.metrics.getMetric(counter.name);
		return Number(propertyOf(counted?.get({ reason }), "value") ?? 0) > 0;
	});
