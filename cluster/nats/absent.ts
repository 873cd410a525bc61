/**
 * A node that died is noticed by the next request to it: NATS says at once that nobody hears the request (its "no
 * responders"), long before a sign of life is missed. The request is given back to whoever retries; the node is passed over,
 * asked three times whether it is there, and gone if it does not answer. What NATS says is not sealed: it may make a node be
 * asked, never be gone.
 */

import type { ServiceBroker } from "moleculer";
import type { Msg, NatsConnection } from "nats";
import { giveUp, pendingOf } from "../wire";
import type { Suspects } from "./suspects";

const NO_RESPONDERS = 503;
/** A node that goes over to another NATS server needs some ten ms. */
const ASK_MS = [0, 80, 160];
const ANSWER_MS = 250;
const KEPT = 4096;

/** Moleculer's types know nobody who does that. */
interface Nodes {
	readonly nodes: { disconnected(nodeID: string, isUnexpected: boolean): void };
}

export class Absent {
	private readonly inbox: string;
	/** What was sent last: NATS says it within some ms. */
	private readonly recent: (readonly string[])[] = [];
	private sent = 0;

	constructor(
		private readonly broker: ServiceBroker,
		private readonly suspects: Suspects,
		prefix: string
	) {
		// Under the node's own name, for which alone it may listen; and for this start of it.
		this.inbox = `${prefix}.GONE.${broker.nodeID}.${broker.instanceID}`;
		broker.localBus.on("$node.pong", ({ nodeID }: { nodeID: string }) => suspects.trust(nodeID));
	}

	/** Where NATS says that nobody heard these requests. */
	replyTo(requests: readonly string[]): string {
		this.sent = (this.sent + 1) % KEPT;
		this.recent[this.sent] = requests;
		return `${this.inbox}.${this.sent}`;
	}

	listen(client: NatsConnection, refused: (subject: string) => void): void {
		const subject = `${this.inbox}.*`;
		client.subscribe(subject, {
			callback: (error, message) => (error ? refused(subject) : this.hear(message))
		});
	}

	private hear({ subject, headers, data }: Msg): void {
		if (headers?.code !== NO_RESPONDERS || data.length > 0) return;
		const requests = this.recent[Number(subject.slice(this.inbox.length + 1))] ?? [];
		for (const id of requests) this.miss(id);
	}

	private miss(id: string): void {
		const call = pendingOf(this.broker).get(id);
		if (!call || call.nodeID === null) return;
		giveUp(this.broker, id, call);
		this.doubt(call.nodeID);
	}

	private doubt(nodeID: string): void {
		if (!this.suspects.suspect(nodeID)) return;
		let isThere = false;
		const hear = (pong: { nodeID: string }): void => {
			isThere ||= pong.nodeID === nodeID;
		};
		this.broker.localBus.on("$node.pong", hear);
		for (const ms of ASK_MS) setTimeout(() => void this.broker.transit?.sendPing(nodeID), ms).unref();
		setTimeout(() => {
			this.broker.localBus.off("$node.pong", hear);
			this.suspects.trust(nodeID);
			if (!isThere) (this.broker.registry as unknown as Nodes).nodes.disconnected(nodeID, true);
		}, ANSWER_MS).unref();
	}
}
