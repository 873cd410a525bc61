/** The metrics of the whole cluster, and what migrations are about, for Prometheus. */

import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../../cluster";
import type { Status, StreamStatus } from "../../../contracts/migration/migration";
import { expose, type Metric, type NodeMetrics, type Sample } from "../../../domain/platform/exposition";

const WANTED = ["moleculer.request.**", "moleculer.node.**", "moleculer.circuit-breaker.**", "process.**", "banyan.**"];
const PATIENCE_MS = 3_000;

/** A node that does not answer in time is left out; `banyan_up` says so. */
export async function metricsText(broker: Broker): Promise<string> {
	const raw = broker as unknown as ServiceBroker;
	const nodes = (raw.registry.getNodeList({ onlyAvailable: true, withServices: false }) as { id: string }[]).map(
		({ id }) => id
	);
	const asked = await Promise.all(
		nodes.map(async (node): Promise<NodeMetrics> => {
			const ask = { nodeID: node, timeout: PATIENCE_MS };
			const metrics = await raw
				.call<Metric[], object>("$node.metrics", { includes: WANTED }, ask)
				.catch(() => undefined);
			const up: Metric = gauge("banyan.up", "Did the node answer for its metrics?", [
				{ labels: {}, value: metrics ? 1 : 0 }
			]);
			return { node, metrics: [up, ...(metrics ?? [])] };
		})
	);
	const statuses = await broker.call("migration.list", {}, { timeout: PATIENCE_MS }).catch((): Status[] => []);
	return expose([...asked, { node: null, metrics: migrationMetrics(statuses) }]);
}

const gauge = (name: string, description: string, values: Sample[]): Metric => ({
	name,
	type: "gauge",
	description,
	values
});

/** How far each migration is, what became of its records, and what keeps it from being clean. */
export function migrationMetrics(statuses: readonly Status[]): Metric[] {
	const streams = statuses.flatMap(({ name, streams }) => streams.map(stream => ({ migration: name, stream })));
	const perStream = (name: string, description: string, value: (stream: StreamStatus) => number): Metric =>
		gauge(
			name,
			description,
			streams.map(({ migration, stream }) => ({ labels: { migration, stream: stream.stream }, value: value(stream) }))
		);
	const tally = (name: string, description: string, label: string, of: (stream: StreamStatus) => object): Metric =>
		gauge(
			name,
			description,
			streams.flatMap(({ migration, stream }) =>
				Object.entries(of(stream)).map(([what, counted]) => ({
					labels: { migration, stream: stream.stream, [label]: what },
					value: typeof counted === "number" ? counted : (counted as { count: number }).count
				}))
			)
		);
	return [
		gauge(
			"banyan.migration.phase",
			"1 for the phase the migration is in.",
			statuses.map(({ name, phase }) => ({ labels: { migration: name, phase }, value: 1 }))
		),
		gauge(
			"banyan.migration.running",
			"1 while a controller is at work on it.",
			statuses.map(({ name, running }) => ({ labels: { migration: name }, value: running ? 1 : 0 }))
		),
		gauge(
			"banyan.migration.failed",
			"1 where it stopped on an error.",
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
