/** Revisions as they are kept: numbered ones without gaps in each set, and what is set as of them once for each hash. */

import type { Revision } from "../../contracts/revisions";

export interface KeptRevision {
	readonly id: string;
	readonly set: string;
	/** From 1 on. */
	readonly number: number;
	readonly hash: string;
	readonly at: string;
	/** Null: the operator's own command, or a service of the cluster. */
	readonly author: string | null;
	readonly reason: string;
	/** What it was asked for under: asked for once more, it is the same revision. */
	readonly once: string | null;
}

/** What belongs to revisions, by its own id. */
export interface KeptText {
	readonly id: string;
	readonly text: string;
}

/** Either of the two. */
export interface Stored extends Partial<Omit<KeptRevision, "id">>, Partial<Omit<KeptText, "id">> {
	readonly id: string;
}

/** What they are found by. */
export const KEPT = { indexes: [["set", "number"], ["number", "set"], "author"] } as const;

export const isRevision = (stored: Stored): stored is KeptRevision => stored.number !== undefined;

/** Two writers of one revision ask for the same key, which one of them gets. */
export const revisionId = (set: string, number: number): string => `revision:${set}:${number}`;
export const valueId = (set: string, hash: string): string => `value:${set}:${hash}`;

/** Without what others are not told of it. */
export const shownOf = ({ number, hash, at, author, reason }: KeptRevision): Revision => ({
	revision: number,
	hash,
	at,
	author,
	reason
});
