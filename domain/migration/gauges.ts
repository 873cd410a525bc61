/** How far each migration is, what became of its records, and what keeps it from being clean, as gauges. Pure. */

import type { Status, StreamStatus } from "../../contracts/migration/migration";
import { propertyOf } from "../unknown";

interface Sample {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}
export interface Gauge {
	readonly name: string;
	readonly type: "gauge";
	readonly description: string;
	readonly labelNames: readonly string[];
	readonly values: readonly Sample[];
}

const OF_STREAM = ["migration", "stream"];

export function gaugesOf(statuses: readonly Status[]): Gauge[] {
	const streams = statuses.flatMap(({ name, streams }) => streams.map(stream => ({ migration: name, stream })));
	const perStream = (name: string, description: string, value: (stream: StreamStatus) => number): Gauge =>
		gauge(
			name,
			description,
			OF_STREAM,
			streams.map(({ migration, stream }) => ({ labels: { migration, stream: stream.stream }, value: value(stream) }))
		);
	const tally = (name: string, description: string, label: string, of: (stream: StreamStatus) => object): Gauge =>
		gauge(
			name,
			description,
			[...OF_STREAM, label],
			streams.flatMap(({ migration, stream }) =>
				Object.entries(of(stream)).map(([what, counted]) => ({
					labels: { migration, stream: stream.stream, [label]: what },
					value: typeof counted === "number" ? counted : Number(propertyOf(counted, "count"))
				}))
			)
		);
	return [
		gauge(
			"banyan.migration.phase",
			"1 for the phase the migration is in.",
			["migration", "phase"],
			statuses.map(({ name, phase }) => ({ labels: { migration: name, phase }, value: 1 }))
		),
		gauge(
			"banyan.migration.running",
			"1 while a controller is at work on it.",
			["migration"],
			statuses.map(({ name, running }) => ({ labels: { migration: name }, value: running ? 1 : 0 }))
		),
		gauge(
			"banyan.migration.failed",
			"1 where it stopped on an error.",
			["migration"],
			statuses.map(({ name, failure }) => ({ labels: { migration: name }, value: failure ? 1 : 0 }))
		),
		perStream("banyan.migration.source.records", "Records at the source when last asked.", ({ total }) => total),
		perStream("banyan.migration.read.records", "Records read.", ({ read }) => read),
		perStream("banyan.migration.compared.records", "Records compared.", ({ compared }) => compared),
		perStream("banyan.migration.differences", "Records not as they should be.", ({ differences }) => differences),
		tally("banyan.migration.records", "Records by outcome.", "outcome", ({ outcomes }) => outcomes),
		tally("banyan.migration.quarantined", "Records that wait for a human.", "category", ({ quarantine }) => quarantine),
		tally("banyan.migration.losses", "Records that lost something on the way.", "code", ({ losses }) => losses)
	];
}

/** Of those that share a store. */
const OF_EACH = "Each node that runs `migration` tells it of all migrations: take max without (node).";

const gauge = (name: string, description: string, labelNames: readonly string[], values: readonly Sample[]): Gauge => ({
	name,
	type: "gauge",
	description: `${description} ${OF_EACH}`,
	labelNames,
	values
});
