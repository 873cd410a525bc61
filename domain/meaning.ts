/**
 * What a code means that the report, the status or a comparison gives: one row a code, for people. The rows that any
 * pair of systems may meet stand in `domain/migration/common-meanings.ts`, those of a mapping in its own folder; `vocabulary.ts` finds them.
 * docs/losses.md and the server's /docs/losses are made of them.
 */

import type { Severity } from "../contracts/migration/records";

/** Where a code is met. */
export const KINDS = ["loss", "quarantine", "outcome", "difference"] as const;
export type Kind = (typeof KINDS)[number];

/** Who should know. */
export const AUDIENCES = ["operator", "reseller", "customer"] as const;
export type Audience = (typeof AUDIENCES)[number];

export interface Meaning {
	readonly kind: Kind;
	/** The streams that it is met in; none: any. */
	readonly streams?: readonly string[];
	/** Where several are possible, the sentence of each record says which it is. */
	readonly severity: Severity | readonly [Severity, Severity];
	/**
	 * One sentence about all of them: `{records}` becomes "1 user" or "66 users", `[is|are]` the one that fits.
	 * Nothing in it is one record's own.
	 */
	readonly says: string;
	/** What it comes to, and why. */
	readonly means: string;
	readonly whom: readonly Audience[];
	/** What to do by hand; "Nothing." where there is nothing. */
	readonly todo: string;
	/** To the customer whose record it is, where they may notice it: `{old}` and `{new}` names, `{gigabytes}` of the loss. */
	readonly customers?: string;
}

export type Meanings = Readonly<Record<string, Meaning>>;

/** What codes mean, and how records are counted in words. */
export interface CodeWords {
	/** By code. */
	readonly meanings: Meanings;
	/** "1 user", "66 users"; of a stream that is not known, records. */
	countOf(stream: string, count: number): string;
}

/** The severities that a row allows. */
export type SeverityOf<M extends Meaning> = Extract<M["severity"] | M["severity"][number], Severity>;

/** What a record is called, one and several. */
export type Noun = readonly [one: string, many: string];

/** The sentence about `count` records. @param records the same with their noun */
export const told = ({ says }: Meaning, records: string, count: number): string =>
	says
		.replaceAll("{records}", records)
		.replace(/\[([^|\]]*)\|([^\]]*)\]/g, (_, one: string, many: string) => (count === 1 ? one : many));

/** The severity of a row, of several the worse. */
export const worst = ({ severity }: Meaning): Severity =>
	typeof severity === "string" ? severity : (RANKED.find(each => severity.includes(each)) ?? "info");

const RANKED: readonly Severity[] = ["act", "degraded", "info"];
