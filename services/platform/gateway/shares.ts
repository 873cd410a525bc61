/** What one request has of what is finite; all of it is given back when the request is over, however it ends. */

import { failure } from "../../../cluster/errors";
import type { Quota } from "../../../domain/platform/quota";

/** The settings of a quota: for all together, and for each owner. */
export type Settings = readonly [inAll: string, each: string];

/** When to ask again, in seconds, where others must end first. */
const AGAIN_SECONDS = 2;

export class Shares {
	private readonly taken: (readonly [quota: Quota, owner: string, amount: number])[] = [];

	/** @throws LIMIT_REACHED · OVERLOADED, naming the setting */
	take(quota: Quota, owner: string, amount: number, [inAll, each]: Settings, what: string): void {
		const spent = quota.take(owner, amount);
		if (spent === undefined) this.taken.push([quota, owner, amount]);
		else if (spent === "each")
			throw failure("LIMIT_REACHED", `You have as many ${what} as one may have at once (${each}).`, {
				retryAfter: AGAIN_SECONDS,
				violated: [each]
			});
		else
			throw failure("OVERLOADED", `There are as many ${what} as this server takes at once (${inAll}).`, {
				retryAfter: AGAIN_SECONDS,
				violated: [inAll]
			});
	}

	end(): void {
		for (const [quota, owner, amount] of this.taken.splice(0)) quota.give(owner, amount);
	}
}
