/** Which inbounds of the source's nodes a target lacks, out of their configs: texts that operators write by hand. */

import { type Json, type JsonValue, parseJson } from "../../contracts/json";
import type { FoundArtefacts } from "../../contracts/migration/extractor";
import { digest } from "../../domain/canonical";

export interface NodeConfig {
	readonly node: string;
	/** Of xray, as the node has it: JSON, comments allowed. */
	readonly config: string;
}

interface Defined {
	readonly node: string;
	readonly inbound: Json;
}

/** Each tag once, in the order asked for: a core config takes no tag twice. Notes never quote a config: it holds keys. */
export function inboundsFor(tags: readonly string[], configs: readonly NodeConfig[]): FoundArtefacts {
	const notes: string[] = [];
	const defined = new Map<string, Defined[]>();
	for (const { node, config } of configs) {
		const inbounds = inboundsOf(config);
		if (inbounds === null) notes.push(`the config of ${node} is no xray config in JSON`);
		for (const inbound of inbounds ?? []) {
			const tag = String(inbound.tag);
			defined.set(tag, [...(defined.get(tag) ?? []), { node, inbound }]);
		}
	}
	const found = [...new Set(tags)].flatMap(tag => {
		const [first, ...others] = defined.get(tag) ?? [];
		if (first === undefined) return [];
		const says = digest(first.inbound);
		const otherwise = others.filter(({ inbound }) => digest(inbound) !== says).map(({ node }) => node);
		if (otherwise.length > 0)
			notes.push(`'${tag}' is ${first.node}'s, and is defined otherwise on ${[...new Set(otherwise)].join(", ")}`);
		return [first.inbound];
	});
	const absent = [...new Set(tags)].filter(tag => !defined.has(tag));
	if (absent.length > 0) notes.push(`no config that could be read has ${absent.map(tag => `'${tag}'`).join(", ")}`);
	return { items: found, notes: [...notes, ...sharedPorts(found)] };
}

function sharedPorts(inbounds: readonly Json[]): string[] {
	const byPort = new Map<string, string[]>();
	for (const { listen, port, tag } of inbounds) {
		if (port === undefined || port === null) continue;
		const at = `${listen ?? "0.0.0.0"} ${port}`;
		byPort.set(at, [...(byPort.get(at) ?? []), `'${tag}'`]);
	}
	return [...byPort.values()]
		.filter(tags => tags.length > 1)
		.map(tags => `${tags.join(" and ")} listen on one port: they cannot both run on one server`);
}

/** Null where it cannot be told. */
function inboundsOf(config: string): Json[] | null {
	const value = parsed(config) ?? parsed(withoutComments(config));
	const inbounds = isObject(value) ? (value.inbounds ?? []) : null;
	return Array.isArray(inbounds) ? inbounds.filter(isObject).filter(({ tag }) => typeof tag === "string") : null;
}

function parsed(text: string): JsonValue | undefined {
	try {
		return parseJson(text);
	} catch {
		return undefined;
	}
}

/** What follows each sign up to the end of what it begins; a sign whose end is missing leaves the rest as it is. */
const BEHIND: Readonly<Record<string, RegExp>> = {
	'"': /[^"\\]*(?:\\.[^"\\]*)*"/sy,
	"//": /[^\n]*/y,
	"#": /[^\n]*/y,
	"/*": /[^*]*(?:\*(?!\/)[^*]*)*\*\//y
};

/** Strings are kept as they are: an address has slashes too. Each character is looked at once, however it is put. */
function withoutComments(text: string): string {
	const kept: string[] = [];
	let at = 0;
	for (const sign = /"|#|\/\/|\/\*/g; ; ) {
		sign.lastIndex = at;
		const found = sign.exec(text);
		const behind = found && BEHIND[found[0]];
		if (!found || !behind) break;
		behind.lastIndex = sign.lastIndex;
		if (!behind.test(text)) break;
		kept.push(text.slice(at, found[0] === '"' ? behind.lastIndex : found.index));
		at = behind.lastIndex;
	}
	return [...kept, text.slice(at)].join("");
}

const isObject = (value: unknown): value is Json =>
	typeof value === "object" && value !== null && !Array.isArray(value);
