/** A port of a node's own, beside the gateway's: for other nodes, and for those who watch it. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { codeOf } from "../domain/unknown";
import type { RotatingFiles } from "./certificate-files";
import { networkRead } from "./idle-connections";

export interface PortPlace {
	/** Where it listens. */
	readonly host: string;
	/** 0: a free one. */
	readonly port: number;
	/** What others call it. */
	readonly called: string;
}

export interface PortRules extends ServerOptions {
	/** Who takes nothing for so long is let go, in ms. */
	readonly idleMs: number;
	/** More are not taken. */
	readonly connections: number;
	/** Whom it is for, as a part of a sentence. */
	readonly purpose: string;
	/** What its settings begin with: `METRICS` of `METRICS_HOST` and `METRICS_PORT`. */
	readonly setting: string;
}

export interface OwnPort {
	/** What others call it. */
	readonly host: string;
	readonly port: number;
	/** What is under way ends first, for so long. */
	close(graceMs: number): Promise<void>;
}

/** The port cannot be opened. */
class PortTaken extends Error {
	override readonly name = "PortTaken";
	readonly type = "UNAVAILABLE";
}

/** @param certificate without one it speaks HTTP @throws PortTaken */
export async function openOwnPort(
	{ host, port, called }: PortPlace,
	{ idleMs, connections, purpose, setting, ...limits }: PortRules,
	take: RequestListener,
	certificate?: RotatingFiles
): Promise<OwnPort> {
	const server = certificate ? encryptedServer(limits, certificate, take) : createServer(limits, take);
	server.timeout = idleMs;
	server.maxConnections = connections;
	try {
		server.listen(port, host);
		await once(server, "listening");
	} catch (error) {
		throw new PortTaken(
			`This node cannot listen on ${host}:${port} for ${purpose} (${codeOf(error)}): set ${setting}_HOST to an address of this machine, and ${setting}_PORT to a free port, or to 0.`
		);
	}
	return { host: called, port: (server.address() as AddressInfo).port, close: graceMs => closed(server, graceMs) };
}

const MUTUAL = { requestCert: true, rejectUnauthorized: true, handshakeTimeout: 10_000 } as const;
const TLS = { minVersion: "TLSv1.2" } as const;

/** Whoever asks shows a certificate of its authority, too; one that is replaced is shown from the next connection on. */
function encryptedServer(limits: ServerOptions, certificate: RotatingFiles, take: RequestListener): Server {
	const server = createTlsServer({ ...limits, ...MUTUAL, ...TLS, ...certificate.now }, take);
	certificate.onChange(material => server.setSecureContext({ ...TLS, ...material }));
	return server;
}

async function closed(server: Server, graceMs: number): Promise<void> {
	await networkRead();
	const over = once(server, "close");
	server.close();
	server.closeIdleConnections();
	const timer = setTimeout(() => server.closeAllConnections(), graceMs);
	await over;
	clearTimeout(timer);
}

/** How it was asked. */
export const schemeOf = ({ socket }: Pick<IncomingMessage, "socket">): "http" | "https" =>
	"encrypted" in socket ? "https" : "http";
