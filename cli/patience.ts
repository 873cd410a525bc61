/** How often a request is tried again, and how long until then. */

import { setTimeout as pause } from "node:timers/promises";
import { RemoteError } from "./failures";
import type { Request } from "./request";

/** How long until the next try, in ms, after a connection that broke or a server that is busy. */
const PAUSES = [250, 500, 1000, 2000, 4000] as const;
export const [SHORTEST] = PAUSES;
/** While the first try of a request may still be under way at the server: how long until it is asked of again, how often. */
const UNDER_WAY = { every: 1000, most: 120 } as const;

/** Nothing was done of what is refused so: it is asked again when the server says, if that is soon. */
const REFUSED: ReadonlySet<unknown> = new Set(["QUOTA_EXCEEDED", "LIMITS_AWAY", "OVERLOADED"]);
/** The longest that whoever typed a command is kept waiting for a quota, in ms. */
const LONGEST = 60_000;

/** How often one request is tried again, and how long until then. */
export class Patience {
	private tries = 0;
	private asked = 0;

	/** @throws what it was given, when there is no more of it */
	waitAfter(error: unknown, { idempotent }: Pick<Request, "idempotent">): number {
		const { again = false, type, afterMs } = error instanceof RemoteError ? error : {};
		// A server that is about to stop breaks on what it looks up; the next one will not.
		const passing = type === "UNAVAILABLE" || (type === "INTERNAL" && idempotent);
		// Only a request that was sent before can be under way.
		if (type === "IDEMPOTENCY_RUNNING" && this.tries > 0 && this.asked++ < UNDER_WAY.most) return UNDER_WAY.every;
		const isLater = afterMs !== undefined && afterMs <= LONGEST && REFUSED.has(type);
		const pause = again || passing || isLater ? PAUSES[this.tries++] : undefined;
		const wait = pause === undefined ? undefined : Math.max(pause, isLater ? afterMs : 0);
		if (wait === undefined) throw error;
		return wait;
	}
}

/** So many ms, or until told to stop. */
export const rest = (ms: number, until?: AbortSignal): Promise<void> =>
	pause(ms, undefined, until && { signal: until }).catch(() => undefined);
