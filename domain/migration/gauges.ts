/** How far each migration is, what became of its records, and what keeps it from being clean, as gauges. Pure. */

import { migration, type Status, type StreamStatus } from "../../contracts/migration/migration";
import { propertyOf } from "../unknown";

interface Sample {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}
export interface Gauge {
	readonly name: string;
	readonly type: "gauge";
	readonly description: string;
	readonly values: readonly Sample[];
}
type Key = Exclude<keyof typeof migration.metrics, "ended">;

export function gaugesOf(statuses: readonly Status[]): Gauge[] {
	const streams = statuses.flatMap(({ name, streams }) => streams.map(stream => ({ migration: name, stream })));
	const each = (key: Key, value: (status: Status) => number | undefined): Gauge =>
		gauge(
			key,
			statuses.flatMap(status => sample({ migration: status.name }, value(status)))
		);
	const perStream = (key: Key, value: (stream: StreamStatus) => number): Gauge =>
		gauge(
			key,
			streams.map(({ migration, stream }) => ({ labels: { migration, stream: stream.stream }, value: value(stream) }))
		);
	const tally = (key: Key, label: string, of: (stream: StreamStatus) => object): Gauge =>
		gauge(
			key,
			streams.flatMap(({ migration, stream }) =>
				Object.entries(of(stream)).map(([what, counted]) => ({
					labels: { migration, stream: stream.stream, [label]: what },
					value: typeof counted === "number" ? counted : Number(propertyOf(counted, "count"))
				}))
			)
		);
	return [
		gauge(
			"phase",
			statuses.map(({ name, phase }) => ({ labels: { migration: name, phase }, value: 1 }))
		),
		each("running", ({ running }) => (running ? 1 : 0)),
		each("failed", ({ failure }) => (failure ? 1 : 0)),
		each("certificate", certifiedAt),
		perStream("source", ({ total }) => total),
		perStream("read", ({ read }) => read),
		perStream("lag", ({ total, read }) => Math.max(0, total - read)),
		perStream("compared", ({ compared }) => compared),
		perStream("differences", ({ differences }) => differences),
		tally("records", "outcome", ({ outcomes }) => outcomes),
		tally("quarantined", "category", ({ quarantine }) => quarantine),
		tally("losses", "code", ({ losses }) => losses)
	];
}

/** In seconds since 1970. */
const certifiedAt = ({ verdict, finishedAt }: Status): number | undefined =>
	verdict?.certificate != null && ISO.test(finishedAt ?? "") ? Date.parse(String(finishedAt)) / 1000 : undefined;
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const sample = (labels: Sample["labels"], value: number | undefined): Sample[] =>
	value === undefined ? [] : [{ labels, value }];

const gauge = (key: Key, values: readonly Sample[]): Gauge => {
	const { name, summary } = migration.metrics[key];
	return { name, type: "gauge", description: summary, values };
};
