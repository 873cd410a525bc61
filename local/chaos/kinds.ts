/** What a kind of request is, and what whoever makes them knows. */

import type { Answer, Ask } from "./client";
import type { Ledger } from "./ledger";
import type { People } from "./people";

/** Keys that were made and may be taken away again. */
export interface Made {
	readonly name: string;
	readonly id: string;
}

export interface Work {
	readonly kind: string;
	/** Of a hundred requests. */
	readonly share: number;
	/** Undefined where there is nothing to do now. */
	ask(books: Books, nth: number): { readonly ask: Ask; readonly name: string } | undefined;
	/** Is that an answer? One that is none is a failure. */
	readonly good: readonly number[];
	/** Its key keeps it from being done twice, and no more: where it was cut off, nobody does it anew. */
	readonly onceAtMost?: true;
	answered?(books: Books, name: string, answer: Answer): void;
	unknown?(books: Books, name: string): void;
}

/** What all of this knows. */
export interface Books {
	readonly keys: Ledger;
	readonly pauses: Ledger;
	readonly people: People;
	/** Oldest first. */
	readonly made: Made[];
	/** A migration that is planned; null where there is none. */
	readonly migration: string | null;
	/** Of this run. */
	readonly run: string;
}
