/**
 * A backup: a line that says what it is, readable by anybody, and behind it, compressed and perhaps sealed, lines of JSON:
 * parts one after the other, each between a line that names it and one that counts it, and at the end the manifest. What is
 * kept is told as records, links and appends, not as files of a store: so it may be restored into another kind of store.
 */

/** The form of the lines: another one is not read. */
export const FORMAT = 1;

/** The order is a promise: what a part says has happened is in those behind it (decision 46). */
export const KINDS = ["collection", "announcements", "events", "links", "secret"] as const;
export type Kind = (typeof KINDS)[number];

/** Where it was taken: versions of streams count within each stream, or are positions. */
export type Mode = "embedded" | "cluster";

/** How it is sealed: the key is made of the passphrase by scrypt. */
export interface SealedBy {
	readonly salt: string;
	readonly cost: number;
}

/** The first line. */
export interface Header {
	readonly banyan: "backup";
	readonly format: number;
	/** The program that made it. */
	readonly release: string;
	readonly id: string;
	/** When it was begun: what was acknowledged before is in it. ISO 8601, UTC. */
	readonly at: string;
	readonly mode: Mode;
	readonly sealed: SealedBy | null;
}

export interface PartName {
	readonly kind: Kind;
	/** Of a collection. */
	readonly name?: string;
}

/** What a part came to. */
export interface Counted extends PartName {
	readonly lines: number;
	/** Of its lines. */
	readonly sha256: string;
	/** Of events and announcements, where the last of them stands. */
	readonly last?: number;
}

/** The last line. */
export interface Manifest extends Omit<Header, "sealed"> {
	readonly isSealed: boolean;
	readonly parts: readonly Counted[];
	/** When its last part was read. */
	readonly ended: string;
	/** What tells the secret that records are sealed with from another one; null: nothing was ever sealed. */
	readonly secret: string | null;
	/** Of all lines before it. */
	readonly sha256: string;
}

/** One append: position, version, stream, when, its id, its events as JSON. */
export type AppendLine = readonly [number, number, string, string, string, string];
/** One link: migration, id, username, digest of its key, where it leads. */
export type LinkLine = readonly [string, string, string, string, string];
/** Of a collection: a record; what waits in its outbox; a receipt; how far a partition is passed. */
export type CollectionLine =
	| readonly ["record", object]
	| readonly ["outbox", string, string, object]
	| readonly ["inbox", string, number, number]
	| readonly ["passed", number, number];

/** What stands between the lines of parts. */
export type Mark = { readonly part: PartName } | { readonly end: Counted } | { readonly manifest: Manifest };

/** A part that is to be written. */
export interface Part extends PartName {
	readonly lines: AsyncIterable<unknown>;
	/** Where the last of them stands, once they were read. */
	last?(): number;
}

/** All that is kept somewhere, as it is read for a backup. */
export interface Kept {
	readonly mode: Mode;
	/** In the order of `KINDS`; each is read before the next one is asked for. */
	parts(): AsyncIterable<Part>;
	/** The secret that records are sealed with; undefined: there is none yet. */
	secret(): Promise<Buffer | undefined>;
	close(): Promise<void>;
}

/** A file is no backup, or not whole, or not as it was written. */
export class BackupBroken extends Error {
	override readonly name = "BackupBroken";
	readonly type = "STORE_FAILED";
	/** @param why the rest of the sentence, with what to do */
	constructor(file: string, why: string) {
		super(`'${file}' cannot be restored: ${why}`);
		// Whoever asked for it reads it: where it was thrown is nothing to them.
		this.stack = "";
	}
}

/** What it is to be restored into is not empty, or not ours, or cannot be asked. */
export class RestoreRefused extends Error {
	override readonly name = "RestoreRefused";
	readonly type = "STORE_FAILED";
	constructor(message: string) {
		super(message);
		this.stack = "";
	}
}
