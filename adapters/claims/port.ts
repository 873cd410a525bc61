/** A node's own HTTP port: whoever holds a claim fetches there what it stands for, and nobody else gets anything. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import type { RotatingFiles } from "../certificate-files";
import { type OwnPort, openOwnPort, type PortPlace } from "../own-port";
import { frameKeyOf } from "./claim";
import { sealing } from "./frames";
import { Shelf, type ShelfRules } from "./shelf";

const RULES = {
	maxHeaderSize: 4 * 1024,
	headersTimeout: 5_000,
	requestTimeout: 10_000,
	keepAliveTimeout: 30_000,
	connections: 512,
	purpose: "bodies from other nodes",
	setting: "NODE_HTTP"
} as const;

export interface Port extends OwnPort {
	readonly shelf: Shelf;
}

/** @param idleMs how long whoever fetches may take nothing @throws PortTaken */
export async function openPort(
	place: PortPlace,
	idleMs: number,
	rules: ShelfRules,
	certificate?: RotatingFiles
): Promise<Port> {
	const opened: { shelf?: Shelf } = {};
	const take = (req: IncomingMessage, res: ServerResponse): void => answer(opened.shelf, req, res);
	const { host, port, close } = await openOwnPort(place, { ...RULES, idleMs }, take, certificate);
	const shelf = new Shelf({ host, port, ...(certificate && { tls: true }) }, rules);
	opened.shelf = shelf;
	return { shelf, host, port, close: graceMs => close(graceMs).finally(() => shelf.close()) };
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
