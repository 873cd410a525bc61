/**
 * The HTTP server of the gateway, and what is done with every request before its route is looked for: malformed ones are
 * refused and their connection closed, the client's address is computed, what is not asked under a name of ours gets nothing,
 * ids and security headers are set, CORS is exact. Nothing of a body is read here.
 */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { RotatingFiles } from "../../../adapters/certificate-files";
import { failure } from "../../../cluster/errors";
import type { Limits } from "../../../contracts/platform/gateway";
import { refusal } from "../../../domain/platform/request-rules";
import { Call, setCall } from "./call";
import { type Client, Clients } from "./clients";
import { Connections, endBehind } from "./connections";
import { crossOrigin, setHeaders } from "./headers";
import { closed, listen, type Place } from "./listening";
import { Malformed } from "./malformed";
import type { Within } from "./traces";

export interface FrontOptions extends Place {
	/** Addresses and networks of proxies whose word on the client's address counts. */
	readonly trustedProxies: readonly string[];
	/** Origins whose pages may call; all others may not. */
	readonly corsOrigins: readonly string[];
	/** Under which it answers, beside its own address. */
	readonly names: readonly string[];
	/** Its certificate; undefined: it speaks HTTP. */
	readonly certificate?: RotatingFiles | undefined;
	readonly limits: Limits;
	/** The longest that a call may take, in ms. */
	readonly longestCallMs: number;
}

/** What comes of a request. */
export interface Answers {
	/** It was let in. */
	answer(req: IncomingMessage, res: ServerResponse): void;
	refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void;
	/** All that comes of a request is done in it. */
	readonly within: Within;
	/** Something was refused that has no request. */
	counted(code: string): void;
	/** May it be asked for under any name? */
	isForAll(path: string): boolean;
}

export interface Front {
	/** Answers its address. */
	listen(): Promise<string>;
	/** Lets in nothing new, lets what is under way end for at most `graceMs`. @param isAlone nobody else answers meanwhile */
	close(graceMs: number, isAlone: boolean): Promise<void>;
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

/** Beyond the longest call its answer is under way, in ms. */
const BEYOND_CALL_MS = 10_000;

export function openFront(options: FrontOptions, answers: Answers): Front {
	const clients = new Clients(options.trustedProxies, [...options.names, options.host]);
	const connections = new Connections(options.limits, clients);
	const malformed = new Malformed(answers.refuse, answers.counted);
	const letIn = admission(options, answers);
	let [isDraining, ended]: [boolean, Promise<void> | undefined] = [false, undefined];
	const take = (req: IncomingMessage, res: ServerResponse): void => {
		const shares = connections.begin(req, res);
		if (!shares) return;
		malformed.watch(req, res);
		// Node's parser drops what came in one piece with a request for an upgrade: nothing may follow it.
		if (isDraining || req.headers.upgrade !== undefined) res.setHeader("Connection", "close");
		const correlationId = correlationIdOf(req);
		const client = clients.of(req);
		setCall(req, new Call(client, correlationId, shares));
		setHeaders(req, res, correlationId);
		answers.within(req, res, correlationId, () => {
			try {
				connections.admit(req, res, client.client, shares, isHealth(pathOf(req)));
				letIn(req, res, client);
			} catch (error) {
				answers.refuse(req, res, error);
			}
		});
	};
	const server = serverOf(options, take);
	server.on("clientError", malformed.hear);
	// Before the handshake there is nothing to say it in.
	const refuse = options.certificate ? malformed.dropConnection : malformed.refuseConnection;
	connections.watch(server, refuse, () => answers.counted("OVERLOADED"));
	return {
		listen: () => listen(server, options),
		close: (graceMs, isAlone) => {
			// Told before nobody comes in any more, clients would come again by the hundred, and be cut off at the door.
			ended ??= closed(server, { graceMs, isAlone, shut: () => (isDraining = true) });
			return ended;
		}
	};
}

function serverOf({ limits, longestCallMs, certificate }: FrontOptions, take: RequestListener): Server {
	const server = certificate ? encrypted(certificate, take) : createServer(LIMITS, take);
	// Some versions of Node leave out what stands behind the two thousandth header.
	server.maxHeadersCount = 0;
	// Nothing waits for ever for a client that does not read.
	server.timeout = Math.max(limits.idleMs, longestCallMs + BEYOND_CALL_MS);
	// Whoever asks whether to send a body is answered when that is known.
	server.on("checkContinue", take);
	server.on("checkExpectation", take);
	return server;
}

/** What Node's own default is already, said for whoever changes that by a flag. */
const TLS = { minVersion: "TLSv1.2" } as const;
const HANDSHAKE_MS = 10_000;

/** A certificate that is replaced is shown from the next connection on; those that stand stay. */
function encrypted(certificate: RotatingFiles, take: RequestListener): Server {
	const asks = { requestCert: true, rejectUnauthorized: true };
	const { now } = certificate;
	const options = { ...LIMITS, ...TLS, ...now, ...(now.ca && asks), handshakeTimeout: HANDSHAKE_MS };
	const server = createTlsServer(options, take);
	certificate.onChange(material => server.setSecureContext({ ...TLS, ...material }));
	return server;
}

/** What a request must be before it is answered: well formed, under a name of ours, from a page that may ask. */
function admission({ setting, corsOrigins }: FrontOptions, { answer, isForAll }: Answers) {
	const origins = new Set(corsOrigins);
	return (req: IncomingMessage, res: ServerResponse, { isOwnName }: Client): void => {
		const reason = refusal(req as IncomingMessage & { url: string; method: string });
		if (reason !== undefined) {
			endBehind(req, res);
			throw failure("REQUEST_INVALID", reason);
		}
		if (!isOwnName && !isForAll(pathOf(req))) throw foreign(setting);
		if (!crossOrigin(req, res, origins)) answer(req, res);
	};
}

const isHealth = (path: string): boolean => /^\/(live|ready|health)(\/|$)/.test(path);

/** Without the query. */
export const pathOf = ({ url = "/" }: Pick<IncomingMessage, "url">): string => {
	const end = url.indexOf("?");
	return end < 0 ? url : url.slice(0, end);
};

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
