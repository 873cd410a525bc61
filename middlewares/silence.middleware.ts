/**
 * A node that was asked and gives no sign of life: what may be done twice is asked of another one, long before its
 * heartbeats are missed. It is asked what it has under way: a call that it does not know was lost on its way, or its answer
 * was (NATS itself died, or was reached again), and goes on at once; for one that it has, it is waited. Only time in which
 * this process itself listened counts.
 */

import type { Middleware, ServiceBroker } from "moleculer";
import { middleware, type Packet, type Take } from "../cluster/middleware";
import { suspectsOf } from "../cluster/nats/suspects";
import { isConnected } from "../cluster/transport";
import { askUnderWay, giveUp, othersFor, type Pending, pendingOf } from "../cluster/wire";
import type { CallSettings } from "../contracts/cluster";
import { conductOf, twiceIsOnce } from "../domain/platform/calls/conduct";

const TICK_MS = 50;
/** Of calls of which a node is asked at once. */
const MOST_ASKED = 1_000;

/** Another node may be asked as well. */
const mayGoOn = ({ action, ctx, stream }: Pending): boolean =>
	stream !== true && twiceIsOnce(action.name, ctx?.meta.once);

const tryMsOf = ({ action }: Pending): number => conductOf(action.name)?.tryMs ?? Number.POSITIVE_INFINITY;

class Silence {
	/** How long this process listened, in ms: while it is held up, or cut off, no time passes. */
	private clock = 0;
	private last = performance.now();
	/** When each was heard last. */
	private readonly heard = new Map<string, number>();
	private readonly asked = new Map<string, number>();
	/** Since when a call waits. */
	private readonly since = new WeakMap<Pending, number>();
	/** Nodes that are silent. */
	private readonly shunned = new Set<string>();
	private readonly timer = setInterval(() => this.tick(), TICK_MS).unref();

	constructor(
		private readonly broker: ServiceBroker,
		private readonly silenceMs: number
	) {}

	hear(nodeID: string): void {
		this.heard.set(nodeID, this.clock);
		if (this.shunned.has(nodeID)) this.back(nodeID);
	}

	forget(nodeID: string): void {
		this.heard.delete(nodeID);
		this.asked.delete(nodeID);
		this.shunned.delete(nodeID);
	}

	end(): void {
		clearInterval(this.timer);
	}

	private tick(): void {
		const now = performance.now();
		const passed = Math.min(now - this.last, 2 * TICK_MS);
		this.last = now;
		// While NATS is away nobody is heard, and nobody is gone for it.
		if (!isConnected(this.broker)) return;
		this.clock += passed;
		const oldest = new Map<string, number>();
		for (const [id, call] of pendingOf(this.broker)) this.look(id, call, oldest);
		for (const [nodeID, since] of oldest) this.judge(nodeID, since);
		for (const nodeID of this.shunned) this.ask(nodeID);
	}

	/** @param oldest since when the oldest call of each node waits */
	private look(id: string, call: Pending, oldest: Map<string, number>): void {
		if (!mayGoOn(call)) return;
		const since = this.since.get(call) ?? this.clock;
		this.since.set(call, since);
		const { nodeID } = call;
		if (this.clock - since >= tryMsOf(call) && this.isElsewhere(call)) giveUp(this.broker, id, call);
		else if (nodeID !== null) oldest.set(nodeID, Math.min(since, oldest.get(nodeID) ?? since));
	}

	private judge(nodeID: string, since: number): void {
		const silent = this.clock - Math.max(since, this.heard.get(nodeID) ?? 0);
		if (silent >= this.silenceMs) this.shun(nodeID);
		else if (this.clock - since >= this.silenceMs / 3) this.ask(nodeID);
	}

	/** Once at a time, and not too often. */
	private ask(nodeID: string): void {
		const last = this.asked.get(nodeID) ?? Number.NEGATIVE_INFINITY;
		if (this.clock - last < this.silenceMs / 3) return;
		this.asked.set(nodeID, this.clock);
		const calls = this.waitingFor(nodeID);
		const ids = calls.map(([id]) => id);
		void askUnderWay(this.broker, nodeID, ids, this.silenceMs).then(known => known && this.giveUpLost(calls, known));
	}

	/** Those that wait for long enough to be missed. */
	private waitingFor(nodeID: string): [string, Pending][] {
		const late = this.clock - this.silenceMs / 3;
		return [...pendingOf(this.broker)]
			.filter(([, call]) => call.nodeID === nodeID && mayGoOn(call) && (this.since.get(call) ?? this.clock) <= late)
			.slice(0, MOST_ASKED);
	}

	/** An answer that was sent before the node said so has come before. */
	private giveUpLost(calls: readonly [string, Pending][], known: ReadonlySet<string>): void {
		const pending = pendingOf(this.broker);
		for (const [id, call] of calls) if (!known.has(id) && pending.get(id) === call) giveUp(this.broker, id, call);
	}

	/** Its calls that may be done twice go elsewhere, and new ones, too, where there is an elsewhere. */
	private shun(nodeID: string): void {
		if (!this.shunned.has(nodeID)) {
			this.broker.logger.warn(`The node '${nodeID}' gives no sign of life: others are asked in its place.`);
			this.shunned.add(nodeID);
			suspectsOf(this.broker).suspect(nodeID);
		}
		for (const [id, call] of pendingOf(this.broker))
			if (call.nodeID === nodeID && mayGoOn(call) && this.isElsewhere(call)) giveUp(this.broker, id, call);
	}

	private isElsewhere({ action, nodeID }: Pending): boolean {
		return othersFor(this.broker, action.name, nodeID).length > 0;
	}

	private back(nodeID: string): void {
		this.shunned.delete(nodeID);
		suspectsOf(this.broker).trust(nodeID);
		this.broker.logger.info(`The node '${nodeID}' is heard again.`);
	}
}

export function silence({ silenceMs }: CallSettings): Middleware {
	let listening: Silence | undefined;
	return middleware({
		name: "silence",
		created(broker: ServiceBroker) {
			if (!broker.transit) return;
			const silence = new Silence(broker, silenceMs);
			listening = silence;
			broker.localBus.on("$node.disconnected", ({ node }: { node: { id: string } }) => silence.forget(node.id));
		},
		stopped() {
			listening?.end();
		},
		transitMessageHandler: (next: Take) => (kind: string, packet: Packet) => {
			const { sender } = packet.payload ?? {};
			if (sender !== undefined) listening?.hear(sender);
			return next(kind, packet);
		}
	});
}
