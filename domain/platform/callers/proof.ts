/**
 * What a door says of whoever asks: who they are, for which request, and when it let them in. It travels with every call that
 * the request causes; each node holds it against what it was signed as. Pure.
 */

/** What is signed. */
export interface Said {
	readonly namespace: string;
	/** The node whose door let them in. */
	readonly node: string;
	/** In ms since 1970. */
	readonly at: number;
	readonly correlation: string;
	readonly caller: object;
}

/** As it is signed: what crosses the wire keeps its order of fields. */
export const saidText = ({ namespace, node, at, correlation, caller }: Said): string =>
	JSON.stringify(["banyan caller 1", namespace, node, at, correlation, caller]);

/** As it travels. */
export interface Proof extends Pick<Said, "node" | "at"> {
	/** Under the cluster's key. */
	readonly mac: string;
	/** By the identity of the node, and for a while after another one by the one before; empty where it has none. */
	readonly signature: string;
}

export const proofText = ({ at, mac, signature, node }: Proof): string => `${at}~${mac}~${signature}~${node}`;

const PROOF = /^(\d{1,15})~([\w-]{43})~((?:[\w-]{86}(?:\.[\w-]{86})?)?)~(.{1,300})$/s;

/** Undefined where it is none. */
export function readProof(text: unknown): Proof | undefined {
	const [, at = "", mac = "", signature = "", node = ""] = (typeof text === "string" && PROOF.exec(text)) || [];
	return node === "" ? undefined : { at: Number(at), mac, signature, node };
}

/** How far the clocks of nodes may be apart, in ms: as for packets. */
export const SKEW_MS = 60_000;

export const isInTime = (at: number, lifetimeMs: number, now: number): boolean =>
	at <= now + SKEW_MS && now <= at + lifetimeMs + SKEW_MS;

/** Why the word on a caller does not count. */
export type Doubt = "unsigned" | "altered" | "expired" | "stranger" | "missing" | "unentitled";

/** As the end of a sentence. */
export const DOUBTS: Readonly<Record<Doubt, string>> = {
	unsigned: "no door of this cluster signed who asks",
	altered: "what is said of whoever asks is not what a door signed for this request",
	expired:
		"a door let them in too long ago (CALLER_LIFETIME): what goes on for longer acts in its service's own name, not in theirs",
	stranger: "it is signed by a node that is no door",
	missing: "it comes through a door, and nobody is said to ask",
	unentitled: "whoever asks may not do this"
};
