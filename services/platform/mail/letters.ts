import type { Template } from "../../../contracts/platform/mail";
import type { Fields } from "../../../domain/platform/letters";

/** A letter as it is kept: whom it is to and what it says is sealed, and gone once it is sent. */
export interface KeptLetter {
	readonly id: string;
	readonly template: Template;
	/** Whose it is: with them it goes. */
	readonly account: string | null;
	/** When it was taken over, in ms since 1970. */
	readonly at: number;
	readonly state: "waiting" | "sent" | "given-up";
	/** Null: there is nothing to be sent any more. */
	readonly sealed: string | null;
	readonly tries: number;
	/** When it is tried next, or, while somebody is at it, when that is over; of those that wait. */
	readonly dueAt?: number;
	/** Of those that do not. */
	readonly doneAt?: number;
}

/** What is sealed. */
export interface Content {
	readonly to: string;
	readonly fields: Fields;
}

/** It waits no more. */
export const done = (letter: KeptLetter, state: "sent" | "given-up", doneAt: number): KeptLetter => {
	const { dueAt: _, ...rest } = letter;
	return { ...rest, state, sealed: null, doneAt };
};
