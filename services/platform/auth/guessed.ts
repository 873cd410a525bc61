/** What is guessed is counted before it is looked at (A3): whoever may not guess now is told so, and nobody looks. */

import type { Broker } from "../../../cluster";
import { failure } from "../../../cluster/errors";
import type { Client } from "../../../contracts/people";

/** Whose deadline goes with what is called. */
export interface Calls {
	readonly call: Broker["call"];
}

interface Guess {
	/** What is guessed. */
	readonly kind: string;
	/** Whose: known here or not. */
	readonly subject: string;
	readonly client: Client;
}

/** @param work undefined where it was wrong; what fails otherwise was no guess @throws THROTTLED */
export async function guessed<T>(
	by: Calls,
	{ kind, subject, client: { address, device } }: Guess,
	work: () => Promise<T | undefined>
): Promise<T | undefined> {
	const { attempt, waitMs } = await by.call("guesses.reserve", { kind, subject, address, device });
	if (attempt === null) throw tooMany(waitMs);
	let wrong = false;
	try {
		const right = await work();
		wrong = right === undefined;
		return right;
	} finally {
		await by.call("guesses.settle", { attempt, wrong });
	}
}

function tooMany(waitMs: number) {
	const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
	return failure("THROTTLED", `Too many attempts were wrong: try again in ${retryAfter} s.`, { retryAfter });
}
