/**
 * Which addresses a connection may lead to. A definition may come from whoever has a key, and an old link is asked of
 * what a definition names: so what only this machine or its own network reaches needs the operator's word. An address is
 * judged where it is connected to, as the name was resolved for that very connection (a second look-up may be answered
 * otherwise, "DNS rebinding").
 */

import { type LookupAddress, lookup as lookUp } from "node:dns";
import { BlockList, connect as connectTo, isIP, type LookupFunction, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { buildConnector } from "undici";
import type { OptionValue } from "../../contracts/migration/records";
import { nearest } from "../../domain/near";
import { ConnectorError } from "../connector";

/** What an address is, as far as it is not anybody's on the internet. */
export type Internal = "loopback" | "private" | "linklocal" | "special";

const SAYS: Readonly<Record<Internal, string>> = {
	loopback: "this machine itself",
	private: "a private network",
	linklocal: "the network segment alone, or a cloud's metadata",
	special: "nothing that a panel has as its address"
};

/** Words of a list that stand for networks; `any` for all there is. */
const WORDS = ["loopback", "private", "linklocal", "any"] as const;
type Word = (typeof WORDS)[number];

/** The first that holds an address says what it is. What a cloud tells its machines stands in other networks, too. */
const INTERNAL: readonly (readonly [Internal, BlockList])[] = (
	[
		[
			"linklocal",
			"169.254.0.0/16 fe80::/10 fd00:ec2::254/128 fd20:ce::254/128 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32"
		],
		["loopback", "127.0.0.0/8 ::1/128"],
		["private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 198.18.0.0/15 fc00::/7 fec0::/10"],
		["special", "0.0.0.0/8 192.0.0.0/24 192.88.99.0/24 224.0.0.0/4 240.0.0.0/4 2001::/32"]
	] as const
).map(([kind, networks]) => [kind, listOf(networks.split(" "))]);

/** All that IPv6 has given to anybody; what stands beyond is of no host on the internet. */
const GIVEN_IN_IPV6 = listOf(["2000::/3"]);

function listOf(networks: readonly string[]): BlockList {
	const list = new BlockList();
	for (const network of networks) {
		const [address = "", bits] = network.split("/");
		const family = isIP(address) === 4 ? "ipv4" : "ipv6";
		list.addSubnet(address, Number(bits ?? (family === "ipv4" ? 32 : 128)), family);
	}
	return list;
}

const holds = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");

/** What an address is; undefined for one on the internet. An IPv4 address within one of IPv6 is what counts. */
export function internalOf(given: string): Internal | undefined {
	const address = plain(given);
	if (isIP(address) === 0) return "special";
	const kind = INTERNAL.find(([, list]) => holds(list, address))?.[0];
	if (kind !== undefined) return kind;
	if (isOwn(address)) return "loopback";
	if (isIP(address) === 4) return undefined;
	const within = ipv4In(address);
	if (within !== undefined) return internalOf(within);
	return holds(GIVEN_IN_IPV6, address) ? undefined : "special";
}

/** Whatever stands at an address of this machine's is reached from here past its firewall. */
const isOwn = (address: string): boolean =>
	Object.values(networkInterfaces()).some(each => each?.some(({ address: own }) => plain(own) === address));

/** Without brackets and zone. */
const plain = (address: string): string => address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");

/** Whoever translates takes the address to IPv4: mapped, compatible, translated, NAT64 (RFC 6052), 6to4, ISATAP. */
function ipv4In(address: string): string | undefined {
	const groups = groupsOf(address);
	const [first, second, third, , fifth, sixth, seventh, eighth] = groups;
	const high = groups.slice(0, 6).map(group => group.toString(16));
	if (["0:0:0:0:0:ffff", "0:0:0:0:ffff:0", "0:0:0:0:0:0", "64:ff9b:0:0:0:0"].includes(high.join(":")))
		return dotted(seventh, eighth);
	if (first === 0x2002) return dotted(second, third);
	return sixth === 0x5efe && (fifth === 0 || fifth === 0x200) ? dotted(seventh, eighth) : undefined;
}

const dotted = (high = 0, low = 0): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");

/** The eight groups of an address of IPv6. */
function groupsOf(address: string): number[] {
	const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
	const groups = (text: string): number[] =>
		text === "" ? [] : text.split(":").map(group => Number.parseInt(group, 16));
	const [left, right] = [groups(head), groups(tail ?? "")];
	return tail === undefined ? left : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Internal addresses that may be asked, beside all those on the internet. */
export interface Reach {
	readonly words: ReadonlySet<Word>;
	readonly networks: BlockList;
	/** Of hosts, wherever they lead. */
	readonly names: ReadonlySet<string>;
}

const NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
const isWord = (text: string): text is Word => (WORDS as readonly string[]).includes(text);

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
function forbidden(address: string, { words, networks }: Reach): Internal | undefined {
	if (words.has("any")) return undefined;
	const kind = internalOf(address);
	if (kind === undefined || words.has(kind as Word)) return undefined;
	const bare = plain(address);
	return isIP(bare) !== 0 && holds(networks, bare) ? undefined : kind;
}

const isNamed = (host: string, { names }: Reach): boolean => names.has(host.toLowerCase().replace(/\.$/, ""));

function outOfReach(host: string, kind: Internal): ConnectorError {
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

/** Looks a name up for a connection: only addresses that may be asked come back. */
export function lookupIn(reach: Reach): LookupFunction {
	return (host, options, callback) => {
		if (isNamed(host, reach) || reach.words.has("any")) {
			lookUp(host, options, callback as never);
			return;
		}
		lookUp(host, { ...options, all: true }, (error, found) => {
			if (error) callback(error, "", 0);
			else answer(host, found, reach, options.all === true, callback);
		});
	};
}

function answer(
	host: string,
	found: readonly LookupAddress[],
	reach: Reach,
	all: boolean,
	callback: Parameters<LookupFunction>[2]
): void {
	const may = found.filter(({ address }) => forbidden(address, reach) === undefined);
	const [first] = may;
	if (!first) {
		const kind = forbidden(found[0]?.address ?? "", reach) ?? "special";
		callback(outOfReach(host, kind), "", 0);
	} else if (all) callback(null, may);
	else callback(null, first.address, first.family);
}

/** undici's own connector, to what may be asked alone. */
export function connectorIn(reach: Reach, options: buildConnector.BuildOptions): buildConnector.connector {
	const undici = require("undici") as typeof import("undici");
	const connect = undici.buildConnector({ ...options, lookup: lookupIn(reach) });
	return (target, callback) => {
		try {
			if (!isNamed(target.hostname, reach)) refuseAddress(target.hostname, reach);
		} catch (error) {
			queueMicrotask(() => callback(error as Error, null));
			return;
		}
		connect(target, callback);
	};
}

/** A socket to a server that speaks no HTTP. */
export function socketIn(reach: Reach, host: string, port: number): Socket {
	if (!isNamed(host, reach)) refuseAddress(host, reach);
	return connectTo({ host, port, lookup: lookupIn(reach), keepAlive: true, noDelay: true });
}

/**
 * What a proxy is asked to lead to: it resolves the name itself, so what it is here is all that can be looked at, and a
 * name that only the proxy knows is its own matter.
 */
export async function refuseBehindProxy(host: string, reach: Reach): Promise<void> {
	refuseAddress(host, reach);
	if (isIP(plain(host)) !== 0 || reach.words.has("any") || isNamed(host, reach)) return;
	await new Promise<void>((resolve, reject) => {
		lookUp(host, { all: true }, (error, found) => {
			const kind = error ? undefined : found.map(({ address }) => forbidden(address, reach)).find(each => each);
			if (kind === undefined) resolve();
			else reject(outOfReach(host, kind));
		});
	});
}
