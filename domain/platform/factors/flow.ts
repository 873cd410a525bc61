/**
 * What binds two requests of one exchange to each other: a text that says what the first one was about, signed, for five
 * minutes. Nothing is kept of it before it is used, so nobody fills anything by asking; that it was used is kept by whoever
 * takes it, in the change that it causes. Pure.
 */

import { timingSafeEqual } from "node:crypto";
import { parseJson } from "../../../contracts/json";
import { isFields } from "../../unknown";

/** How long one may be answered, in ms. */
export const FLOW_MS = 5 * 60_000;

export interface Flow {
	readonly id: string;
	/** In ms since 1970. */
	readonly until: number;
}

/** A MAC that nobody makes without the secret. */
export type Derive = (text: string) => string;

/** Signs what is said of it. */
export function signed<T extends Flow>(derive: Derive, kind: string, said: T): string {
	const text = Buffer.from(JSON.stringify(said)).toString("base64url");
	return `${text}.${derive(macOf(kind, text))}`;
}

/** What was said of it; undefined where it is none of ours, of another kind, or over. */
export function opened<T extends Flow>(derive: Derive, kind: string, token: string, now: number): T | undefined {
	const [text = "", mac = "", more] = token.split(".");
	if (more !== undefined || !isSame(derive(macOf(kind, text)), mac)) return undefined;
	const said: unknown = parseJson(Buffer.from(text, "base64url").toString());
	// Only what we signed comes here.
	return isFields(said) && Number(said.until) > now ? (said as unknown as T) : undefined;
}

const macOf = (kind: string, text: string): string => `flow ${kind} ${text}`;

function isSame(one: string, other: string): boolean {
	const [ours, theirs] = [Buffer.from(one), Buffer.from(other)];
	return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
