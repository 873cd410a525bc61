/**
 * Whatever nodes send each other is sealed with the cluster's key, and nothing else is heard: calls, answers, events, and
 * what Moleculer says of its nodes. Whoever reaches NATS without the key can neither call nor read nor pretend to be a node.
 * Where nodes have identities, each packet proves whose it is, too.
 */

import { resolve } from "node:path";
import type { Middleware, ServiceBroker } from "moleculer";
import { CallerWord } from "../adapters/caller-word";
import { clusterKeys, type KeySource } from "../adapters/cluster-key";
import { holdsDataDir } from "../adapters/datadir";
import type { Opened, ProvenSeal, Unproven } from "../adapters/identity/proven-seal";
import { unframed } from "../adapters/packet-frame";
import { PacketSeal } from "../adapters/packet-seal";
import { requiresIdentity } from "../cluster/identity";
import { holdKeys } from "../cluster/keys";
import { middleware, type Receive, type Send } from "../cluster/middleware";
import { holdCallerWord } from "../cluster/vouched";
import { giveUp, pendingOf } from "../cluster/wire";
import { Batches } from "./packet-batches";
import { refusedPackets, type Tell } from "./refused-packets";

/** What seals, and what it knows of who sealed. */
interface Sealing {
	seal(kind: string, target: string | undefined, data: Buffer, isFrame: boolean): Buffer | undefined;
	open(kind: string, packet: Buffer): Opened | Unproven;
}

/** How nodes prove who they are, once their key is there. @throws where this one cannot */
export type Proving = (broker: ServiceBroker, keys: readonly Buffer[]) => ProvenSeal;

export function sealed(source: KeySource, proving?: Proving): Middleware {
	let sealing: Sealing | undefined;
	let refused: Tell = () => undefined;
	let node: object = {};
	return middleware({
		name: "sealed",
		created(broker: ServiceBroker) {
			refused = refusedPackets(broker);
			node = broker;
		},
		/** Before anything is sent; the services hold the data folder by now, if any of them keeps something. */
		async starting(broker: ServiceBroker) {
			const { keys, made } = clusterKeys(source, holdsDataDir(source.dataDir));
			if (made)
				broker.logger.info(
					`The cluster's key was made; it is in ${resolve(made)}. Give it to the other nodes by CLUSTER_KEY_FILE.`
				);
			holdKeys(broker, keys);
			const proven = proving?.(broker, keys);
			sealing = proven ?? unproven(broker, keys);
			const { namespace } = broker;
			holdCallerWord(broker, new CallerWord({ keys, namespace, seal: proven, isRequired: requiresIdentity(broker) }));
		},
		transporterSend(next: Send): Send {
			const batches = new Batches(({ topic, data, meta, packets, ids }) => {
				const { type, target } = meta.packet;
				const packet = opened(sealing).seal(type, target ?? undefined, data, packets > 1);
				return packet ? next(topic, packet, { ...meta, ids }) : unsent(node, ids);
			});
			return (topic, data, meta) => batches.add(topic, data, meta);
		},
		transporterReceive(next: Receive): Receive {
			return (kind, packet) => {
				const said = opened(sealing).open(kind, packet);
				if (typeof said === "string") return refused(said, kind);
				const { data, from } = said;
				if (!PacketSeal.isFrame(packet)) return next(kind, data, from);
				for (const each of unframed(data)) next(kind, each, from);
				return undefined;
			};
		}
	});
}

/** Whoever has the cluster's key is a node. */
function unproven({ namespace, nodeID }: ServiceBroker, keys: readonly Buffer[]): Sealing {
	const seal = new PacketSeal({ keys, namespace, nodeID });
	return {
		seal: (...packet) => seal.seal(...packet),
		open: (kind, packet) => {
			const data = seal.open(kind, packet);
			return typeof data === "string" ? data : { data, from: null };
		}
	};
}

/** Whoever waits for them asks another node. */
function unsent(broker: object, ids: readonly string[]): void {
	for (const id of ids) {
		const call = pendingOf(broker).get(id);
		if (call) giveUp(broker, id, call, { unbegun: true });
	}
}

/** Without its key a node says and hears nothing. */
function opened(sealing: Sealing | undefined): Sealing {
	if (!sealing) throw new Error("The cluster's key is not there yet.");
	return sealing;
}
