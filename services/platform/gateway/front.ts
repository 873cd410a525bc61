/**
 * The HTTP server of the gateway, and what is done with every request before its route is looked for: malformed ones are
 * refused and their connection closed, the client's address is computed, what is not asked under a name of ours gets nothing,
 * ids and security headers are set, CORS is exact. Nothing of a body is read here.
 */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isIP, type Socket } from "node:net";
import proxyaddr from "proxy-addr";
import { failure } from "../../../cluster/errors";
import { correlated } from "../../../cluster/logging";
import type { Limits } from "../../../contracts/platform/limits";
import { clientAddress, clientHosts, clientScheme, type Hops } from "../../../domain/platform/client-address";
import { OwnNames, readHost, readOwnName } from "../../../domain/platform/own-names";
import { refusal } from "../../../domain/platform/request-rules";
import { setCall } from "./call";
import { Connections, endBehind } from "./connections";
import { closed, listen, type Place } from "./listening";
import { Malformed } from "./malformed";

export interface FrontOptions extends Place {
	/** Addresses and networks of proxies whose word on the client's address counts. */
	readonly trustedProxies: readonly string[];
	/** Origins whose pages may call; all others may not. */
	readonly corsOrigins: readonly string[];
	/** Under which it answers, beside its own address. */
	readonly names: readonly string[];
	readonly limits: Limits;
	/** The longest that a call may take, in ms. */
	readonly longestCallMs: number;
}

/** What comes of a request. */
export interface Answers {
	/** It was let in. */
	answer(req: IncomingMessage, res: ServerResponse): void;
	refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void;
	/** Something was refused that has no request. */
	counted(code: string): void;
	/** May it be asked for under any name? */
	isForAll(path: string): boolean;
}

export interface Front {
	/** Answers its address. */
	listen(): Promise<string>;
	/** Lets in nothing new, lets what is under way end for at most `graceMs`. */
	close(graceMs: number): Promise<void>;
}

/** Node's own limits, tightened to what the Envoy project advises for an edge. */
const LIMITS = {
	maxHeaderSize: 32 * 1024,
	headersTimeout: 15_000,
	requestTimeout: 60_000,
	keepAliveTimeout: 65_000,
	connectionsCheckingInterval: 5_000,
	insecureHTTPParser: false,
	// Said by our own rules, as a problem.
	requireHostHeader: false
};

const SECURITY: readonly (readonly [string, string])[] = [
	["X-Content-Type-Options", "nosniff"],
	// Keys and links are answered in many places; what may be kept says so itself.
	["Cache-Control", "no-store"],
	["Referrer-Policy", "no-referrer"],
	["Cross-Origin-Resource-Policy", "same-origin"],
	["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"]
];

/** Beyond the longest call its answer is under way, in ms. */
const BEYOND_CALL_MS = 10_000;

export function openFront(options: FrontOptions, { answer, refuse, counted, isForAll }: Answers): Front {
	const trusts = proxyaddr.compile([...options.trustedProxies]);
	const isOurs = (address: string): boolean => trusts(address, 0);
	const origins = new Set(options.corsOrigins);
	const isAskedFor = underOwnNames([...options.names, options.host], isOurs);
	const connections = new Connections(options.limits, { addressOf: peerOf, isOurs });
	let draining: Promise<void> | undefined;
	const malformed = new Malformed(refuse, counted);
	const letIn = (req: IncomingMessage, res: ServerResponse, hops: Hops): void => {
		const reason = refusal(req as IncomingMessage & { url: string; method: string });
		if (reason !== undefined) {
			endBehind(req, res);
			throw failure("REQUEST_INVALID", reason);
		}
		if (!isAskedFor(req, hops) && !isForAll((req.url ?? "").split("?", 1)[0] as string)) throw foreign(options.setting);
		if (!crossOrigin(req, res, origins)) answer(req, res);
	};
	const take = (req: IncomingMessage, res: ServerResponse): void => {
		const shares = connections.begin(req, res);
		if (!shares) return;
		malformed.watch(req, res);
		// Node's parser drops what came in one piece with a request for an upgrade: nothing may follow it.
		if (draining || req.headers.upgrade !== undefined) res.setHeader("Connection", "close");
		const correlationId = correlationIdOf(req);
		const hops = hopsOf(req);
		const client = clientAddress(hops, isAddress, isOurs);
		const scheme = clientScheme(hops, isAddress, isOurs);
		const host = clientHosts(hops, isOurs)[0] ?? req.headers.host ?? "";
		setCall(req, { correlationId, client, scheme, host, began: performance.now(), shares });
		res.setHeader("X-Correlation-ID", correlationId);
		for (const [name, value] of SECURITY) res.setHeader(name, value);
		correlated(correlationId, () => {
			try {
				connections.admit(req, res, client, shares);
				letIn(req, res, hops);
			} catch (error) {
				refuse(req, res, error);
			}
		});
	};
	const server = createServer(LIMITS, take);
	// Some versions of Node leave out what stands behind the two thousandth header.
	server.maxHeadersCount = 0;
	// Nothing waits for ever for a client that does not read.
	server.timeout = Math.max(options.limits.idleMs, options.longestCallMs + BEYOND_CALL_MS);
	// Whoever asks whether to send a body is answered when that is known.
	server.on("checkContinue", take);
	server.on("checkExpectation", take);
	server.on("clientError", malformed.hear);
	connections.watch(server, malformed.refuseConnection, () => counted("OVERLOADED"));
	return {
		listen: () => listen(server, options),
		close: graceMs => {
			draining ??= closed(server, graceMs);
			return draining;
		}
	};
}

/** Is a request asked under names of ours: the one that it has, and what proxies of ours were called? */
function underOwnNames(listed: readonly string[], isOurs: (address: string) => boolean) {
	const names = new OwnNames(listed.flatMap(name => readOwnName(name) ?? []));
	return ({ headers, socket }: IncomingMessage, hops: Hops): boolean => {
		const isOwn = (text: string): boolean => {
			const host = readHost(text);
			const scheme = clientScheme(hops, isAddress, isOurs);
			return host !== undefined && names.has(host, socket.localAddress ?? "", scheme);
		};
		// HTTP/1.0 has none: no browser speaks it.
		return (headers.host === undefined || isOwn(headers.host)) && clientHosts(hops, isOurs).every(isOwn);
	};
}

const foreign = (setting: string | undefined): Error =>
	failure(
		"HOST_UNKNOWN",
		`This server does not answer under the name in the header 'host'. If it is a name of its own, list it in ${setting === "LINKS" ? "LINKS_NAMES" : "GATEWAY_NAMES"}.`
	);

/** A caller's own id is kept if it is harmless in a log line. */
const correlationIdOf = (req: IncomingMessage): string => {
	const given = req.headers["x-correlation-id"];
	return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
};

const hopsOf = (req: IncomingMessage): Hops => ({
	peer: req.socket.remoteAddress ?? "",
	forwardedFor: req.headers["x-forwarded-for"] as string | undefined,
	forwarded: req.headers.forwarded,
	forwardedProto: req.headers["x-forwarded-proto"] as string | undefined,
	forwardedHost: req.headers["x-forwarded-host"] as string | undefined
});

const isAddress = (text: string): boolean => isIP(text) > 0;
const peerOf = ({ remoteAddress = "" }: Socket): string =>
	clientAddress({ peer: remoteAddress }, isAddress, () => false);

const ALLOWED_HEADERS = "authorization, content-type, idempotency-key, last-event-id, x-api-key, x-correlation-id";
const EXPOSED_HEADERS = "etag, idempotency-replayed, location, retry-after, x-correlation-id";

/** True when the request was a preflight, which is answered here. */
function crossOrigin(req: IncomingMessage, res: ServerResponse, origins: ReadonlySet<string>): boolean {
	const { origin } = req.headers;
	res.setHeader("Vary", "Origin");
	if (origin !== undefined && origins.has(origin)) {
		res.setHeader("Access-Control-Allow-Origin", origin);
		res.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS);
		res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
	}
	if (req.method !== "OPTIONS" || req.headers["access-control-request-method"] === undefined) return false;
	if (origin !== undefined && origins.has(origin)) {
		res.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE");
		res.setHeader("Access-Control-Allow-Headers", ALLOWED_HEADERS);
		res.setHeader("Access-Control-Max-Age", "600");
	}
	res.writeHead(204).end();
	return true;
}
