/** The words all stages share: what a record is on its way, and what became of it. JSON only. */

/** A JSON object. Byte counts in it are decimal strings: numbers on the wire are exact only to 2^53. */
export type Json = { [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** How to reach a system; secrets may be `${ENV}` references, which the node that connects resolves. */
export interface Connection {
	readonly connector: string;
	readonly [option: string]: string | number | boolean;
}

export interface SourceRecord {
	/** The source's own id: the identity. */
	readonly id: string;
	/** The name shown: an attribute (L3). */
	readonly name: string;
	readonly data: Json;
}

export interface TargetRecord {
	readonly name: string;
	readonly data: Json;
}

export const SEVERITIES = ["info", "degraded", "act"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something the target cannot carry. */
export interface Loss {
	/** Stable, for machines: `quota_gain`, `inbound_dropped` … */
	readonly code: string;
	readonly field: string;
	readonly reason: string;
	readonly severity: Severity;
	/** Whatever is counted, for example bytes as a decimal string. */
	readonly amount?: string;
}

/** Why a record was not moved. */
export interface Quarantine {
	readonly category: string;
	readonly field: string;
	readonly value: string;
	readonly reason: string;
}

export const OUTCOMES = ["created", "updated", "unchanged", "skipped", "quarantined", "removed"] as const;
/** What became of a record. They add up to what was read, always. */
export type Outcome = (typeof OUTCOMES)[number];
