/**
 * Who asks, how they came and what they called us, by the word of proxies that are trusted. Of a connection that no proxy
 * of ours made it is the same for all its requests, and is found out once.
 */

import type { IncomingMessage } from "node:http";
import { isIP, type Socket } from "node:net";
import proxyaddr from "proxy-addr";
import { clientAddress, clientHosts, clientScheme, type Hops } from "../../../domain/client-address";
import { OwnNames, readHost, readOwnName } from "../../../domain/platform/own-names";
import { isTls } from "./headers";

export interface Client {
	/** Their address, behind the proxies we trust. */
	readonly client: string;
	/** How they came, as a proxy of ours says. */
	readonly scheme: "http" | "https";
	/** What they called us, with its port; as a proxy of ours says, where there is one. */
	readonly host: string;
	/** Is that a name of ours, and what proxies of ours were called as well? */
	readonly isOwnName: boolean;
}

/** The other end of a connection. */
export interface Peer {
	readonly address: string;
	/** It is a proxy of ours. */
	readonly isOurs: boolean;
}

/** Kept on the socket itself. */
const PEER = Symbol("peer");
const LAST = Symbol("last client");
type Known = Socket & { [PEER]?: Peer; [LAST]?: Client };

const isAddress = (text: string): boolean => isIP(text) > 0;

export class Clients {
	private readonly trusts: (address: string) => boolean;
	private readonly names: OwnNames;

	constructor(trustedProxies: readonly string[], names: readonly string[]) {
		const trusts = proxyaddr.compile([...trustedProxies]);
		this.trusts = address => trusts(address, 0);
		this.names = new OwnNames(names.flatMap(name => readOwnName(name) ?? []));
	}

	peerOf(socket: Known): Peer {
		let peer = socket[PEER];
		if (!peer) {
			const address = clientAddress({ peer: socket.remoteAddress ?? "" }, isAddress, () => false);
			peer = { address, isOurs: this.trusts(address) };
			socket[PEER] = peer;
		}
		return peer;
	}

	of(req: IncomingMessage): Client {
		const { address, isOurs } = this.peerOf(req.socket);
		return isOurs ? this.behind(hopsOf(req), req) : this.direct(address, req);
	}

	private direct(client: string, req: IncomingMessage): Client {
		const socket: Known = req.socket;
		const { host } = req.headers;
		const last = socket[LAST];
		if (last && host !== undefined && last.host === host) return last;
		const scheme = isTls(req) ? "https" : "http";
		const isOwnName = this.isOwn(host, socket, scheme);
		const said: Client = { client, scheme, host: host ?? "", isOwnName };
		socket[LAST] = said;
		return said;
	}

	private behind(hops: Hops, { socket, headers }: IncomingMessage): Client {
		const client = clientAddress(hops, isAddress, this.trusts);
		const scheme = clientScheme(hops, isAddress, this.trusts);
		const hosts = clientHosts(hops, this.trusts);
		const isOwnName = [headers.host, ...hosts].every(host => this.isOwn(host, socket, scheme));
		return { client, scheme, host: hosts[0] ?? headers.host ?? "", isOwnName };
	}

	/** HTTP/1.0 has none: no browser speaks it. */
	private isOwn(text: string | undefined, { localAddress = "" }: Socket, scheme: "http" | "https"): boolean {
		if (text === undefined) return true;
		const host = readHost(text);
		return host !== undefined && this.names.has(host, localAddress, scheme);
	}
}

/** Node joins those that stand more than once. */
const one = (value: string | string[] | undefined): string | undefined =>
	Array.isArray(value) ? value.join(", ") : value;

const hopsOf = ({ socket, headers }: IncomingMessage): Hops => ({
	peer: socket.remoteAddress ?? "",
	forwardedFor: one(headers["x-forwarded-for"]),
	forwarded: headers.forwarded,
	forwardedProto: one(headers["x-forwarded-proto"]),
	forwardedHost: one(headers["x-forwarded-host"])
});
