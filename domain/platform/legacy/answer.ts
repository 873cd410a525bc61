/** What an answer of an old system says: whether a login is right, and whose it is. Pure. */

import type { JsonValue } from "../../../contracts/json";
import { own } from "../../own";
import type { Signs, Who } from "./description";

export interface OldAnswer {
	readonly status: number;
	/** Where it sends a browser to. */
	readonly location: string | undefined;
	/** By name, as they are to be sent back. */
	readonly cookies: Readonly<Record<string, string>>;
	/** Undefined where it is no JSON. */
	readonly json: JsonValue | undefined;
}

/** `user.emails.0`; undefined where there is nothing. */
export function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
	let at: JsonValue | undefined = value;
	for (const step of path.split(".")) {
		if (Array.isArray(at)) at = at[Number(step)];
		else if (typeof at === "object" && at !== null) at = own(at, step);
		else return undefined;
	}
	return at;
}

type Sign = keyof Signs;
const HOLDS: Readonly<Record<Sign, (signs: Signs, answer: OldAnswer) => boolean>> = {
	status: ({ status }, answer) => answer.status === status,
	json: ({ json = "", equals }, answer) => {
		const found = valueAt(answer.json, json);
		return equals === undefined ? found !== undefined && found !== null && found !== false : found === equals;
	},
	equals: () => true,
	redirect: ({ redirect = "" }, { status, location }) =>
		status >= 300 && status < 400 && location !== undefined && pathOf(location).startsWith(pathOf(redirect)),
	cookie: ({ cookie = "" }, { cookies }) => (own(cookies, cookie) ?? "") !== ""
};

/** Some systems name their own host in it. */
const pathOf = (address: string): string => address.replace(/^https?:\/\/[^/]*/i, "");

/** Does all hold that is said? */
export const holds = (signs: Signs, answer: OldAnswer): boolean =>
	(Object.keys(HOLDS) as Sign[]).every(sign => signs[sign] === undefined || HOLDS[sign](signs, answer));

export type Verdict = "right" | "wrong" | "no-answer";

/** Too many requests, too late, and whatever fails there is no word on a password. */
const IS_AWAY = (status: number): boolean => status === 408 || status === 429 || status >= 500;

export function verdictOf(answer: OldAnswer, success: Signs, refusal: Signs | undefined): Verdict {
	if (IS_AWAY(answer.status)) return "no-answer";
	if (holds(success, answer)) return "right";
	return refusal === undefined || holds(refusal, answer) ? "wrong" : "no-answer";
}

export interface Found {
	readonly id: string;
	readonly email: string;
	readonly name: string | null;
	readonly verified: boolean;
}

const LONGEST_ID = 200;
const LONGEST_NAME = 200;

/** Undefined where it does not say who that is. @param typed the address that was given, where the answer says none */
export function personIn(json: JsonValue | undefined, who: Who, typed: string | undefined): Found | undefined {
	const textAt = (place: string | undefined): string | undefined => {
		const value = place === undefined ? undefined : valueAt(json, place);
		return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
	};
	const id = textAt(who.id) ?? "";
	const email = who.email === undefined ? typed : textAt(who.email);
	if (id === "" || id.length > LONGEST_ID || email === undefined) return undefined;
	const said = who.verified === undefined ? false : valueAt(json, who.verified);
	return {
		id,
		email,
		name: textAt(who.name)?.slice(0, LONGEST_NAME).toWellFormed() || null,
		verified: who.allVerified || isYes(said)
	};
}

/** True, 1, or when it was proved. */
const isYes = (value: JsonValue | undefined): boolean =>
	value === true || value === 1 || (typeof value === "string" && !/^(|0|f|false|n|no|null)$/i.test(value.trim()));

const HIDDEN = /<input\b[^>]*>/gi;
const attribute = (tag: string, name: string): string | undefined => {
	const [, , quoted, bare] = new RegExp(`\\s${name}\\s*=\\s*(?:(["'])(.*?)\\1|([^\\s>]+))`, "is").exec(tag) ?? [];
	return quoted ?? bare;
};
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };

/** The value of a hidden field of a page's form, as a browser would send it. */
export function hiddenField(html: string, field: string): string | undefined {
	const tag = (html.match(HIDDEN) ?? []).find(each => attribute(each, "name") === field);
	return tag && attribute(tag, "value")?.replace(/&(#?\w+);/g, (whole, name: string) => own(ENTITIES, name) ?? whole);
}
