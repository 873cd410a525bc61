/** What a message between nodes may hold. */

import type { ServiceBroker } from "moleculer";

/** NATS's server says it on connecting. */
interface NatsClient {
	readonly info?: { readonly max_payload?: number };
}

/** The most bytes of a message; undefined where all runs in this process. */
export function mostMessageBytes(broker: object): number | undefined {
	const { transit } = broker as { transit?: ServiceBroker["transit"] & { tx?: { client?: NatsClient } } };
	return transit?.tx?.client?.info?.max_payload;
}
