/**
 * Moleculer's circuit breaker for an action of another node, inside of which its time limit stands: a node that answers too
 * late, or is lost, is left alone for a while, and the others are asked. What a caller did wrong, and what an action
 * itself answers, says nothing of its node (L28). Of this node's own actions there is none: nobody else could be asked.
 */

import type { BrokerOptions, Middleware, ServiceBroker } from "moleculer";
import * as moleculer from "moleculer";
import type { CallSettings } from "../contracts/cluster";
import { textOf } from "../domain/unknown";

/** Errors by their types that count against a node. */
const COUNTS: ReadonlySet<string> = new Set(["REQUEST_TIMEOUT", "REQUEST_REJECTED", "OVERLOADED", "QUEUE_FULL"]);

export const breakerOptions = ({
	breakerShare,
	breakerCalls,
	breakerWindow,
	breakerRestMs
}: CallSettings): NonNullable<BrokerOptions["circuitBreaker"]> => ({
	enabled: true,
	threshold: breakerShare / 100,
	minRequestCount: breakerCalls,
	windowTime: breakerWindow,
	halfOpenTime: breakerRestMs,
	check: error => COUNTS.has(textOf(error, "type") ?? "")
});

/** Its types leave them out. */
const { Middlewares } = moleculer as unknown as {
	readonly Middlewares: { readonly CircuitBreaker: (broker: ServiceBroker) => Middleware };
};

export function breaker(broker: ServiceBroker): Middleware {
	const { localAction: _, ...ofOthers } = Middlewares.CircuitBreaker(broker);
	return ofOthers;
}
