/**
 * What becomes of a refresh token that is shown: the machine of RFC 9700 §4.14 with a grace, so that neither an answer that
 * was lost nor a second tab signs anybody out. One generation lives at a time.
 *
 *   the live generation, or a later one   → the next generation lives; the window for the last one opens
 *   the one before, within the grace, by the same client → the same pair once more: nothing new is made
 *   any other                             → somebody has what was used before: the session ends, for both of them
 *
 * Using the new pair closes the window, as the token before is two generations old by then. A later generation than the live one
 * is of a time that the store has lost (a backup was put back): that it is ours its MAC proves. Pure.
 */

export interface Ends {
	/** It ends so long after its last use, in ms. */
	readonly slidingMs: number;
	/** It ends so long after it was opened, however it is used, in ms. */
	readonly absoluteMs: number;
}
export interface Rules extends Ends {
	/** How long the token before gets the same answer once more, in ms. */
	readonly graceMs: number;
}

/** What of a session changes by its use. Moments are in ms since 1970. */
export interface Rotating {
	readonly openedAt: number;
	readonly usedAt: number;
	readonly endsAt: number;
	readonly generation: number;
	/** When the live generation was made. */
	readonly rotatedAt: number;
	/** The client that it was made for. */
	readonly agent: string;
}

export interface Shown {
	readonly generation: number;
	readonly agent: string;
	readonly now: number;
}

export type Verdict<S extends Rotating> =
	/** To be kept; then its pair is the answer. */
	| { readonly is: "rotated"; readonly session: S }
	/** Its pair is the answer. */
	| { readonly is: "again"; readonly session: S }
	| { readonly is: "reused" }
	| { readonly is: "over" };

/** The sooner of the two; no use of it moves the absolute one. */
export const endOf = ({ openedAt, usedAt }: Pick<Rotating, "openedAt" | "usedAt">, ends: Ends): number =>
	Math.min(usedAt + ends.slidingMs, openedAt + ends.absoluteMs);

/** Settings that were changed meanwhile end it sooner, never later than what it was told when it was used. */
export const isOver = (session: Pick<Rotating, "openedAt" | "usedAt" | "endsAt">, now: number, ends: Ends): boolean =>
	now >= Math.min(session.endsAt, endOf(session, ends));

/** The session as a use of it leaves it. */
export function used<S extends Rotating>(session: S, now: number, ends: Ends): S {
	const usedAt = Math.max(now, session.usedAt);
	return { ...session, usedAt, endsAt: endOf({ openedAt: session.openedAt, usedAt }, ends) };
}

export function rotation<S extends Rotating>(session: S, shown: Shown, rules: Rules): Verdict<S> {
	if (isOver(session, shown.now, rules)) return { is: "over" };
	if (shown.generation >= session.generation) return { is: "rotated", session: rotated(session, shown, rules) };
	return isWithinGrace(session, shown, rules) ? { is: "again", session } : { is: "reused" };
}

const rotated = <S extends Rotating>(session: S, { generation, agent, now }: Shown, rules: Rules): S => ({
	...used(session, now, rules),
	generation: generation + 1,
	rotatedAt: now,
	agent
});

const isWithinGrace = (session: Rotating, { generation, agent, now }: Shown, { graceMs }: Rules): boolean =>
	generation === session.generation - 1 && agent === session.agent && now - session.rotatedAt <= graceMs;
