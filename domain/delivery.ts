/** How durable events are delivered: which are in one order, whose turn it is, and when they are tried again. Pure. */

import { createHash } from "node:crypto";

/**
 * Keys are dealt with in as many parts: the fewest that a node takes over. It is stored with what was dealt with, so it stays.
 */
export const PARTITIONS = 16;
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

const weight = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE(0);

export const partitionOf = (key: string): number => weight(key) % PARTITIONS;

/**
 * The parts of a service's events that this node deals with, of the nodes that run it: each has one node (rendezvous
 * hashing), and where a node comes or goes, only what is its own moves. Two nodes that know of different ones may both take
 * a part for a while: what an event causes is still done once, by the inbox.
 */
export const partsOf = (service: string, node: string, nodes: readonly string[]): number[] =>
	ALL.filter(partition => owner(service, partition, nodes) === node);

function owner(service: string, partition: number, nodes: readonly string[]): string | undefined {
	const weighed = nodes.map(node => ({ node, by: weight(`${service}\n${partition}\n${node}`) }));
	weighed.sort((a, b) => b.by - a.by || (a.node < b.node ? -1 : 1));
	return weighed[0]?.node;
}

export interface Retrying {
	/** How often an event is delivered at most, before it is laid aside. */
	readonly tries: number;
	/** The first wait between two; doubles with each, to `mostMs`. */
	readonly firstMs: number;
	readonly mostMs: number;
}

/** Before the next try, in ms: between half of it and all, so that those that failed together are not tried together. @param random 0 to 1 */
export const waitAfter = (tries: number, { firstMs, mostMs }: Retrying, random: number): number =>
	Math.min(mostMs, firstMs * 2 ** (tries - 1)) * (0.5 + random / 2);
