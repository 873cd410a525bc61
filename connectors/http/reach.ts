/**
 * Which addresses a connection may lead to. A definition may come from whoever has a key, and an old link is asked of
 * what a definition names: so what only this machine or its own network reaches needs the operator's word. An address is
 * judged where it is connected to, as the name was resolved for that very connection (a second look-up may be answered
 * otherwise, "DNS rebinding").
 */

import { type BlockList, isIP } from "node:net";
import type { OptionValue } from "../../contracts/migration/records";
import { isOneOf } from "../../contracts/table";
import { nearest } from "../../domain/near";
import { ConnectorError } from "../connector";
import { holds, type Internal, internalOf, listOf, plain } from "./internal";

const SAYS: Readonly<Record<Internal, string>> = {
	loopback: "this machine itself",
	private: "a private network",
	linklocal: "the network segment alone, or a cloud's metadata",
	special: "nothing that a server has as its address"
};

/** Words of a list that stand for networks; `any` for all there is. */
const WORDS = ["loopback", "private", "linklocal", "any"] as const;
type Word = (typeof WORDS)[number];

/** Internal addresses that may be asked, beside all those on the internet. */
export interface Reach {
	readonly words: ReadonlySet<Word>;
	readonly networks: BlockList;
	/** Of hosts, wherever they lead. */
	readonly names: ReadonlySet<string>;
}

const NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
const isWord = (text: string): text is Word => isOneOf(WORDS, text);

function isNetwork(text: string): boolean {
	const [address = "", bits] = text.split("/");
	const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
	return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

/** @param text words, networks, addresses and names of hosts, separated by commas; undefined where one is none of these */
export function readReach(text: string): Reach | undefined {
	const parts = text
		.split(",")
		.map(part => part.trim().toLowerCase())
		.filter(part => part !== "" && part !== "none");
	const networks = parts.filter(isNetwork);
	const rest = parts.filter(part => !isNetwork(part));
	const names = rest.filter(part => !isWord(part));
	if (!names.every(name => NAME.test(name) && !/^[\d.]+$/.test(name))) return undefined;
	return { words: new Set(rest.filter(isWord)), networks: listOf(networks), names: new Set(names) };
}

/** Near a shorter word are names that hosts have: `node`, `one`. */
const MISSPELT = WORDS.filter(word => word.length > 4);

/** What is wrong with an entry that would be taken for the name of a host, and is none that anybody means; undefined where nothing is. */
export function reachFault(text: string): string | undefined {
	for (const part of text.split(",").map(each => each.trim().toLowerCase())) {
		if (isNetwork(part) || isWord(part)) continue;
		if (/^(?:[^:]*|\[.*\]):\d*$/.test(part)) return `'${part}' has a port, and there are no ports here: name it alone`;
		const word = part.includes(".") ? undefined : nearest(part, MISSPELT);
		if (word !== undefined) return `'${part}' is neither a word of it nor a host's full name: did you mean '${word}'?`;
	}
	return undefined;
}

const reachTo = (...words: Word[]): Reach => ({ words: new Set(words), networks: listOf([]), names: new Set() });
/** Of whoever opens a connector by themselves. */
export const ANYWHERE = reachTo("any");

/**
 * The node that connects writes under this name into a connection, whatever stands there, what it may lead to. No
 * definition has an option of that name.
 */
export const REACH = "reach";

export const reachOf = ({ [REACH]: text }: Readonly<Record<string, OptionValue>>): Reach =>
	text === undefined ? ANYWHERE : (readReach(String(text)) ?? reachTo());

/** What keeps an address from being asked; undefined where nothing does. */
export function forbidden(address: string, { words, networks }: Reach): Internal | undefined {
	if (words.has("any")) return undefined;
	const kind = internalOf(address);
	if (kind === undefined || (kind !== "special" && words.has(kind))) return undefined;
	const bare = plain(address);
	return isIP(bare) !== 0 && holds(networks, bare) ? undefined : kind;
}

export const isNamed = (host: string, { names }: Reach): boolean => names.has(host.toLowerCase().replace(/\.$/, ""));

export function outOfReach(host: string, kind: Internal): ConnectorError {
	const word = isWord(kind) ? ` '${kind}',` : "";
	const what = `add${word} its network or its name to CONNECT_ALLOW where this node runs`;
	return new ConnectorError(
		"address-refused",
		`${host} leads to ${SAYS[kind]}, which is asked only where the operator says so: ${what}.`
	);
}

/** @throws ConnectorError `address-refused` where the host is an address that may not be asked */
export function refuseAddress(host: string, reach: Reach): void {
	const bare = plain(host);
	const kind = isIP(bare) === 0 ? undefined : forbidden(bare, reach);
	if (kind !== undefined) throw outOfReach(host, kind);
}
