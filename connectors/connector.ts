/**
 * The ends of a migration: `Source` and `Target`, one folder a system. A connector speaks the system's own protocol and
 * knows its habits; what a record becomes is decided in domain/, when it is written is decided by the migration.
 *
 * Records are JSON. Integers that may pass 2^53 (byte counts) are decimal strings in them, both ways.
 */

import type { Json, JsonValue } from "../contracts/json";
import type { Finding, OptionSpec } from "../contracts/migration/connection";
import type { Definition } from "../contracts/migration/definition";
import type { FoundArtefacts } from "../contracts/migration/extractor";
import type { Connection, Loss, SourceRecord, TargetRecord } from "../contracts/migration/records";
import { maskText } from "../domain/text/masking";
import type { Caps } from "./caps";

/** What a connector is, before any connection. */
export interface Spec {
	readonly connector: string;
	readonly role: "source" | "target";
	readonly title: string;
	/** The options that a definition may give, by name, with what they mean. */
	readonly options: Readonly<Record<string, Option>>;
	readonly streams: readonly string[];
	readonly capabilities: Capabilities;
	/** Of a target: what is its own of the records of a stream. */
	readonly records?: Readonly<Record<string, RecordSpec>>;
	/** Of a target: how many creates it was seen to take in a second. */
	readonly createsPerSecond?: number;
}

/** What is one system's own of one kind of record. */
export interface RecordSpec {
	/** Fields that hold credentials: named where they differ, never shown; who has others may be somebody else. */
	readonly credentials?: readonly string[];
	readonly links?: Links;
	/** In a word, how a record stands there: `disabled`. */
	readonly stateOf?: (data: Json) => string | undefined;
	/** A field that the target may keep as it was, whatever is written, and the code of the loss that says so. */
	readonly keeps?: { readonly field: string; readonly code: string };
}

/** The addresses by which those whom records stand for reach the system. Pure. */
export interface Links {
	/** The one in a record; undefined where it has none. */
	of(data: Json): { readonly link: string; readonly revokedAt: string | null } | undefined;
	/** May the one that is known, if any is, be replaced by the one that the system gives now? */
	mayRenew(known: string | undefined, revokedAt: string | null): boolean;
}
export type Option = OptionSpec;

export interface Capabilities {
	/** Compare-and-set on write; without it one applier at a time, with a lease (L6). */
	readonly cas: boolean;
	/** Two creates of one natural key can never both succeed: a repeated create is safe once looked at (L7). */
	readonly uniqueNaturalKey: boolean;
	/** Pages are keyed by the last record read, so that nothing is skipped when rows go (L4). */
	readonly keysetPaging: boolean;
	/** The longest a request may still run at the system after its answer was lost, in ms (L7). */
	readonly longestExecution: number;
}

/** What a connection turned out to be: never throws for a reachable system that is the wrong one. */
export interface Check {
	readonly ok: boolean;
	/** The system behind the address, for example `marzban`; null when it could not be told. */
	readonly system: string | null;
	readonly version: string | null;
	/** Who we are there. */
	readonly account: string | null;
	/** Each thing looked at, with what to do where it is not well. */
	readonly findings: readonly Finding[];
	/** Facts that the mapping needs (algorithm detected, tags, services …), by name. */
	readonly facts: Readonly<Record<string, JsonValue>>;
}

/** How long changes may be begun. Asked right before each: a timer runs late on a machine that was suspended (L12). */
export interface Term {
	readonly over: boolean;
}

/** Opaque to all but the connector that gave it; JSON, so that it can be stored. */
export type Cursor = string;

export interface Page<R> {
	readonly records: readonly R[];
	/** Where to go on; null after the last page. */
	readonly next: Cursor | null;
	/** How many records the system says it has. */
	readonly total: number;
}

interface End {
	readonly spec: Spec;
	check(): Promise<Check>;
	/** The streams there, with their counts. */
	discover(): Promise<readonly { readonly stream: string; readonly count: number }[]>;
	count(stream: string): Promise<number>;
	/** A digest of what a record says, without volatile fields: equal digests, equal records. Pure. */
	fingerprint(stream: string, data: Json): string;
	close(): Promise<void>;
}

export interface Source extends End {
	/** A page in a stable order. Records may come twice over several pages, never silently not at all. */
	read(stream: string, cursor: Cursor | null, limit: number): Promise<Page<SourceRecord>>;
	/** By natural key (the name shown). */
	find(stream: string, name: string): Promise<SourceRecord | undefined>;
	/**
	 * What goes with new records of these names and must not be stored or logged: asked for at the write, given to
	 * `Write.secrets`.
	 */
	secrets?(stream: string, names: readonly string[]): Promise<Record<string, Record<string, string>>>;
	/** What it has of a kind of artefacts, where what serves them can be asked; never throws for one that cannot. */
	artefacts?(kind: string, keys: readonly string[]): Promise<FoundArtefacts>;
}

export interface Target extends End {
	read(stream: string, cursor: Cursor | null, limit: number): Promise<Page<TargetRecord>>;
	/** What is there under these names; absent names are left out. */
	find(stream: string, names: readonly string[]): Promise<readonly TargetRecord[]>;
	/**
	 * Makes the record be as `write` says, however often it is called; looks before it repeats (L7); reads back.
	 * Once the term is over nothing more is put on a socket (L6); what is on it is waited for.
	 */
	write(stream: string, write: Write, term?: Term): Promise<TargetRecord>;
	/** Puts back `before` (null: removes), only if what is there is still ours (L2). */
	undo(stream: string, undo: Undo, term?: Term): Promise<Undone>;
	/** What a record can come to where `before` stood: what cannot be taken away stays, and is a loss. Pure. */
	onto?(stream: string, data: Json, before: Json, conflict: Definition["conflict"]): Onto;
	/** Why the target would not take a record, as far as that can be told without asking it. Pure. */
	refuses?(stream: string, name: string, data: Json): string | undefined;
	/** Why a record of this name could not be taken away again; undefined where it can. Pure. */
	lasting?(stream: string, name: string): string | undefined;
	/**
	 * A consistent copy, in a new file of a folder, of what writes change beyond the system's own API; answers its path,
	 * or null where none can be made from here. Asked for before the first write.
	 */
	backup?(folder: string): Promise<string | null>;
	/** How many writes of a stream run at once, and why no more. */
	load?(stream: string): Load;
}

export interface Onto {
	readonly data: Json;
	readonly losses: readonly Loss[];
	/** Codes of losses that are none where somebody stands already. */
	readonly without?: readonly string[];
	/** Why whoever stands there is left as they are, whatever the policy. */
	readonly kept?: string;
}

export interface Load {
	readonly limit: number;
	readonly running: number;
	readonly waiting: number;
	/** `starting` `climbing` `no-gain` `errors` `slower` `ceiling` */
	readonly reason: string;
}

export interface Write {
	readonly name: string;
	/** What the record shall say. */
	readonly data: Json;
	/** What was there before our first write; null: nothing, so it is ours to create. */
	readonly before: Json | null;
	/** Fingerprint of what we wrote last: with `before` null, a record that has it is ours to change. */
	readonly ours?: string;
	/** What we sent and never learned the end of: a record that any of it made is ours to change, too. */
	readonly sent?: readonly Json[];
	/** What must not be stored or logged, for example a new admin's password. */
	readonly secrets?: Readonly<Record<string, string>>;
}

export interface Undo {
	readonly name: string;
	/** What was there before our first write; null: nothing. */
	readonly before: Json | null;
	/** Fingerprint of what we wrote last. */
	readonly ours?: string;
	/**
	 * What we sent and never learned the end of. What stands there is ours as well if it is known to come of it: as it
	 * says, or half-way to there from `before`.
	 */
	readonly sent?: readonly Json[];
}

export type Undone = "restored" | "already" | "changed-since";

/**
 * Opens a connector on a connection whose `${ENV}` references are resolved. Does no I/O.
 * @param caps how much it takes of the system at most; as the table of limits has them where it is not said
 */
export type OpenSource = (connection: Connection, caps?: Caps) => Source;
export type OpenTarget = (connection: Connection, caps?: Caps) => Target;

/** Why a call to a system failed, and what may be done about it. */
export class ConnectorError extends Error {
	override readonly name = "ConnectorError";
	constructor(
		/**
		 * `unreachable` `wrong-system` `login-refused` `forbidden` `refused` (by the system's validation, or by ours before
		 * it) `conflict` `not-found` `throttled` (408, 429) `broken` (5xx) `unexpected-answer` `stopped` `not-a-cursor`
		 * `not-a-stream` `changed` (a file, since its reading was begun)
		 */
		readonly code: string,
		message: string,
		readonly details: {
			readonly status?: number;
			/** The write may have been done. */
			readonly ambiguous?: boolean;
			/** Trying again later may help. */
			readonly retryable?: boolean;
			readonly retryAfterMs?: number;
			/** Nothing came of the whole write, now or later. */
			readonly untouched?: boolean;
			/** What stands there is not known to be of our making. */
			readonly foreign?: boolean;
			/** The system's own words, by field. */
			readonly fields?: Readonly<Record<string, string>>;
		} = {},
		/** How the record stands after all, as far as it is known. */
		readonly left?: TargetRecord
	) {
		// What a system says of its failure may hold what it was sent, and is stored, logged and shown.
		super(maskText(message));
	}
}
