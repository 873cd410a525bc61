/** An attempt to prove who somebody is, counted before it is made: of a hundred at once no more are made than one after another. */

import type { Client } from "../contracts/people";
import type { Broker } from ".";
import { failure } from "./errors";

interface Guess {
	/** What is guessed: password, totp … */
	readonly kind: string;
	/** An e-mail as it was given, or an account; known here or not. */
	readonly subject: string;
	readonly client: Pick<Client, "address" | "device">;
}

/**
 * @param attempt is made only where there may be one; one that throws was none: that we are too busy is nobody's wrong guess
 * @throws THROTTLED
 */
export async function guessed<T>(
	ctx: Pick<Broker, "call">,
	{ kind, subject, client: { address, device } }: Guess,
	attempt: () => Promise<T>,
	isWrong: (answer: T) => boolean
): Promise<T> {
	const reserved = await ctx.call("guesses.reserve", { kind, subject, address, device });
	if (reserved.attempt === null) throw throttled(reserved.waitMs);
	let wrong = false;
	try {
		const answer = await attempt();
		wrong = isWrong(answer);
		return answer;
	} finally {
		await ctx.call("guesses.settle", { attempt: reserved.attempt, wrong });
	}
}

/** The same for whoever exists and whoever does not. */
function throttled(waitMs: number): Error {
	const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
	return failure(
		"THROTTLED",
		`Too many attempts were wrong: try again in ${retryAfter} s, or from a device that you signed in on before.`,
		{ retryAfter, violated: ["guesses"] }
	);
}
