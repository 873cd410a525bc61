/** A port at which nodes of a cluster ask each other: whoever asks shows a certificate of its authority, too. */

import type { IncomingMessage, RequestListener, Server, ServerOptions } from "node:http";
import { createServer } from "node:https";
import type { RotatingFiles } from "./certificate-files";

const MUTUAL = { requestCert: true, rejectUnauthorized: true, handshakeTimeout: 10_000 } as const;
const TLS = { minVersion: "TLSv1.2" } as const;

/** A certificate that is replaced is shown from the next connection on. */
export function encryptedServer(limits: ServerOptions, certificate: RotatingFiles, take: RequestListener): Server {
	const server = createServer({ ...limits, ...MUTUAL, ...TLS, ...certificate.now }, take);
	certificate.onChange(material => server.setSecureContext({ ...TLS, ...material }));
	return server;
}

/** How it was asked. */
export const schemeOf = ({ socket }: Pick<IncomingMessage, "socket">): "http" | "https" =>
	"encrypted" in socket ? "https" : "http";
