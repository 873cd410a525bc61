/** Where Prometheus finds the metrics of each node, in the form that its service discovery takes by HTTP and from files. Pure. */

import { isFields, textOf } from "../unknown";

/** A node as the registry lists it. */
export interface KnownNode {
	readonly id: string;
	readonly metadata?: unknown;
	readonly services?: readonly unknown[];
}

/** One target: Prometheus takes several, with the same labels. */
export interface TargetGroup {
	readonly targets: readonly [string];
	readonly labels: Readonly<Record<string, string>>;
}

/** Where a node's metrics are, as it tells others. */
export interface MetricsAddress {
	readonly scheme: "http" | "https";
	readonly host: string;
	readonly port: number;
}

/** Those that have a port for them, in the order of their names. */
export const targetsOf = (nodes: readonly KnownNode[]): TargetGroup[] =>
	[...nodes].sort((one, other) => (one.id < other.id ? -1 : 1)).flatMap(node => targetOf(node) ?? []);

function targetOf({ id, metadata, services = [] }: KnownNode): TargetGroup | undefined {
	const place = isFields(metadata) ? addressIn(metadata.metrics) : undefined;
	if (!place) return undefined;
	const names = services.flatMap(each => textOf(each, "name") ?? []).filter(name => !name.startsWith("$"));
	return {
		targets: [`${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`],
		labels: {
			node: id,
			group: groupOf(id),
			__scheme__: place.scheme,
			// For rules of relabelling alone: as labels of every series they would begin each anew with every release.
			__meta_banyan_version: textOf(metadata, "version") ?? "unknown",
			// As all of Prometheus' own lists: each name has a comma on both sides.
			__meta_banyan_services: `,${names.sort().join(",")},`
		}
	};
}

/** What another node says of itself is looked at before it is passed on. */
function addressIn(said: unknown): MetricsAddress | undefined {
	if (!isFields(said)) return undefined;
	const { host, port, scheme } = said;
	const isPort = typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536;
	if (!isPort || typeof host !== "string" || !/^[\w.:-]+$/.test(host)) return undefined;
	return { host, port, scheme: scheme === "https" ? "https" : "http" };
}

/** Names that Kubernetes makes end in these: of a set of replicas, and of one of them. */
const POD = /-[bcdf-hj-np-tv-xz24-9]{5,10}-[bcdf-hj-np-tv-xz24-9]{5}$/;
const NUMBER = /-\d+$/;

/** A name that begins with its group, as NATS's permissions want it (NODE_GROUP). */
const GROUPED = /^([a-z][a-z0-9-]*)\../;

/** `stages.1` is one of `stages`, and so is `stages-1`: nodes that differ in a number alone run the same. */
export const groupOf = (nodeID: string): string =>
	GROUPED.exec(nodeID)?.[1] ?? (nodeID.replace(POD, "").replace(NUMBER, "") || nodeID);
