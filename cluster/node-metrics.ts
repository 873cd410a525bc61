/** What a node knows of itself when it is asked: its build, and whether the servers that it needs are there. */

import { ServiceBroker } from "moleculer";
import type * as JetStream from "../adapters/eventstore/jetstream/connection";
import type * as Mongo from "../adapters/mongo/connection";
import { NODE_METRICS } from "../contracts/node-metrics";
import type { Labels, Metric } from "../domain/platform/exposition";
import { groupOf } from "../domain/platform/targets";
import { version } from "../package.json";
import { settingsOf } from "./settings";
import { connectionTo } from "./transport";

function told(key: keyof typeof NODE_METRICS, value: number | boolean | undefined, labels: Labels = {}): Metric[] {
	const { type, name, summary } = NODE_METRICS[key];
	return value === undefined ? [] : [{ type, name, description: summary, values: [{ labels, value: Number(value) }] }];
}

export const nodeMetrics = (broker: ServiceBroker): Metric[] => [
	...told("build", 1, { version, node_version: process.version, moleculer: ServiceBroker.MOLECULER_VERSION }),
	...told("node", 1, { node_id: broker.nodeID, group: groupOf(broker.nodeID), namespace: broker.namespace }),
	...natsMetrics(broker),
	...storeMetrics(broker)
];

function natsMetrics(broker: ServiceBroker): Metric[] {
	const connection = connectionTo(broker);
	if (!connection) return [];
	const { isUp, since, reconnects, refused } = connection;
	return [
		...told("nats", isUp),
		...told("natsSince", since / 1000),
		...told("reconnects", reconnects),
		...told("refusedSubjects", refused.length)
	];
}

/** Loaded by whoever opened them: asked for where they are in use alone. */
function storeMetrics(broker: ServiceBroker): Metric[] {
	const { mongo } = settingsOf(broker);
	if (!mongo) return [];
	const { isMongoUp }: typeof Mongo = require("../adapters/mongo/connection");
	const { areStreamsUp }: typeof JetStream = require("../adapters/eventstore/jetstream/connection");
	return [...told("mongo", isMongoUp(mongo)), ...told("jetstream", areStreamsUp())];
}
