/**
 * Pages of long answers. The store is read without a pause, and so is the next page of many streams at once: one page at a
 * time, and others' requests between them.
 */

import { setImmediate as othersFirst } from "node:timers/promises";
import { failure } from "../../../cluster/errors";
import { InTurn } from "../../../domain/in-turn";

export class Pages {
	private readonly turns = new InTurn();

	/** @throws REQUEST_INVALID when `after` is no place to read on from */
	read<T>(after: string | null, read: () => Promise<T>): Promise<T> {
		return this.turns.next(async () => {
			await othersFirst();
			return fromPlace(after, read);
		});
	}
}

/** Reads on from a place that a caller gave. */
async function fromPlace<T>(after: string | null, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw failure(
			"REQUEST_INVALID",
			`'${after}' is no place to read on from: give back 'next', or a line's 'id', as it was.`
		);
	}
}
