/**
 * What a collection stands on: an adapter of moleculer-db, which may find, count and be opened as any other, and which can
 * do in addition what none of them can: change several documents and keep what is announced of it, all or nothing.
 */

import type { DbAdapter } from "moleculer-db";
import type { Inbox, Receipt } from "../announcements";
import type { Announcement } from "./collection";

/** A record as it is kept: its key is `_id`, and no field of its own begins with `_`. */
export interface Doc {
	readonly _id: string;
	/** Of what is kept; given with a change. */
	readonly _version: string;
	readonly [field: string]: unknown;
}

export interface DocChange {
	readonly id: string;
	/** Null: it is to be gone. */
	readonly doc: Doc | null;
	/** The version that must be there; null: none; undefined: whatever is. */
	readonly expected: string | null | undefined;
}

/** What became of changes: each was made or found nothing to do, or the first that could not be made kept all from being. */
export type Written =
	| { readonly ok: true; readonly made: readonly boolean[] }
	| { readonly ok: false; readonly at: number; readonly taken: string | null };

export interface Search {
	/** In the words of MongoDB: values, `$in`, `$nin`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, `$and`, `$or`. */
	readonly query?: Readonly<Record<string, unknown>>;
	/** Fields, `-` before one for the greatest first; nothing comes before anything, and the last one is unique. */
	readonly sort?: string | readonly string[];
	readonly limit?: number;
	readonly offset?: number;
	/** Only what comes behind these values of the fields of `sort`. */
	readonly after?: readonly [value: unknown, id: string];
	readonly fields?: string | readonly string[];
	readonly search?: string;
	readonly searchFields?: string | readonly string[];
}

export interface Pending extends Announcement {
	/** Grows with each. */
	readonly position: string;
}

export interface Outbox {
	/** What was not announced yet, the oldest first; only what was committed. */
	pending(most: number): Promise<readonly Pending[]>;
	/** Forgets these, which were announced. */
	acknowledge(positions: readonly string[]): Promise<void>;
	/**
	 * Where nodes share it: does `work`, which ends once its turn is over, while no other node does, or not at all once
	 * nothing waits.
	 */
	alone?(work: (isMine: () => boolean) => Promise<void>): Promise<void>;
}

export interface CollectionAdapter extends Omit<DbAdapter, "find" | "createCursor">, Outbox, Inbox {
	find(search: Search): Promise<Doc[]>;
	createCursor(search: Search): unknown;
	/**
	 * All of the changes in their order or none, and with them what is announced.
	 * @param receipt kept with them
	 * @returns `taken`: the field that another document has the value of; null where the version was not the expected one
	 * @throws Repeated where the receipt is there already, or its partition has passed it: nothing is changed
	 */
	write(changes: readonly DocChange[], announcements: readonly Announcement[], receipt?: Receipt): Promise<Written>;
}
