/**
 * The way to a panel: what a connection says of proxies, certificates and headers. Whoever asks a panel goes by it, for
 * there is no other way to some of them. No proxy of the environment is used.
 */

import { getCACertificates } from "node:tls";
import type { Agent, Dispatcher } from "undici";
import type { Certificates } from "./certificates";
import { connectorIn, lookupIn, refuseBehindProxy } from "./guarded";
import { ANYWHERE, type Reach, refuseAddress } from "./reach";

export interface Way {
	/** By name in lower case; they go with every request to the panel. */
	readonly headers: Readonly<Record<string, string>>;
	readonly certificates: Certificates;
	/** Whoever answers is believed to be the panel. */
	readonly insecure: boolean;
	/** May hold a user name and a password. */
	readonly proxy: URL | null;
	/** Which addresses it may lead to. */
	readonly reach: Reach;
}

/** No detour, nothing added, and the authorities that everybody trusts. */
export const DIRECT: Way = { headers: {}, certificates: {}, insecure: false, proxy: null, reach: ANYWHERE };

export interface Bounds {
	/** For the answer's head, and between the parts of its body. */
	readonly timeoutMs: number;
	readonly connectMs: number;
	/** The most to one address. */
	readonly connections: number;
	/** Of a body, and of a head; beyond, the connection is cut. @default undici's own */
	readonly mostBytes?: number;
	readonly mostHeaderBytes?: number;
}

export interface WayRequest {
	/** `https://panel.example:8000` */
	readonly origin: string;
	/** With its query. */
	readonly path: string;
	readonly method: Dispatcher.HttpMethod;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | null;
	readonly signal?: AbortSignal;
}

export interface OpenWay {
	/** The answer, its body not yet read; the way's headers go along. Throws what undici throws. */
	request(request: WayRequest): Promise<Dispatcher.ResponseData>;
	/** Cuts what is under way. */
	close(): Promise<void>;
}

export interface Caution {
	readonly code: "insecure" | "no-tls";
	readonly message: string;
}

/** What is not safe about a way to an address. */
export function cautionsOf(url: URL, { insecure }: Way): Caution[] {
	if (url.protocol === "http:") return isNear(url.hostname) ? [] : [{ code: "no-tls", message: PLAIN(url.origin) }];
	return insecure ? [{ code: "insecure", message: UNPROVEN(url.origin) }] : [];
}

const EXPOSED = "whoever is on the way can read and change all of it, the password and the customers' keys too";
const PLAIN = (origin: string) =>
	`${origin} is asked without TLS: ${EXPOSED}. Use https:// if the panel has it, or a tunnel.`;
const UNPROVEN = (origin: string) =>
	`insecure is set: whoever answers for ${origin} is believed, and ${EXPOSED}. Name the authority of its certificate in caFile instead.`;

/** This machine and private networks (RFC 1918, RFC 4193), and names without a dot. */
const isNear = (host: string): boolean =>
	/^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[(::1\]|f[cd]))/.test(host) || !/[.:]/.test(host);

/** Loaded by whoever asks a panel: most commands ask none. */
const undici = (): typeof import("undici") => require("undici");

type Around = (
	request: Pick<WayRequest, "method" | "origin">,
	ask: () => Promise<Dispatcher.ResponseData>
) => Promise<Dispatcher.ResponseData>;

/** What goes around every request, where a node traces them. */
let around: Around | undefined;
export const spanRequests = (by: Around | undefined): void => {
	around = by;
};

/** Keeps connections to every address that is asked; does no I/O before. */
export function openWay(way: Way, bounds: Bounds): OpenWay {
	const open = opened(way, bounds);
	return {
		request: request => (around ? around(request, () => open.request(request)) : open.request(request)),
		close: () => open.close()
	};
}

function opened(way: Way, bounds: Bounds): OpenWay {
	const { certificates, insecure, proxy, reach } = way;
	const { ca, ...own } = certificates;
	const tls = { ...own, ...(ca && { ca: [...ca] }), rejectUnauthorized: !insecure };
	const connect = { ...tls, timeout: bounds.connectMs };
	const limits = {
		connections: bounds.connections,
		headersTimeout: bounds.timeoutMs,
		bodyTimeout: bounds.timeoutMs,
		...(bounds.mostBytes !== undefined && { maxResponseSize: bounds.mostBytes }),
		...(bounds.mostHeaderBytes !== undefined && { maxHeaderSize: bounds.mostHeaderBytes }),
		// HTTP/1.1 alone: what a broken connection means is known there.
		pipelining: 1,
		allowH2: false
	};
	return proxy === null
		? straight(
				new (undici().Agent)({ ...limits, connect: connectorIn(reach, { ...connect, allowH2: false }) }),
				way.headers
			)
		: throughProxy(proxy, way, limits, connect);
}

/** Of the answers before an answer (1xx, RFC 9110 §15.2), each of which has a head of its own. */
const MOST_HINTS = 16;

/** One that goes on with them is cut off: undici would read them for as long as they come. */
function fewHints(): () => void {
	let seen = 0;
	return () => {
		if (++seen > MOST_HINTS) throw new (undici().errors.HeadersOverflowError)();
	};
}

function straight(agent: Agent, own: Way["headers"]): OpenWay {
	return {
		request: request => agent.request({ ...request, onInfo: fewHints(), headers: { ...own, ...request.headers } }),
		close: () => agent.destroy()
	};
}

/** An address with TLS by a tunnel; one without is asked of the proxy itself, for most make tunnels to port 443 alone. */
function throughProxy(
	proxy: URL,
	{ headers: own, certificates: { ca }, reach }: Way,
	limits: Agent.Options,
	connect: { readonly timeout: number }
): OpenWay {
	const trusted = ca && { ca: [...getCACertificates("default"), ...ca] };
	const toProxy = { ...trusted, timeout: connect.timeout, lookup: lookupIn(reach) };
	const token = authorization(proxy);
	const { Agent, ProxyAgent } = undici();
	const tunnel = new ProxyAgent({
		...limits,
		uri: proxy.origin,
		...(token && { token }),
		requestTls: connect,
		proxyTls: toProxy,
		connectTimeout: connect.timeout
	});
	const forward = new Agent({ ...limits, connect: toProxy });
	return {
		request: async request => {
			refuseAddress(proxy.hostname, reach);
			await refuseBehindProxy(new URL(request.origin).hostname, reach);
			const headers = { ...own, ...request.headers };
			const onInfo = fewHints();
			if (!request.origin.startsWith("http:")) return tunnel.request({ ...request, onInfo, headers });
			const asked = { host: new URL(request.origin).host, ...headers, ...(token && { "proxy-authorization": token }) };
			const path = request.origin + request.path;
			return forward.request({ ...request, onInfo, origin: proxy.origin, path, headers: asked });
		},
		close: async () => {
			await Promise.all([tunnel.destroy(), forward.destroy()]);
		}
	};
}

function authorization({ username, password }: URL): string | undefined {
	if (username === "") return undefined;
	const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return `Basic ${Buffer.from(pair).toString("base64")}`;
}
