/** How a node follows what is set by revisions: what it takes of what it is given, and what it says of itself. Pure. */

import type { JsonValue } from "../../contracts/json";
import type { RevisionSnapshot } from "../../contracts/revisions";
import { digest } from "../canonical";
import { isFields, textOf } from "../unknown";

/** What nodes follow, by the service that keeps it. */
export const FOLLOWED = ["config", "flags", "routes"] as const;
export type FollowedSet = (typeof FOLLOWED)[number];

/** A revision with all that is set as of it. */
export type Whole = RevisionSnapshot & { readonly value: JsonValue };

export const isWhole = (said: unknown): said is Whole =>
	isFields(said) && typeof said.revision === "number" && typeof said.hash === "string" && said.value !== undefined;

/** Is it what its hash says? What was cut off, or changed on its way, is not. */
export const isProven = ({ value, hash }: Whole): boolean => digest(value) === hash;

/** How often in a row a lower revision is told before it is believed: one node of the service may be late, a backup is not. */
export const LOWER_BELIEVED = 3;

export type Verdict = "same" | "lower" | "torn" | { readonly take: Whole };

/** @param lower how often in a row a lower one was told, this time too */
export function verdictOn(known: Whole | undefined, said: unknown, lower: number): Verdict {
	const came = isFields(said) ? { ...said, value: said.value ?? unsent(known, said) } : said;
	if (!isWhole(came)) return "torn";
	if (known !== undefined && came.revision < known.revision && lower < LOWER_BELIEVED) return "lower";
	if (came.revision === known?.revision && came.hash === known.hash) return "same";
	return isProven(came) ? { take: came } : "torn";
}

/** What the asker has is not sent again. */
const unsent = (known: Whole | undefined, said: object): JsonValue | undefined =>
	known !== undefined && textOf(said, "hash") === known.hash ? known.value : undefined;

/** Where what a node goes by comes from: the service, its last known good copy of it, or nothing was ever had. */
export type Origin = "service" | "copy" | "none";

/** What a node goes by, and since when nobody proved that it is the newest. */
export interface FollowState {
	readonly set: FollowedSet;
	readonly revision: number;
	readonly hash: string;
	readonly origin: Origin;
	/** ISO 8601; null: it is the newest, as far as was asked. */
	readonly staleSince: string | null;
	/** Why it is stale. */
	readonly why: string | null;
}
