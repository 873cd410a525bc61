/** A node's own HTTP port: whoever holds a claim fetches there what it stands for, and nobody else gets anything. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { codeOf } from "../../domain/unknown";
import type { RotatingFiles } from "../certificate-files";
import { encryptedServer } from "../encrypted-server";
import { frameKeyOf } from "./claim";
import { sealing } from "./frames";
import { Shelf, type ShelfRules } from "./shelf";

const LIMITS = { maxHeaderSize: 4 * 1024, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 30_000 };
/** More are not taken. */
const MOST_CONNECTIONS = 512;

export interface PortPlace {
	/** Where it listens. */
	readonly host: string;
	/** 0: a free one. */
	readonly port: number;
	/** What other nodes call it. */
	readonly called: string;
}

export interface Port {
	readonly shelf: Shelf;
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

/** @param idleMs how long whoever fetches may take nothing @throws PortTaken */
export async function openPort(
	{ host, port, called }: PortPlace,
	idleMs: number,
	rules: ShelfRules,
	certificate?: RotatingFiles
): Promise<Port> {
	const opened: { shelf?: Shelf } = {};
	const take = (req: IncomingMessage, res: ServerResponse): void => answer(opened.shelf, req, res);
	const server = certificate ? encryptedServer(LIMITS, certificate, take) : createServer(LIMITS, take);
	server.timeout = idleMs;
	server.maxConnections = MOST_CONNECTIONS;
	await listening(server, host, port);
	const bound = (server.address() as AddressInfo).port;
	const shelf = new Shelf({ host: called, port: bound, ...(certificate && { tls: true }) }, rules);
	opened.shelf = shelf;
	return { shelf, host: called, port: bound, close: graceMs => closed(server, shelf, graceMs) };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
	try {
		server.listen(port, host);
		await once(server, "listening");
	} catch (error) {
		throw new PortTaken(
			`This node cannot listen on ${host}:${port} for bodies from other nodes (${codeOf(error)}): set NODE_HTTP_HOST to an address of this machine, and NODE_HTTP_PORT to a free port, or to 0.`
		);
	}
}

function answer(shelf: Shelf | undefined, req: IncomingMessage, res: ServerResponse): void {
	const [, proof = ""] = /^Claim ([\w-]{43})$/.exec(req.headers.authorization ?? "") ?? [];
	const kept = req.method === "GET" ? shelf?.take((req.url ?? "").slice(1), proof) : undefined;
	if (!kept) {
		// Whoever asks learns nothing of what there is.
		res.writeHead(404, { connection: "close" }).end();
		return;
	}
	res.writeHead(200, { "content-type": "application/octet-stream" });
	// Whoever hangs up ends it at its source; where that breaks, the connection breaks.
	pipeline(kept.body, sealing(frameKeyOf(kept.claim)), res, () => undefined);
}

async function closed(server: Server, shelf: Shelf, graceMs: number): Promise<void> {
	const over = once(server, "close");
	server.close();
	server.closeIdleConnections();
	const timer = setTimeout(() => server.closeAllConnections(), graceMs);
	await over;
	clearTimeout(timer);
	shelf.close();
}
