/**
 * What a node has taken, and how it leaves (L15). It says that it is going, takes what is still on its way to it, then
 * refuses (`unbegun`: whoever asked goes elsewhere), lets all end that it has, across its services, and answers what does
 * not end in time as unknown. Only then it says goodbye, and with it that nothing is open: what it has not answered by then
 * it never began.
 */

import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Context, Middleware, ServiceBroker } from "moleculer";
import { failure } from "../cluster/errors";
import { type Handler, middleware, type Packet, type Publish, type Take } from "../cluster/middleware";
import { type Asked, giveUp, leaveOpen, pendingOf } from "../cluster/wire";
import type { CallSettings } from "../contracts/cluster";
import { fateOf } from "../domain/platform/calls/fate";
import { fieldsOf } from "../domain/unknown";

type Known = Asked & Pick<Context, "eventName">;

/** Calls and events that are worked for on a node. */
class UnderWay {
	private readonly all = new Map<string, Known>();
	private ended: (() => void) | undefined;
	/** Nothing that it took is open. */
	settled = false;

	begin(ctx: Known): void {
		this.all.set(ctx.id, ctx);
	}

	end({ id }: Known): void {
		this.all.delete(id);
		if (this.all.size === 0) this.ended?.();
	}

	get size(): number {
		return this.all.size;
	}

	knows(id: string): boolean {
		return this.all.has(id);
	}

	/** Waits until all has ended, for at most so long; answers what has not. */
	async rest(mostMs: number): Promise<readonly Known[]> {
		const stop = new AbortController();
		const late = sleep(mostMs, undefined, { signal: stop.signal }).catch(() => undefined);
		const ended = new Promise<void>(resolve => {
			this.ended = resolve;
		});
		if (this.all.size > 0) await Promise.race([ended, late]);
		stop.abort();
		// An answer is sent some steps after its handler has ended.
		await nextTurn();
		await nextTurn();
		return [...this.all.values()];
	}
}

const OF_BROKERS = new WeakMap<object, UnderWay>();
const NOTHING = new UnderWay();
const underWayOf = (broker: object): UnderWay => OF_BROKERS.get(broker) ?? NOTHING;

/** For Moleculer's own service: which of these calls are under way here. */
export const underWay = {
	params: { ids: { type: "array", items: "string", max: 1_000 } },
	handler: (ctx: Context<{ ids: string[] }>): string[] => ctx.params.ids.filter(id => underWayOf(ctx.broker).knows(id))
};

export function leaving({ atOnce, stopTimeoutMs }: CallSettings): Middleware {
	const under = new UnderWay();
	let node: ServiceBroker | undefined;
	/** @throws OVERLOADED, of another node's call */
	const admit = ({ nodeID }: Known, action: string): void => {
		const own = node?.nodeID;
		if (under.size < atOnce || nodeID === own) return;
		throw failure("OVERLOADED", `The node '${own}' has as many calls under way as it takes (CALLS_AT_ONCE).`, {
			action,
			nodeID: own,
			retryAfter: 1
		});
	};
	const served =
		(next: Handler<Known>, { name }: { readonly name: string }): Handler<Known> =>
		async ctx => {
			admit(ctx, name);
			under.begin(ctx);
			try {
				return await next(ctx);
			} catch (error) {
				throw begun(error, name);
			} finally {
				under.end(ctx);
			}
		};
	const heard =
		(next: Handler<Known>): Handler<Known> =>
		async ctx => {
			under.begin(ctx);
			try {
				return await next(ctx);
			} finally {
				under.end(ctx);
			}
		};
	return middleware({
		name: "leaving",
		created(broker: ServiceBroker) {
			node = broker;
			OF_BROKERS.set(broker, under);
		},
		localAction: served,
		localEvent: heard,
		async stopping(broker: ServiceBroker) {
			for (const each of await under.rest(stopTimeoutMs))
				if (each.eventName === null && each.nodeID !== broker.nodeID) await leaveOpen(broker, each);
			under.settled = true;
		},
		transitPublish: (next: Publish) => (packet: Packet) => {
			if (packet.type === "DISCONNECT" && under.settled) Object.assign(packet.payload, { settled: true });
			return next(packet);
		},
		transitMessageHandler: (next: Take) => (kind: string, packet: Packet) => {
			if (kind === "DISCONNECT" && node) settle(node, packet);
			return next(kind, packet);
		}
	});
}

/** An action that calls itself where nobody is: this one was begun all the same. */
function begun(error: unknown, action: string): unknown {
	const fate = fateOf(error, action);
	if (fate === "answered" || fate === "unknown") return error;
	return Object.assign(Object(error), { data: { ...fieldsOf(Object(error).data), begun: true } });
}

/** What a node has not answered that leaves with nothing open was lost on its way to it. */
function settle(broker: object, { payload }: Packet): void {
	const { sender, settled } = payload as { sender?: string; settled?: boolean };
	if (settled !== true) return;
	for (const [id, call] of pendingOf(broker))
		if (call.nodeID === sender && !call.stream) giveUp(broker, id, call, { unbegun: true });
}
