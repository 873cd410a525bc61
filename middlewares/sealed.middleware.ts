/**
 * Whatever nodes send each other is sealed with the cluster's key, and nothing else is heard: calls, answers, events, and
 * what Moleculer says of its nodes. Whoever reaches NATS without the key can neither call nor read nor pretend to be a node.
 */

import { resolve } from "node:path";
import type { Middleware, ServiceBroker } from "moleculer";
import { clusterKeys, type KeySource } from "../adapters/cluster-key";
import { holdsDataDir } from "../adapters/datadir";
import { unframed } from "../adapters/packet-frame";
import { PacketSeal, type Refusal } from "../adapters/packet-seal";
import { holdKeys } from "../cluster/keys";
import { registerMetrics } from "../cluster/measuring";
import { middleware, type Receive, type Send } from "../cluster/middleware";
import { NODE_METRICS } from "../contracts/node-metrics";
import { propertyOf } from "../domain/unknown";
import { Batches } from "./packet-batches";

const counter = NODE_METRICS.packets;
const TELL_MS = 60_000;

const KEY = "give all nodes of the namespace the same key by CLUSTER_KEY or CLUSTER_KEY_FILE";
const SAYS: Readonly<Record<Refusal, string>> = {
	unsealed: `not sealed: from another program, or from a node of an older version; ${KEY}`,
	foreign: `sealed with another key than ours, changed on its way, or meant for another node or namespace; ${KEY}`,
	replayed: "sent once more by somebody: each is taken once",
	late: "sealed more than a minute ago: the nodes' clocks differ, or somebody sends it once more; set the clocks by NTP",
	early: "sealed more than a minute from now: the nodes' clocks differ; set them by NTP",
	before: "sealed before this node began: sent once more by somebody, or by a node whose clock is behind"
};

export function sealed(source: KeySource): Middleware {
	let seal: PacketSeal | undefined;
	let refused: (reason: Refusal, kind: string) => void = () => undefined;
	return middleware({
		name: "sealed",
		created(broker: ServiceBroker) {
			refused = teller(broker);
		},
		/** Before anything is sent; the services hold the data folder by now, if any of them keeps something. */
		async starting(broker: ServiceBroker) {
			const { keys, made } = clusterKeys(source, holdsDataDir(source.dataDir));
			if (made)
				broker.logger.info(
					`The cluster's key was made; it is in ${resolve(made)}. Give it to the other nodes by CLUSTER_KEY_FILE.`
				);
			holdKeys(broker, keys);
			seal = new PacketSeal({ keys, namespace: broker.namespace, nodeID: broker.nodeID });
		},
		transporterSend(next: Send): Send {
			const batches = new Batches(({ topic, data, meta, packets, ids }) => {
				const { type, target } = meta.packet;
				return next(topic, opened(seal).seal(type, target ?? undefined, data, packets > 1), { ...meta, ids });
			});
			return (topic, data, meta) => batches.add(topic, data, meta);
		},
		transporterReceive(next: Receive): Receive {
			return (kind, data, more) => {
				const said = opened(seal).open(kind, data);
				if (typeof said === "string") return refused(said, kind);
				if (!PacketSeal.isFrame(data)) return next(kind, said, more);
				for (const packet of unframed(said)) next(kind, packet, more);
				return undefined;
			};
		}
	});
}

/** Without its key a node says and hears nothing. */
function opened(seal: PacketSeal | undefined): PacketSeal {
	if (!seal) throw new Error("The cluster's key is not there yet.");
	return seal;
}

/** Counts every refusal, tells of it now and then: whoever sends many shall not fill the log. */
function teller(broker: ServiceBroker): (reason: Refusal, kind: string) => void {
	const told = new Map<Refusal, { at: number; untold: number }>();
	registerMetrics(broker, { counter });
	return (reason, kind) => {
		broker.metrics.increment(counter.name, { reason });
		const last = told.get(reason);
		if (last && performance.now() - last.at < TELL_MS) {
			last.untold++;
			return;
		}
		told.set(reason, { at: performance.now(), untold: 0 });
		const more = last && last.untold > 0 ? ` (and ${last.untold} since it was last said)` : "";
		broker.logger.warn(`A packet (${kind}) is refused${more}: it is ${SAYS[reason]}.`);
	};
}

/** Did this node hear of others with another key, or none? */
export const heardStrangers = (broker: Pick<ServiceBroker, "metrics">): boolean =>
	(["foreign", "unsealed"] satisfies Refusal[]).some(reason => {
		const counted = broker.metrics.getMetric(counter.name);
		return Number(propertyOf(counted?.get({ reason }), "value") ?? 0) > 0;
	});
