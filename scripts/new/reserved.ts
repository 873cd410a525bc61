/** Names that no new service can have: the language, Moleculer or what is written for it means something else by them. */

import { Service } from "moleculer";
import { CONTRACTS } from "../../contracts/cluster";
import { componentsOf } from "../../domain/platform/rule-schema";
import type { Words } from "./words";

const LANGUAGE = words(
	"arguments async await boolean break case catch class const continue debugger declare default delete do else enum eval export extends false finally for function if implements import in instanceof interface let namespace new never null number object of package private protected public return static super switch this throw true try type typeof undefined unknown var void while with yield"
);

/** Of what is written for a service (scripts/new/service.ts). */
const WRITTEN = words(
	"action answers broker collection contract create ctx example failure folder found get inTurn made making most node oneMore service settingsFor shape text"
);

/** Of every service of Moleculer, once it is there, and of its schema. */
const MOLECULER = words(
	"name version settings metadata schema broker logger actions events methods mixins dependencies hooks channels created merged started stopped fullName originalSchema self"
);

function words(text: string): string[] {
	return text.split(" ");
}

const membersOf = (one: object): string[] => Object.getOwnPropertyNames(one);

const shapes = (): string[] =>
	Object.keys(componentsOf(CONTRACTS.flatMap(({ actions }) => Object.values(actions).map(({ result }) => result))));

/** Whose the name is, where a service cannot have it: the end of a sentence. @param named what the cluster's shapes are called */
export function reservedFor({ name, one, Type }: Words, named = shapes()): string | undefined {
	for (const word of [name, one]) {
		const whose = WHOSE.find(([, taken]) => taken().includes(word));
		if (whose) return `'${word}' is ${whose[0]}`;
	}
	return globalNames.includes(Type) || named.includes(Type) ? `the type '${Type}' is there already` : undefined;
}

const WHOSE: readonly (readonly [string, () => readonly string[]])[] = [
	["a word of the language", () => LANGUAGE],
	["a member of every object", () => membersOf(Object.prototype)],
	["a member of every service", () => [...MOLECULER, ...membersOf(Service.prototype)]],
	["a word of what is written for a service", () => WRITTEN]
];
const globalNames = [...membersOf(globalThis), "Action", "Answers", "CallOf", "InTurn", "Service", "ValueOf", "Broker"];
