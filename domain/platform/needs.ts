/** What services cannot work without, of what servers keep; what its loss means for them, and for whoever asks. Pure. */

import { isFields, textOf } from "../unknown";

/** What a service may need: the event store in JetStream, the collections and old links in MongoDB. */
export const NEEDS = ["events", "database"] as const;
export type Need = (typeof NEEDS)[number];

/** What a service of a node cannot reach now, as that node says. */
export interface Lack {
	readonly service: string;
	readonly need: Need;
	/** ISO 8601, by that node's clock. */
	readonly since: string;
}

export type Standing = "up" | "degraded" | "down";

/**
 * What is left of a service without it. Without the database nobody knows a key or a link: nothing is answered. Without the
 * events nothing is recorded, and runs stand still; keys, links and what was read before are answered.
 */
const LEFT: Readonly<Record<Need, Standing>> = { database: "down", events: "degraded" };

const isNeed = (value: unknown): value is Need => NEEDS.some(need => need === value);

/** What a node says of itself in its metadata; nothing where it says nothing that is understood. */
export function lacksIn(metadata: unknown): Lack[] {
	const told: unknown = isFields(metadata) ? metadata.lacks : undefined;
	return Array.isArray(told) ? told.flatMap(lackIn) : [];
}

function lackIn(told: unknown): Lack[] {
	const [service, need, since] = [textOf(told, "service"), textOf(told, "need"), textOf(told, "since")];
	return service !== undefined && isNeed(need) && since !== undefined ? [{ service, need, since }] : [];
}

export interface ServiceStanding {
	readonly status: Standing;
	/** Why it is not up, where nodes run it. */
	readonly why?: string;
}

/** How a service is, that these nodes run: up where all of them reach what it needs. @param lacks of nodes, those of this service */
export function standingOf(nodes: readonly string[], lacks: ReadonlyMap<string, readonly Lack[]>): ServiceStanding {
	if (nodes.length === 0) return { status: "down" };
	const lacking = nodes.flatMap(node => (lacks.get(node) ?? []).map(lack => ({ node, ...lack })));
	if (lacking.length === 0) return { status: "up" };
	const isWhole = nodes.some(node => !lacking.some(lack => lack.node === node));
	const isLeft = nodes.some(node => !lacking.some(lack => lack.node === node && LEFT[lack.need] === "down"));
	return {
		status: isWhole || isLeft ? "degraded" : "down",
		why: NEEDS.flatMap(need => words(need, lacking)).join(" ")
	};
}

function words(need: Need, lacking: readonly (Lack & { readonly node: string })[]): string[] {
	const some = lacking.filter(lack => lack.need === need);
	const [first] = some.map(({ since }) => since).sort();
	if (first === undefined) return [];
	const names = new Set(some.map(({ node }) => node));
	return [`${CALLED[need]} is out of reach of ${[...names].join(", ")} since ${first}.`];
}
const CALLED: Readonly<Record<Need, string>> = { database: "The database", events: "The event store" };
