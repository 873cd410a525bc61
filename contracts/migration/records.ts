/** The words all stages share: what a record is on its way, and what became of it. JSON only. */

import type { Json, JsonValue } from "../json";

export type Scalar = string | number | boolean;
/** What an option of a connection may be. */
export type OptionValue = Scalar | Readonly<Record<string, Scalar>>;

/** How to reach a system; secrets may be `${ENV}` references, which the node that connects resolves. */
export interface Connection {
	readonly connector: string;
	readonly [option: string]: OptionValue;
}

export interface SourceRecord {
	/** The source's own id: the identity. */
	readonly id: string;
	/** The name shown: an attribute (L3). */
	readonly name: string;
	readonly data: Json;
	/** The source itself cannot show it: why, and what to do. */
	readonly quarantine?: Quarantine;
}

export interface TargetRecord {
	readonly name: string;
	readonly data: Json;
	/** It is there, and the target cannot show it: why, and what to do. Then its data say nothing. */
	readonly unreadable?: string;
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

/** The subscription link a customer has from the source. */
export interface OldLink {
	/** As the link spells it. */
	readonly username: string;
	/** SHA-256 of its key, hex: the key itself is not kept. */
	readonly keyDigest: string;
}

/** A record after the transformer: what the target shall hold, or why it cannot. */
export interface Transformed {
	readonly id: string;
	readonly name: string;
	/** Absent when quarantined. */
	readonly target?: TargetRecord;
	readonly losses: readonly Loss[];
	readonly quarantine?: Quarantine;
	readonly oldLink?: OldLink;
	/** The account that it belongs to: whoever must tell its customer. */
	readonly owner?: string;
	/** It keeps its own secrets, for example a password: they are read at the source when it is created. */
	readonly keepsSecrets?: true;
	/** Nobody is told the secrets it is created with: whoever it stands for may not come in. */
	readonly withheld?: true;
}

/** What there is to do for one record at the target, recorded before the first write (L1). */
export interface Intent extends Transformed {
	/** What stood at the target under that name before us; null: nothing. The first one recorded wins (L1). */
	readonly before: Json | null;
	/** Why whoever stands there is left as they are, whatever the policy. */
	readonly kept?: string;
	/** The fingerprint of what we wrote last, where we wrote before. */
	readonly ours?: string;
	/** What we sent since and never learned the end of: what stands there may be any of it. */
	readonly sent?: readonly Json[];
}

/** What became of one record. */
export interface Result {
	readonly id: string;
	readonly outcome: Outcome;
	/** The digest of what was read back after the write (L2). */
	readonly fingerprint?: string;
	/** Quarantined after something was sent that may have taken effect, now or later. */
	readonly inDoubt?: true;
	/** Quarantined, and by us it stands at the target all the same: the fields that are not as asked (L30). */
	readonly lacks?: readonly string[];
	readonly quarantine?: Quarantine;
	/** Why it was skipped. */
	readonly reason?: string;
	/** The customer's address at the target, where it has one. */
	readonly link?: string;
}

/** One field that is not as it should be at the target. */
export interface FieldDifference {
	readonly field: string;
	readonly expected: JsonValue;
	readonly actual: JsonValue;
}
/**
 * A record that is not as it should be. `missing`: not at the target. `gone`: moved, but not in the source's last
 * listing (which alone proves no deletion, L3); its reason says what it waits for. `unmapped`: changed at the source so that it cannot be moved any more.
 * `changed-since`: left by a rollback, because someone else changed it after us (L2).
 */
export interface Difference {
	readonly id: string;
	readonly name: string;
	readonly kind: "missing" | "different" | "gone" | "unmapped" | "changed-since";
	readonly fields: readonly FieldDifference[];
	/** The fingerprint of what the target holds instead. */
	readonly found?: string;
	/** Why it is so, and what to do. */
	readonly reason?: string;
}

/** A loss, and where at a server its code is explained: `/docs/losses#<code>`, docs/losses.md in the repository. */
export interface SaidLoss extends Loss {
	readonly meaning: string;
}

/** One line of the report. */
export interface ReportLine {
	readonly stream: string;
	readonly id: string;
	readonly name: string;
	/** The account that it belongs to; null where it has none, or none is known. */
	readonly owner: string | null;
	readonly outcome: Outcome;
	readonly target: string | null;
	readonly losses: readonly SaidLoss[];
	/** Why it was not moved, or is not there any more: a category, or the outcome itself. */
	readonly code: string | null;
	/** Where that code is explained. */
	readonly meaning: string | null;
	readonly reason: string | null;
}

/**
 * What a rollback did with one record. `changed-since`: it is not as it was before us and is left, because someone else
 * changed it after us (L2), or because of `reason`. `failed`: it could not be, and another try may do better.
 */
export interface UndoneRecord {
	readonly id: string;
	readonly name: string;
	readonly outcome: "restored" | "changed-since" | "failed";
	/** Why the target cannot put it back. */
	readonly reason?: string;
}
