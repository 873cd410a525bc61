/** What a system answers, held against how much is taken of it. */

import { SYSTEM_LIMITS } from "../contracts/limits";
import type { CapName, Caps } from "./caps";
import { ConnectorError } from "./connector";

/** @param what a clause that says whose, and how much it is */
export const beyond = (what: string, name: CapName, caps: Caps): ConnectorError =>
	new ConnectorError(
		"unexpected-answer",
		`${what}: ${caps[name]} at most are taken (${SYSTEM_LIMITS[name].variable}).`
	);

/** How many records a system says it has. @param what `GET /api/users` */
export function totalIn(value: unknown, what: string, name: "panelRecords" | "panelListed", caps: Caps): number {
	if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
		throw new ConnectorError("unexpected-answer", `${what} does not say how many records there are.`);
	if (value > caps[name]) throw beyond(`${what} says that there are ${value} records`, name, caps);
	return value;
}

/** A list that comes whole. */
export function listIn<T>(list: readonly T[], what: string, caps: Caps): readonly T[] {
	if (list.length > caps.panelListed) throw beyond(`${what} answered ${list.length} records`, "panelListed", caps);
	return list;
}

/** No more than were asked for: whoever gives more does not page. */
export function pageIn<T>(items: readonly T[], asked: number, what: string): readonly T[] {
	if (items.length <= asked) return items;
	const message = `${what} answered ${items.length} records where ${asked} were asked for.`;
	throw new ConnectorError("unexpected-answer", message);
}

/**
 * A listing of so many records is read in so many requests, and in some more where rows come and go meanwhile. One that
 * takes many times that does not end by itself (L32).
 */
export function unlessEndless(requests: number, total: number, size: number, what: string): void {
	if (requests <= 4 * Math.ceil(total / size) + 200) return;
	const message = `${what} was asked ${requests} times for ${total} records, and the listing has no end: its rows come and go faster than they can be read, or it does not page.`;
	throw new ConnectorError("unexpected-answer", message);
}
