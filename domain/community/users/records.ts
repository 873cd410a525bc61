/** What `users` keeps: records of several kinds in one collection, so that a change across kinds is one transaction. Pure. */

import type { Json } from "../../../contracts/json";
import type { Remainder } from "../../../contracts/personal";

/** What records are found by; each kind has those that are its own. */
interface Found {
	readonly id: string;
	/** Of a person or an organisation: no two share one. */
	readonly handle?: string;
	readonly foundByHandle?: string;
	readonly foundByName?: string;
	readonly follower?: string;
	readonly followed?: string;
	readonly organisation?: string;
	readonly member?: string;
	/** ISO 8601, UTC. */
	readonly at?: string;
	/** In ms since 1970: when something is to be done with it. */
	readonly due?: number;
}

export const VISIBILITIES = ["public", "private"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export interface Profile extends Found {
	readonly kind: "profile";
	readonly account: string;
	readonly handle: string;
	readonly name: string;
	readonly bio: string;
	readonly links: readonly string[];
	readonly avatar: string | null;
	readonly visibility: Visibility;
	readonly at: string;
}

/** Apart from the profile, which is changed by its owner alone. */
export interface Counts extends Found {
	readonly kind: "counts";
	readonly followers: number;
	readonly following: number;
	readonly organisations: number;
}

export interface Preferences extends Found {
	readonly kind: "preferences";
	readonly values: Json;
}

export interface Follow extends Found {
	readonly kind: "follow";
	readonly follower: string;
	readonly followed: string;
	readonly at: string;
}

export const ROLES = ["owner", "admin", "member"] as const;
export type Role = (typeof ROLES)[number];

/** One without a handle is being dissolved. */
export interface Organisation extends Found {
	readonly kind: "organisation";
	readonly name: string;
	readonly about: string;
	readonly owners: number;
	readonly members: number;
	readonly invited: number;
	readonly at: string;
}

export interface Membership extends Found {
	readonly kind: "membership";
	readonly organisation: string;
	readonly member: string;
	readonly role: Role;
	readonly state: "invited" | "member";
	readonly at: string;
}

/** Of one service: what became of what it kept. */
export interface Forgotten {
	readonly count: number;
	readonly kept: readonly Remainder[];
	readonly at: string;
}

export interface Erasure extends Found {
	readonly kind: "erasure";
	readonly request: string;
	/** Null while only a service has spoken of it. */
	readonly account: string | null;
	readonly at: string;
	/** Until then it can be taken back: ISO 8601, UTC. */
	readonly plannedFor: string | null;
	/** From then on it cannot. */
	readonly begunAt: string | null;
	/** When all services were told. */
	readonly toldAt: string | null;
	readonly services: Readonly<Record<string, Forgotten>>;
}

/** All that is kept of one person, for an hour. */
export interface Export extends Found {
	readonly kind: "export";
	readonly account: string;
	readonly at: string;
	readonly due: number;
	/** Sealed. */
	readonly document: string;
}

export type Kept = Profile | Counts | Preferences | Follow | Organisation | Membership | Erasure | Export;
export type Kind = Kept["kind"];

/** The key of a record of a kind. */
export const keyOf = (kind: Kind, ...of: readonly [string, ...string[]]): string => [kind, ...of].join("/");

export const UNIQUE = ["handle"] as const;
export const INDEXES = [
	"foundByHandle",
	"foundByName",
	"due",
	"member",
	["followed", "at"],
	["follower", "at"],
	["organisation", "at"]
] as const;
