/** The port of a collection: plain records of one kind, each under its key, and the events that their changes cause. */

import type { Receipt } from "../announcements";

/** What can be compared: texts by their code points, numbers by their size, truth values only for equality. */
export type Scalar = string | number | boolean | null;

interface Conditions {
	readonly $in?: readonly Scalar[];
	readonly $ne?: Scalar;
	readonly $gt?: string | number;
	readonly $gte?: string | number;
	readonly $lt?: string | number;
	readonly $lte?: string | number;
}

/**
 * What records must be like, field by field: a value, or conditions that all hold. A range holds for values of its own type
 * alone; null stands for a field that is not there, too.
 */
export type Filter<T> = { readonly [K in keyof T & string]?: Scalar | Conditions };

/** An event of Moleculer that a change causes. */
export interface Announcement {
	readonly event: string;
	readonly payload: object;
}

/** What goes with a change, in the same transaction. */
export interface Also<A = Announcement> {
	/** Announced once the change is stored: at least once, in the order of the changes, also after kill -9. */
	readonly events?: readonly A[];
	/**
	 * The delivery of a durable event that causes the change, which is then made once, however often it is delivered, by however
	 * many nodes. One change of a delivery has it: several go in one `write`. @throws Repeated where it was made before
	 */
	readonly once?: Receipt;
}

export interface Expecting {
	/** The version that must be there, as `read` or a change answered it. @throws Conflict where another one is, or none */
	readonly expected?: string;
}

export type Change<T> =
	/** @throws Duplicate where its key is taken */
	| { readonly insert: T }
	/** The record as a whole, whether one of its key is there or not. */
	| ({ readonly put: T } & Expecting)
	/** Of that key. */
	| ({ readonly remove: string } & Expecting);

export interface Versioned<T> {
	readonly record: T;
	/** Opaque; no two versions of a record are ever the same, nor those of one that was removed and made anew. */
	readonly version: string;
}

export interface FindOptions<T> {
	/** By the key, or by an indexed field whose values are of one type, `-` before it for the greatest first. @default the key */
	readonly sort?: (keyof T & string) | `-${keyof T & string}`;
	/** @default 100 @maximum 1000 */
	readonly limit?: number;
	/** Goes on behind a page, of the same filter and order. @throws InvalidCursor */
	readonly after?: string;
}

export interface Page<T> {
	readonly records: readonly T[];
	/**
	 * Where the next page begins; null behind the last record. Whatever is written meanwhile: a record that stays as it is
	 * comes once.
	 */
	readonly next: string | null;
}

/**
 * Whatever it is asked: @throws StoreClosed before its service has started and after it was stopped; StoreFull, StoreBusy,
 * StoreDenied, StoreBroken, StoreUnfit where nothing of what was asked was stored; StoreAway where that is not known.
 */
export interface Collection<T extends object, A = Announcement> {
	get(key: string): Promise<T | undefined>;
	/** With the version that a change may expect. */
	read(key: string): Promise<Versioned<T> | undefined>;
	/** Answers its version. @throws Duplicate when its key, or another unique value of it, is taken */
	insert(record: T, also?: Also<A>): Promise<string>;
	/** Keeps the record; one of the same key is replaced as a whole. @throws Conflict · Duplicate as `insert`, but for the key */
	put(record: T, also?: Also<A> & Expecting): Promise<string>;
	/** False when there was none. @throws Conflict */
	remove(key: string, also?: Also<A> & Expecting): Promise<boolean>;
	/** All of the changes, in their order, or none. @throws Duplicate · Conflict */
	write(changes: readonly Change<T>[], also?: Also<A>): Promise<void>;
	find(filter?: Filter<T>, options?: FindOptions<T>): Promise<Page<T>>;
	/** All of them, page by page. */
	each(filter?: Filter<T>, options?: Pick<FindOptions<T>, "sort">): AsyncIterable<T>;
	count(filter?: Filter<T>): Promise<number>;
}

export interface Shape<T> {
	readonly name: string;
	/** The field whose text names a record. */
	readonly key: keyof T & string;
	/** Fields beside the key that no two records share, where they have them; each is an index. */
	readonly unique?: readonly (keyof T & string)[];
	/** Fields that records are found and sorted by, or several: equal in the first ones, sorted by the last. */
	readonly indexes?: readonly ((keyof T & string) | readonly (keyof T & string)[])[];
}

/** Another record has the key, or a value that must be unique; nothing of the change is stored. */
export class Duplicate extends Error {
	override readonly name = "Duplicate";
	readonly code = "DUPLICATE";
	constructor(
		collection: string,
		readonly field: string,
		readonly value: unknown
	) {
		super(`There is a record in '${collection}' already whose ${field} is ${JSON.stringify(value)}.`);
	}
}

/** The record is not, or no longer, the one that was expected; nothing of the change is stored. */
export class Conflict extends Error {
	override readonly name = "Conflict";
	readonly code = "CONFLICT";
	constructor(
		collection: string,
		readonly key: string
	) {
		super(`The record '${key}' in '${collection}' was changed or removed meanwhile: read it again.`);
	}
}

/** What was given to read on from was not answered for this search. A RangeError, as of every other list. */
export class InvalidCursor extends RangeError {
	override readonly name = "InvalidCursor";
	readonly code = "INVALID_CURSOR";
	constructor(collection: string) {
		super(`Invalid cursor for '${collection}': give back 'next' as it was, with the same filter and order.`);
	}
}
