/** How an old system is asked, as a file of the operator's says it: what may stand there, and what is wrong with it by line. Pure. */

import type { ValidationError } from "fastest-validator";
import type { Output, Schema } from "../../../contracts/schema";
import { meant } from "../../near";

/** Where in a JSON answer something stands: `user.emails.0`. */
const place = { type: "string", min: 1, max: 200 } as const;
const path = { type: "string", min: 1, max: 1000, pattern: "^/" } as const;
const word = { type: "string", min: 1, max: 200 } as const;
const table = { type: "record", value: { type: "string", max: 4000 } } as const;
const status = { type: "number", integer: true, min: 100, max: 599 } as const;

/** By what an answer is told: all that is said must hold. */
const signs = {
	status: { ...status, optional: true },
	/** A value that must be there, and be `equals` where that is said. */
	json: { ...place, optional: true },
	equals: { type: "json", optional: true },
	/** What the address that it sends a browser to begins with. */
	redirect: { type: "string", min: 1, max: 1000, optional: true },
	/** The name of a cookie that it sets. */
	cookie: { ...word, optional: true }
} as const;

const who = {
	id: place,
	/** @default as it was typed */
	email: { ...place, optional: true },
	name: { ...place, optional: true },
	/** Where it says whether the address is proved. */
	verified: { ...place, optional: true },
	/** All addresses there are proved. */
	allVerified: { type: "boolean", default: false }
} as const;

/** How whoever has a session is asked for: by its cookie, or as a bearer. */
const carried = { path, cookie: { ...word, optional: true } } as const;

export const schema = {
	/** Under which name whoever comes is remembered: the same as of the migration in bulk. */
	migration: { type: "string", min: 1, max: 100 },
	source: { type: "string", min: 1, max: 100, default: "accounts" },
	url: { type: "string", min: 8, max: 1000, pattern: "^https?://[^\\s?#]+$" },
	/** They go with every request. */
	headers: { ...table, default: {} },
	caFile: { type: "string", max: 4096, default: "" },
	insecure: { type: "boolean", default: false },
	proxy: { type: "string", max: 1000, default: "" },
	login: {
		type: "object",
		props: {
			path,
			as: { type: "enum", values: ["json", "form"], default: "json" },
			email: { ...word, default: "email" },
			password: { ...word, default: "password" },
			/** What else is sent. */
			more: { ...table, default: {} },
			/** A page with a form whose hidden field goes along, with the cookies of that page. */
			hidden: { type: "object", optional: true, props: { path, field: word } },
			success: { type: "object", default: {}, props: signs },
			/** Where it is given, what is neither a success nor this is no answer at all: a page of a system that is being worked on. */
			refusal: { type: "object", optional: true, props: signs }
		}
	},
	person: {
		type: "object",
		props: {
			...who,
			/** A second question, by the cookies of the login, or by the token that stands there. */
			me: { type: "object", optional: true, props: { path, token: { ...place, optional: true } } }
		}
	},
	sessions: {
		type: "object",
		optional: true,
		props: {
			...carried,
			...who,
			/** `introspection`: RFC 7662. `me`: whatever answers who asks. */
			as: { type: "enum", values: ["introspection", "me"] },
			/** Who we are to the introspection: Basic, or a bearer. */
			user: { type: "string", max: 500, default: "" },
			secret: { type: "string", max: 4000, default: "" },
			email: place,
			/** How long an answer counts. */
			cacheMs: { type: "number", integer: true, min: 0, max: 600_000, default: 30_000 }
		}
	},
	/** From then on it is not asked. */
	until: { type: "string", optional: true, pattern: "^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?Z)?$" },
	/** The longest that it is waited for, and what every login that is wrong takes meanwhile. */
	answerMs: { type: "number", integer: true, min: 50, max: 20_000, default: 1500 },
	/** Questions at once. */
	concurrency: { type: "number", integer: true, min: 1, max: 1000, default: 16 },
	/** So many failures in a row, and it is left alone for so long. */
	failures: { type: "number", integer: true, min: 1, max: 1000, default: 5 },
	restMs: { type: "number", integer: true, min: 10, max: 600_000, default: 5000 },
	/** How far back somebody counts as active, and how many there are. */
	days: { type: "number", integer: true, min: 1, max: 366, default: 30 },
	active: { type: "number", integer: true, min: 1, optional: true }
} as const satisfies Schema;

export type Description = Output<typeof schema>;
export type Signs = Description["login"]["success"];
export type Who = Pick<Description["person"], "id" | "email" | "name" | "verified" | "allVerified">;

/** A fault in words. @param given as it was read */
export function faultIn({ field = "", type, expected }: ValidationError, given: unknown): string {
	const name = field === "" ? "it" : `'${field}'`;
	if (type === "objectStrict") return unknown(name, given, field, String(expected));
	if (type === "required") return `${name} is missing`;
	return `${name} ${WRONG[type]?.(expected) ?? `is not what it should be (${type})`}`;
}

const WRONG: Readonly<Record<string, (expected: unknown) => string>> = {
	string: () => "is no text",
	stringEmpty: () => "is empty",
	stringMin: () => "is too short",
	stringMax: expected => `is longer than ${String(expected)} characters`,
	stringPattern: () => "does not have the form that is needed",
	number: () => "is no number",
	numberInteger: () => "is no whole number",
	numberMin: expected => `is less than ${String(expected)}`,
	numberMax: expected => `is more than ${String(expected)}`,
	boolean: () => "is neither true nor false",
	enumValue: expected => `is none of: ${String(expected)}`,
	object: () => "is no table",
	record: () => "is no table of texts"
};

function unknown(name: string, given: unknown, field: string, expected: string): string {
	const known = expected.split(", ");
	const there = field
		.split(".")
		.reduce<unknown>((at, step) => (step === "" ? at : Reflect.get(Object(at), step)), given);
	const strange = Object.keys(Object(there)).filter(key => !known.includes(key));
	const where = name === "it" ? "it" : name;
	return `${where} has no option '${strange.join("', '")}'.${meant(strange[0] ?? "", known)} Known are: ${expected}`;
}

/** What is wrong between its parts, as path and sentence. */
export function contradictions({ login, person, sessions }: Description): [path: string, fault: string][] {
	const found: [string, string][] = [];
	const { success } = login;
	if (Object.keys(success).length === 0)
		found.push(["login.success", "says by nothing how a right login is told: name status, json, redirect or cookie"]);
	if (success.equals !== undefined && success.json === undefined)
		found.push(["login.success.equals", "needs json: which value it is of"]);
	if (person.verified !== undefined && person.allVerified)
		found.push(["person.verified", "and allVerified say the same thing twice: keep one"]);
	if (sessions?.as === "introspection" && sessions.cookie !== undefined)
		found.push(["sessions.cookie", "is of `as: me`: an introspection is given the token itself"]);
	return found;
}
