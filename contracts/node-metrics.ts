/** What every node measures, whichever services it runs. */

import type { MetricSpec } from "./contract";

const spec = <const S extends MetricSpec>(each: S): S => each;

export const NODE_METRICS = {
	build: spec({
		type: "gauge",
		name: "banyan.build.info",
		labels: ["version", "node_version", "moleculer"],
		summary: "1; which release of Banyan runs here, and on what."
	}),
	node: spec({
		type: "gauge",
		name: "banyan.node.info",
		labels: ["node_id", "group", "namespace"],
		summary: "1; what this node is called."
	}),
	nats: spec({ type: "gauge", name: "banyan.nats.connected", summary: "1 while this node is connected to NATS." }),
	natsSince: spec({
		type: "gauge",
		name: "banyan.nats.since.timestamp.seconds",
		summary: "Since when it is so, or is not, in seconds since 1970."
	}),
	reconnects: spec({
		type: "counter",
		name: "banyan.nats.reconnects",
		summary: "How often the connection to NATS was lost and found again."
	}),
	refusedSubjects: spec({
		type: "gauge",
		name: "banyan.nats.refused.subjects",
		summary: "Subjects that NATS does not let this node use."
	}),
	jetstream: spec({
		type: "gauge",
		name: "banyan.jetstream.connected",
		summary: "With STORE=cluster, 1 while the event store is connected to NATS."
	}),
	mongo: spec({
		type: "gauge",
		name: "banyan.mongo.connected",
		summary: "With STORE=cluster, 1 while this node is connected to MongoDB."
	}),
	redis: spec({ type: "gauge", name: "banyan.redis.up", summary: "Whether Redis is there (1) or away (0)." }),
	outbox: spec({
		type: "gauge",
		name: "banyan.outbox.waiting",
		labels: ["collection"],
		summary:
			"Events of a collection's changes that wait to be announced, as far as was looked; 100 stands for more, too."
	}),
	spans: spec({
		type: "counter",
		name: "banyan.traces.spans",
		labels: ["outcome"],
		summary: "Spans by what became of them: exported, dropped for want of room, failed at the collector."
	}),
	certificate: spec({
		type: "gauge",
		name: "banyan.tls.certificate.not.after.seconds",
		labels: ["setting"],
		summary: "When the certificate ends that this setting names, in seconds since 1970."
	}),
	packets: spec({
		type: "counter",
		name: "banyan.packets.refused",
		labels: ["reason"],
		summary: "Packets between nodes that were not taken, by the reason."
	}),
	callers: spec({
		type: "counter",
		name: "banyan.callers.refused",
		labels: ["reason"],
		summary: "Calls that were refused for what was said of who asks, by the reason."
	}),
	identity: spec({
		type: "gauge",
		name: "banyan.identity.expiry.timestamp.seconds",
		summary: "When this node's identity expires, in seconds since 1970."
	}),
	retried: spec({
		type: "counter",
		name: "banyan.calls.retried",
		labels: ["fate"],
		summary: "Calls that were made again, by what was known of the one before."
	}),
	unretried: spec({
		type: "counter",
		name: "banyan.calls.unretried",
		summary: "Calls that were not made again, since too many were."
	}),
	eventsBytes: spec({ type: "gauge", name: "banyan.events.bytes", summary: "Bytes of the events that servers keep." }),
	eventsAppends: spec({ type: "gauge", name: "banyan.events.appends", summary: "Appends that servers keep." }),
	eventsUsed: spec({
		type: "gauge",
		name: "banyan.events.used.ratio",
		summary: "The part that is used of the limit that is reached first; 0 where none is set."
	}),
	eventsReplicas: spec({
		type: "gauge",
		name: "banyan.events.replicas",
		summary: "Servers that have all events."
	}),
	eventsWanted: spec({
		type: "gauge",
		name: "banyan.events.replicas.wanted",
		summary: "Servers that should have all events."
	}),
	revision: spec({
		type: "gauge",
		name: "banyan.config.revision",
		labels: ["set"],
		summary: "The revision that this node goes by, of settings (`config`), `flags` or `routes`."
	}),
	revisionStale: spec({
		type: "gauge",
		name: "banyan.config.stale.since.timestamp.seconds",
		labels: ["set"],
		summary: "Since when nobody proved that it is the newest, in seconds since 1970; 0 while it is."
	}),
	need: spec({
		type: "gauge",
		name: "banyan.need.up",
		labels: ["need"],
		summary:
			"Whether what this node's services need answers (1) or not (0), as they would ask it: `database`, `events`. Connected is not enough: without a majority of its servers the event store takes nothing."
	}),
	diskFree: spec({
		type: "gauge",
		name: "banyan.disk.free.bytes",
		summary: "Bytes that are free on the disk under this node's data folder."
	}),
	diskSize: spec({
		type: "gauge",
		name: "banyan.disk.size.bytes",
		summary: "Bytes of that disk, used or free."
	}),
	up: spec({
		type: "gauge",
		name: "banyan.up",
		summary: "In the gateway's text of all nodes: did the node answer for its metrics?"
	}),
	folded: spec({
		type: "counter",
		name: "banyan.metrics.folded",
		labels: ["metric"],
		summary:
			"What was measured under labels that are too many for a metric: counters have it as `other`, gauges not at all."
	})
};
