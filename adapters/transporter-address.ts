/** Where nodes meet, read from its text: which servers, which login, whether the way there can be listened to. */

import { BlockList, isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { ConnectionOptions, TlsOptions } from "nats";

interface Server {
	readonly host: string;
	readonly hostname: string;
	readonly user: string;
	readonly password: string;
}

export interface Transporter {
	readonly servers: readonly Server[];
	readonly isTls: boolean;
}

const FORM = /^(nats|tls):\/\/\S+$/;

/** `nats://` or `tls://`, for each of its servers the same; undefined for anything else. */
export function readTransporter(text: string): Transporter | undefined {
	const scheme = FORM.exec(text)?.[1];
	if (scheme === undefined) return undefined;
	const servers = text.split(",").map(part => serverOf(part, scheme));
	const whole = servers.filter(server => server !== undefined);
	return whole.length === servers.length ? { servers: whole, isTls: scheme === "tls" } : undefined;
}

function serverOf(text: string, scheme: string): Server | undefined {
	const address = text.includes("://") ? text : `${scheme}://${text}`;
	if (!address.startsWith(`${scheme}://`) || !URL.canParse(address)) return undefined;
	const { host, hostname, username, password } = new URL(address);
	if (hostname === "") return undefined;
	try {
		return {
			host,
			hostname: hostname.replace(/^\[|\]$/g, ""),
			user: decodeURIComponent(username),
			password: decodeURIComponent(password)
		};
	} catch {
		// A % that stands for nothing.
		return undefined;
	}
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** By the address itself. A name but `localhost` is none: what it leads to may change. */
export function isLoopback({ hostname }: Pick<Server, "hostname">): boolean {
	const family = isIP(hostname);
	if (family === 0) return hostname.toLowerCase() === "localhost";
	return LOOPBACK.check(hostname, family === 4 ? "ipv4" : "ipv6");
}

/** Why nodes should not meet there; undefined where they may. @param known whether the nodes show who they are there */
export function transporterFault(
	{ servers, isTls }: Transporter,
	known = loginOf(servers) !== undefined
): string | undefined {
	const far = servers.filter(server => !isLoopback(server)).map(({ host }) => host);
	if (far.length === 0) return undefined;
	const lacks = [!isTls && "TLS (tls:// instead of nats://)", !known && "a login"].filter(Boolean);
	return lacks.length === 0
		? undefined
		: `TRANSPORTER leads over a network (${far.join(", ")}) without ${lacks.join(" and without ")}: whoever listens there reads the password, and whoever reaches it may disturb the nodes. Give it both (a login is a user and a password, a token, an nkey or a certificate), use a NATS server on this machine, or set TRANSPORTER_INSECURE=yes where nobody else reaches that network.`;
}

export interface Login {
	readonly user: string;
	/** Empty: the user is a token, as NATS's own programs read it. */
	readonly password: string;
}

/** What stands before the servers: once, or before each the same. */
export const loginOf = (servers: readonly Server[]): Login | undefined => servers.find(({ user }) => user !== "");

/** A client of NATS has one login for all servers. */
export function loginsFault({ servers }: Transporter): string | undefined {
	const logins = servers.filter(({ user }) => user !== "").map(({ user, password }) => `${user}\n${password}`);
	return new Set(logins).size > 1
		? "TRANSPORTER has several logins, and a node has one for all its servers: give it once, before the first server."
		: undefined;
}

/** PEM files of this node: whom it trusts, and who it is. */
export interface TlsFiles {
	readonly caFile: string | null;
	readonly certFile: string | null;
	readonly keyFile: string | null;
}

export const NO_TLS_FILES: TlsFiles = { caFile: null, certFile: null, keyFile: null };

/** What a client of NATS is given; others add what is theirs. */
export type NatsOptions = ConnectionOptions & Readonly<Record<string, unknown>>;

/** How soon a server that does not answer is given up, and the next one asked, in ms. */
const ANSWER_MS = 3_000;
const RETRY_MS = 250;
const PING_MS = 1_000;

/** Where NATS's client goes, and how. Its own reading of a URL loses an encoded login. */
export function natsOptions({ servers, isTls }: Transporter, files: TlsFiles = NO_TLS_FILES): NatsOptions {
	return {
		servers: servers.map(({ host }) => host),
		...(isTls && { tls: { ...given(files), checkServerIdentity: oneOf(servers) } as TlsOptions }),
		// Servers that a server names are none that the operator named.
		ignoreClusterUpdates: true,
		maxReconnectAttempts: -1,
		reconnectTimeWait: RETRY_MS,
		reconnectJitter: RETRY_MS,
		reconnectJitterTLS: RETRY_MS,
		timeout: ANSWER_MS,
		// A server that is frozen, or cut off, closes nothing.
		pingInterval: PING_MS,
		// What it refuses now it may take later: a node that gave up for ever would have to be started by somebody.
		ignoreAuthErrorAbort: true
	};
}

const given = (files: TlsFiles): object =>
	Object.fromEntries(Object.entries(files).filter(([, file]) => file !== null));

/** For an address without a name the client would take a certificate of `localhost`. */
const oneOf =
	(servers: readonly Server[]) =>
	(_name: string, certificate: PeerCertificate): Error | undefined => {
		const faults = servers.map(({ hostname }) => checkServerIdentity(hostname, certificate));
		return faults.includes(undefined) ? undefined : faults[0];
	};
