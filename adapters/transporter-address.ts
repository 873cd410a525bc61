/** Where nodes meet, read from its text: which servers, which login, whether the way there can be listened to. */

import { BlockList, isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

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

/** Why nodes should not meet there; undefined where they may. */
export function transporterFault({ servers, isTls }: Transporter): string | undefined {
	const far = servers.filter(server => !isLoopback(server)).map(({ host }) => host);
	if (far.length === 0) return undefined;
	const named = servers.some(({ user, password }) => user !== "" && password !== "");
	const lacks = [!isTls && "TLS (tls:// instead of nats://)", !named && "a user and a password"].filter(Boolean);
	return lacks.length === 0
		? undefined
		: `TRANSPORTER leads over a network (${far.join(", ")}) without ${lacks.join(" and without ")}: whoever listens there reads the password, and whoever reaches it may disturb the nodes. Give it both, use a NATS server on this machine, or set TRANSPORTER_INSECURE=yes where nobody else reaches that network.`;
}

/** What the NATS client is given. Its own reading of a URL loses an encoded login. */
export function natsOptions({ servers, isTls }: Transporter, caFile: string | null): Record<string, unknown> {
	const login = servers.find(({ user }) => user !== "");
	return {
		servers: servers.map(({ host }) => host),
		...(login && { user: login.user, pass: login.password }),
		...(isTls && { tls: { ...(caFile !== null && { caFile }), checkServerIdentity: oneOf(servers) } }),
		// Servers that a server names are none that the operator named.
		ignoreClusterUpdates: true,
		maxReconnectAttempts: -1
	};
}

/** For an address without a name the client would take a certificate of `localhost`. */
const oneOf =
	(servers: readonly Server[]) =>
	(_name: string, certificate: PeerCertificate): Error | undefined => {
		const faults = servers.map(({ hostname }) => checkServerIdentity(hostname, certificate));
		return faults.includes(undefined) ? undefined : faults[0];
	};
