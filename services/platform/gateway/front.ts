/**
 * The HTTP server of the gateway, and what is done with every request before its route is looked for: malformed ones are
 * refused and their connection closed, the client's address is computed, ids and security headers are set, CORS is exact.
 */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP, Server as NetServer } from "node:net";
import proxyaddr from "proxy-addr";
import { failure } from "../../../cluster/errors";
import { correlated } from "../../../cluster/logging";
import { clientAddress, clientScheme } from "../../../domain/platform/client-address";
import { refusal } from "../../../domain/platform/request-rules";
import { setCall } from "./call";
import { Malformed } from "./malformed";

export interface FrontOptions {
	readonly host: string;
	/** 0 chooses a free one. */
	readonly port: number;
	/** Addresses and networks of proxies whose word on the client's address counts. */
	readonly trustedProxies: readonly string[];
	/** Origins whose pages may call; all others may not. */
	readonly corsOrigins: readonly string[];
}

export interface Front {
	/** Answers its address. */
	listen(): Promise<string>;
	/** Lets in nothing new, lets what is under way end for at most `graceMs`. */
	close(graceMs: number): Promise<void>;
}

type Answer = (req: IncomingMessage, res: ServerResponse) => void;
type Refuse = (req: IncomingMessage, res: ServerResponse, error: unknown) => void;

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
	["Referrer-Policy", "no-referrer"],
	["Cross-Origin-Resource-Policy", "same-origin"],
	["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"]
];

/** While it drains, each answer tells its client to use that connection no more; for so long idle ones are waited for. */
const DRAIN_MS = 200;

/** @param answers in turn: a request that was let in, and one that was not */
export function openFront(options: FrontOptions, answer: Answer, refuse: Refuse): Front {
	const trusts = proxyaddr.compile([...options.trustedProxies]);
	const isOurs = (address: string): boolean => trusts(address, 0);
	const origins = new Set(options.corsOrigins);
	let draining: Promise<void> | undefined;
	const malformed = new Malformed(refuse);
	const take: Answer = (req, res) => {
		malformed.watch(req, res);
		// Node's parser drops what came in one piece with a request for an upgrade: nothing may follow it.
		if (draining || req.headers.upgrade !== undefined) res.setHeader("Connection", "close");
		const correlationId = correlationIdOf(req);
		const hops = hopsOf(req);
		const client = clientAddress(hops, isAddress, isOurs);
		setCall(req, {
			correlationId,
			client,
			scheme: clientScheme(hops, isAddress, isOurs),
			began: performance.now()
		});
		res.setHeader("X-Correlation-ID", correlationId);
		for (const [name, value] of SECURITY) res.setHeader(name, value);
		correlated(correlationId, () => {
			const reason = refusal(req as IncomingMessage & { url: string; method: string });
			if (reason !== undefined) {
				res.setHeader("Connection", "close");
				refuse(req, res, failure("REQUEST_INVALID", reason));
			} else if (!crossOrigin(req, res, origins)) answer(req, res);
		});
	};
	const server = createServer(LIMITS, take);
	// Some versions of Node leave out what stands behind the two thousandth header.
	server.maxHeadersCount = 0;
	server.on("checkExpectation", take);
	server.on("clientError", malformed.hear);
	return {
		listen: () => listen(server, options),
		close: graceMs => {
			draining ??= closed(server, graceMs);
			return draining;
		}
	};
}

/** A caller's own id is kept if it is harmless in a log line. */
const correlationIdOf = (req: IncomingMessage): string => {
	const given = req.headers["x-correlation-id"];
	return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
};

const hopsOf = (req: IncomingMessage) => ({
	peer: req.socket.remoteAddress ?? "",
	forwardedFor: req.headers["x-forwarded-for"] as string | undefined,
	forwarded: req.headers.forwarded,
	forwardedProto: req.headers["x-forwarded-proto"] as string | undefined
});

const isAddress = (text: string): boolean => isIP(text) > 0;

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

function listen(server: Server, { host, port }: FrontOptions): Promise<string> {
	return new Promise((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => reject(listenFault(error, host, port)));
		server.listen(port, host, () => {
			const address = server.address() as { address: string; port: number; family: string };
			resolve(`http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`);
		});
	});
}

function listenFault({ code }: NodeJS.ErrnoException, host: string, port: number): Error {
	const error = new Error(
		code === "EADDRINUSE"
			? `Port ${port} on ${host} is taken: stop what holds it, or set GATEWAY_PORT to another one.`
			: `The gateway cannot listen on ${host}:${port} (${code}): see GATEWAY_HOST and GATEWAY_PORT.`
	);
	// The runner prints it to whoever starts the node: where it was thrown is nothing to him.
	error.stack = "";
	return error;
}

async function closed(server: Server, graceMs: number): Promise<void> {
	if (!server.listening) return;
	// No new connections at once: they are refused, not cut off. HTTP's own `close` would cut off the idle ones, too, among
	// them those whose next request is on its way.
	const ended = new Promise<void>(resolve => {
		NetServer.prototype.close.call(server, () => resolve());
	});
	const idle = setInterval(() => server.closeIdleConnections(), DRAIN_MS);
	const impatient = setTimeout(() => server.closeAllConnections(), graceMs);
	await ended;
	clearInterval(idle);
	clearTimeout(impatient);
}
