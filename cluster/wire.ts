/** What Moleculer keeps of calls between nodes, and its types do not show: who waits for whom, who could be asked. */

import { Errors, type ServiceBroker } from "moleculer";

/** A call that was sent to another node. */
export interface Pending {
	readonly action: { readonly name: string };
	/** Null where NATS chooses who takes it. */
	readonly nodeID: string | null;
	readonly stream?: boolean;
	readonly ctx?: { readonly meta: { readonly once?: string } };
	reject(error: Error): void;
}

/** An action of a node. */
export interface Endpoint {
	readonly id: string;
	readonly name: string;
	readonly isAvailable: boolean;
	/** False: it is not asked. */
	state: boolean;
}

interface Transit {
	readonly pendingRequests: Map<string, Pending>;
	sendResponse(
		nodeID: string,
		id: string,
		meta: object,
		headers: object | null,
		data: null,
		error: Error
	): Promise<unknown>;
}

interface Inside {
	readonly nodeID: string;
	readonly transit?: Transit;
	readonly registry: {
		readonly actions: { readonly actions: ReadonlyMap<string, { readonly endpoints: readonly Endpoint[] }> };
	};
	readonly CircuitBreakerStore?: ReadonlyMap<string, { readonly state: string }>;
}

/** The one place that knows. */
const inside = (broker: object): Inside => broker as Inside;

const NONE: ReadonlyMap<string, Pending> = new Map();

/** Calls that other nodes have not answered. */
export const pendingOf = (broker: object): ReadonlyMap<string, Pending> =>
	inside(broker).transit?.pendingRequests ?? NONE;

/** Waits for it no more. @param more what is known of its fate */
export function giveUp(broker: object, id: string, { action, nodeID, reject }: Pending, more: object = {}): void {
	inside(broker).transit?.pendingRequests.delete(id);
	reject(new Errors.RequestRejectedError({ action: action.name, nodeID, ...more } as never));
}

/** Which of these calls a node has under way; null where it does not answer, or is of a release that cannot tell. */
export async function askUnderWay(
	broker: Pick<ServiceBroker, "call">,
	nodeID: string,
	ids: readonly string[],
	timeout: number
): Promise<ReadonlySet<string> | null> {
	// Of one that just left, or has not said yet what it runs, Moleculer would log a warning each time.
	if (!nodesWith(broker, UNDER_WAY).some(({ id }) => id === nodeID)) return null;
	try {
		return new Set(await broker.call<string[], object>(UNDER_WAY, { ids }, { nodeID, timeout }));
	} catch {
		return null;
	}
}

/** An action that each node has, of Moleculer's own service. */
export const UNDER_WAY = "$node.underWay";

/** What another node asked of this one. */
export interface Asked {
	readonly id: string;
	/** Whose it is. */
	readonly nodeID: string;
	readonly action: { readonly name: string };
	readonly meta: object;
}

/** Tells a node that nobody knows what became of its call. */
export async function leaveOpen(broker: object, { id, nodeID, action, meta }: Asked): Promise<void> {
	const { nodeID: own, transit } = inside(broker);
	const error = new Errors.RequestRejectedError({ action: action.name, nodeID: own });
	await transit?.sendResponse(nodeID, id, meta, null, null, error);
}

/** What goes beside the bus is over when its own connection is: silence says nothing of it. */
export function goesApart(broker: object, id: string): Pending | undefined {
	const call = pendingOf(broker).get(id);
	return call && Object.assign(call, { stream: true });
}

/** Tells a node that its call was not begun. */
export async function answerUnbegun(broker: object, nodeID: string, id: string, error: Error): Promise<void> {
	await inside(broker).transit?.sendResponse(nodeID, id, {}, null, null, error);
}

/** Each action with the nodes that have it. */
export const endpointsOf = (broker: object): readonly (readonly Endpoint[])[] =>
	[...inside(broker).registry.actions.actions.values()].map(({ endpoints }) => endpoints);

const nodesWith = (broker: object, action: string): readonly Endpoint[] =>
	inside(broker).registry.actions.actions.get(action)?.endpoints ?? [];

/** The nodes, beside this one, that could take a call now. */
export const othersFor = (broker: object, action: string, nodeID: unknown): string[] =>
	nodesWith(broker, action)
		.filter(({ id, isAvailable }) => isAvailable && id !== nodeID)
		.map(({ id }) => id);

/** Moleculer's breaker lets nothing through to it. */
export const isBroken = (broker: object, { name }: Endpoint): boolean =>
	inside(broker).CircuitBreakerStore?.get(name)?.state === "open";

interface Hearing {
	readonly transit?: {
		readonly tx: { messageHandler: (kind: string, packet: { readonly payload?: unknown }) => Promise<boolean> };
	};
	readonly registry: {
		readonly nodes: { disconnected(nodeID: string, isUnexpected: boolean): void };
		readonly discoverer: { beat(): Promise<unknown> };
	};
}

/** Asks of each packet, before anything else is done with it, whether it is to be heard. */
export function beforeHearing(broker: object, isHeard: (kind: string, payload: unknown) => boolean): void {
	const tx = (broker as Hearing).transit?.tx;
	if (!tx) return;
	const hear = tx.messageHandler.bind(tx);
	tx.messageHandler = (kind, packet) => (isHeard(kind, packet?.payload) ? hear(kind, packet) : Promise.resolve(false));
}

/** It is asked for nothing more, and what it was asked fails now. */
export const countAsGone = (broker: object, nodeID: string): void =>
	(broker as Hearing).registry.nodes.disconnected(nodeID, true);

/** A sign of life before it is due. */
export const beat = (broker: object): void =>
	void (broker as Hearing).registry.discoverer.beat().catch(() => undefined);
