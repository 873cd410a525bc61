/**
 * What goes around every call, in one order: the first is the innermost. Moleculer's own, where they are right, at the
 * places where they are (decision 31): its time limit is inside of its breaker, which then sees what came too late; its own
 * retries and tracking are left out.
 */

import type { BrokerOptions, Middleware, ServiceBroker } from "moleculer";
import * as moleculer from "moleculer";
import { followedEvents } from "../cluster/followed";
import { following, setting } from "../cluster/nodes-settings";
import { logging } from "../cluster/operations";
import type { CallSettings } from "../contracts/cluster";
import { breaker, breakerOptions } from "./breaker.middleware";
import { bulkhead } from "./bulkhead.middleware";
import { callersLeave } from "./callers.middleware";
import { correlation } from "./correlation.middleware";
import { durable } from "./durable.middleware";
import { internal } from "./internal.middleware";
import { keeping } from "./keeping.middleware";
import { leaving, underWay } from "./leaving.middleware";
import { needs } from "./needs.middleware";
import { older } from "./older.middleware";
import { privateParts } from "./private-parts.middleware";
import { results } from "./results.middleware";
import { retry } from "./retry.middleware";
import { silence } from "./silence.middleware";
import { vouched } from "./vouched.middleware";

type Layers = Pick<BrokerOptions, "middlewares" | "internalMiddlewares" | "internalServices" | "circuitBreaker">;

/** Its types leave them out. */
const { Middlewares } = moleculer as unknown as {
	readonly Middlewares: { readonly HotReload: (broker: ServiceBroker) => Middleware };
};

/** For development, where the runner asks for it. */
const hotReload = (broker: ServiceBroker): Middleware | null =>
	broker.options.hotReload ? Middlewares.HotReload(broker) : null;

/** What is there where settings say so. */
interface More {
	/** Around what is traced: nothing where nothing is. */
	readonly tracing: readonly Middleware[];
	/** What is followed. */
	readonly following?: Middleware;
	/** Around packets. */
	readonly packets: readonly Middleware[];
}

export const layers = (
	calls: CallSettings,
	checksResults: boolean,
	{ tracing, following: followed, packets }: More
): Layers => ({
	internalMiddlewares: false,
	internalServices: {
		$node: { name: "$node", actions: { underWay, logging, following, setting }, events: followedEvents }
	},
	circuitBreaker: breakerOptions(calls),
	middlewares: [
		correlation,
		internal,
		privateParts,
		callersLeave,
		durable,
		...(checksResults ? [results] : []),
		"ActionHook",
		"Validator",
		bulkhead,
		vouched(calls),
		older,
		leaving(calls),
		"Timeout",
		breaker,
		"Fallback",
		"ErrorHandler",
		"Tracing",
		"Metrics",
		// Around what is measured, so that a duration can say in which trace it was.
		...tracing,
		"Debounce",
		"Throttle",
		hotReload,
		silence(calls),
		retry(calls),
		keeping(),
		needs(),
		...(followed ? [followed] : []),
		...packets
	] as unknown as Middleware[]
});
