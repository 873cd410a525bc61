/** What a client is told of its limits: the fields of the draft, as Structured Fields (RFC 9651). Pure. */

import type { Count, Counter } from "./windows";

/** It is no RFC yet: another revision may write its fields otherwise. */
export const RATE_LIMIT_DRAFT = "draft-ietf-httpapi-ratelimit-headers-11";

/** A counter as its client sees it. */
export interface Told extends Counter {
	/** Letters and `-` alone. */
	readonly name: string;
	/** Of which part it is: a byte sequence of Structured Fields; null: there is but one. */
	readonly partition: string | null;
}

const pk = ({ partition }: Told): string => (partition === null ? "" : `;pk=:${partition}:`);

/** The value of `RateLimit-Policy`. */
export const policyField = (all: readonly Told[]): string =>
	all.map(each => `"${each.name}";q=${each.quota};w=${each.windowMs / 1000}${pk(each)}`).join(", ");

/** The value of `RateLimit`. */
export function limitField(all: readonly Told[], counts: readonly Count[]): string {
	let field = "";
	for (const [index, each] of all.entries()) {
		const count = counts[index];
		if (count === undefined) continue;
		const seconds = secondsOf(count);
		field += `${field === "" ? "" : ", "}"${each.name}";r=${toldOf(each, count.used, seconds)};t=${seconds}${pk(each)}`;
	}
	return field;
}

/** Until the window is over: no sooner, and no later for what floats behind a millisecond. */
export const secondsOf = ({ resetMs }: Count): number => Math.max(1, Math.ceil(Math.round(resetMs) / 1000));

/** As many times as fast as the quota allows on average. */
const FASTEST = 10;

/** §6: what is left of a long window is not told to be spent at once, shortly before its end. It never grows within a window. */
const toldOf = ({ quota, windowMs }: Counter, used: number, seconds: number): number =>
	Math.max(0, Math.min(quota - used, Math.ceil((quota * 1000 * seconds * FASTEST) / windowMs)));
