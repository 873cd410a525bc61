/**
 * What reads may be answered by the last good answer while nobody else answers, for as long as its contract says (`stale`),
 * and is marked with its age: in the call's own meta, from where the gateway says it to whoever asked. Outside of all
 * retries and of the breaker, it is there while that is open, too. Moleculer's fallback is not.
 */

import type { CallingOptions, Middleware, ServiceBroker } from "moleculer";
import type { Meta } from "../cluster";
import { registerMetrics } from "../cluster/measuring";
import { type Call, middleware } from "../cluster/middleware";
import type { CallSettings } from "../contracts/cluster";
import { NODE_METRICS } from "../contracts/node-metrics";
import { conductOf } from "../domain/platform/calls/conduct";
import { fateOf } from "../domain/platform/calls/fate";
import { type StaleAnswers, StaleInMemory, staleAnswer, staleKey } from "../domain/platform/calls/stale";
import { isFields } from "../domain/unknown";

const counter = NODE_METRICS.stale;

/** The meta that whoever calls sees, too: of the call that it is part of, or its own. */
function metaOf(options: CallingOptions | undefined): Meta | undefined {
	const meta: unknown = options?.parentCtx?.meta ?? options?.meta;
	return isFields(meta) ? meta : undefined;
}

export function stale({ staleBytes }: CallSettings): Middleware {
	const answers: StaleAnswers = new StaleInMemory(staleBytes);
	let node: ServiceBroker | undefined;
	return middleware({
		name: "stale",
		created(broker: ServiceBroker) {
			// Alone, what does not answer is broken, not away.
			if (!broker.transit || staleBytes === 0) return;
			node = broker;
			registerMetrics(broker, { counter });
		},
		call: (next: Call) => (action, params, options) => {
			const maxAgeMs = typeof action === "string" ? (conductOf(action)?.staleMs ?? 0) : 0;
			const meta = metaOf(options);
			// What is nobody's may be anybody's: it is not kept.
			if (!node || maxAgeMs === 0 || !meta?.caller) return next(action, params, options);
			const key = staleKey(action, params, meta.caller.scopes);
			const { metrics } = node;
			return next(action, params, options).then(
				answer => {
					answers.put(key, answer, performance.now());
					return answer;
				},
				error => {
					if (fateOf(error, action) === "answered") throw error;
					const kept = staleAnswer(answers, key, maxAgeMs, performance.now());
					if (!kept) throw error;
					metrics.increment(counter.name);
					meta.stale = kept.seconds;
					return kept.answer;
				}
			);
		}
	});
}
