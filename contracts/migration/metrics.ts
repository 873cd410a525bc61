/** What is measured of migrations. */

import type { MetricSpec } from "../contract";

const OF_STREAM = ["migration", "stream"] as const;
/** Of those that share a store. */
const OF_EACH = "Each node that runs `migration` tells it of all migrations: take the max by its labels.";

const gauge = <const N extends string, const L extends readonly string[]>(name: N, labels: L, summary: string) =>
	({ type: "gauge", name: `banyan.migration.${name}`, labels, summary: `${summary} ${OF_EACH}` }) as const;

export const metrics = {
	phase: gauge("phase", ["migration", "phase"], "1 for the phase the migration is in."),
	running: gauge("running", ["migration"], "1 while a controller is at work on it."),
	failed: gauge("failed", ["migration"], "1 where it stopped on an error."),
	certificate: gauge(
		"certificate.timestamp.seconds",
		["migration"],
		"When its certificate was made, in seconds since 1970; of one without there is none."
	),
	source: gauge("source.records", OF_STREAM, "Records at the source when last asked."),
	read: gauge("read.records", OF_STREAM, "Records read."),
	lag: gauge("lag.records", OF_STREAM, "Records at the source when last asked that were not read yet."),
	compared: gauge("compared.records", OF_STREAM, "Records compared."),
	differences: gauge("differences", OF_STREAM, "Records not as they should be."),
	records: gauge("records", [...OF_STREAM, "outcome"], "Records by outcome."),
	quarantined: gauge("quarantined", [...OF_STREAM, "category"], "Records that wait for a human."),
	losses: gauge("losses", [...OF_STREAM, "code"], "Records that lost something on the way."),
	ended: {
		type: "counter",
		name: "banyan.migration.ended",
		labels: ["result"],
		summary:
			"Times that a controller of this node came to an end, by how: finished, cancelled, rolled-back, or failed where it stopped on an error."
	}
} as const satisfies Record<string, MetricSpec>;
