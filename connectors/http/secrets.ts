/** What gives access, in what was sent: a panel, or what stands in front of it, may say it back where it refuses it. */

import { isObject, parse, type Wire } from "./json";

const SECRET = /password|secret|token|hash|^(?:id|key|uuid)$/i;
/** Shorter ones would be found in every word. */
const SHORTEST = 4;
const HIDDEN = "…";

/** The words without any of a body's secrets. @param body JSON, or a form */
export function hidden(words: string, body: string | undefined): string {
	return secretsIn(body).reduce((left, secret) => left.replaceAll(secret, HIDDEN), words);
}

function secretsIn(body: string | undefined): string[] {
	if (body === undefined) return [];
	const found = body.startsWith("{") ? leaves(parsed(body)) : [...new URLSearchParams(body)];
	return found
		.filter(([name, value]) => SECRET.test(name) && value.length >= SHORTEST)
		.map(([, value]) => value)
		.sort((one, other) => other.length - one.length);
}

function leaves(value: Wire | undefined, name = ""): [string, string][] {
	if (typeof value === "string") return [[name, value]];
	if (Array.isArray(value)) return value.flatMap(each => leaves(each, name));
	return isObject(value) ? Object.entries(value).flatMap(([key, each]) => leaves(each, key)) : [];
}

function parsed(body: string): Wire | undefined {
	try {
		return parse(body);
	} catch {
		return undefined;
	}
}
