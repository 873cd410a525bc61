/** A node with a gateway asks how the servers keep the events: it is measured, told by /health/detailed, and warned of in the log. */

import type { Middleware, ServiceBroker } from "moleculer";
import type * as Keepings from "../adapters/eventstore/jetstream/keeping";
import { setKeeping } from "../cluster/keeping";
import { registerMetrics } from "../cluster/measuring";
import { middleware } from "../cluster/middleware";
import { settingsOf } from "../cluster/settings";
import { NODE_METRICS } from "../contracts/node-metrics";
import { fullest, type Keeping, type Verdict, verdictOf } from "../domain/platform/keeping";
import { messageOf } from "../domain/unknown";

const { eventsBytes, eventsAppends, eventsUsed, eventsReplicas, eventsWanted } = NODE_METRICS;

export const keeping = (): Middleware => {
	const over = new AbortController();
	let ended: Promise<void> | undefined;
	return middleware({
		name: "keeping",
		async started(broker: ServiceBroker) {
			const events = broker.getLocalService("gateway") ? settingsOf(broker).events : undefined;
			if (!events) return;
			registerMetrics(broker, { eventsBytes, eventsAppends, eventsUsed, eventsReplicas, eventsWanted });
			const loaded: typeof Keepings = require("../adapters/eventstore/jetstream/keeping");
			ended = loaded.watchKeeping(events, teller(broker), over.signal);
		},
		async stopped() {
			over.abort();
			await ended;
		}
	});
};

function teller(broker: ServiceBroker): (found: Keeping | Error) => void {
	let before: Verdict["status"] = "up";
	return found => {
		const verdict = found instanceof Error ? awayOf(found) : verdictOf(found);
		setKeeping(broker, verdict);
		if (verdict.status !== before) say(broker, verdict);
		before = verdict.status;
		if (!(found instanceof Error)) measure(broker, found);
	};
}

const awayOf = (error: Error): Verdict => ({ status: "down", message: messageOf(error) });

function say({ logger }: ServiceBroker, { status, message }: Verdict): void {
	if (status === "up") logger.info(`The events: ${message}`);
	else logger.warn(`The events: ${message}`);
}

function measure({ metrics }: ServiceBroker, found: Keeping): void {
	metrics.set(eventsBytes.name, found.bytes);
	metrics.set(eventsAppends.name, found.messages);
	metrics.set(eventsUsed.name, fullest(found)?.share ?? 0);
	metrics.set(eventsReplicas.name, found.current);
	metrics.set(eventsWanted.name, found.replicas);
}
