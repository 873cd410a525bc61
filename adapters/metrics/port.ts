/** A node's own port for those who watch it: a few pages, read and never written, and nothing else. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { RotatingFiles } from "../certificate-files";
import { type OwnPort, openOwnPort, type PortPlace, type PortRules } from "../own-port";

const RULES: PortRules = {
	maxHeaderSize: 8 * 1024,
	headersTimeout: 5_000,
	requestTimeout: 10_000,
	keepAliveTimeout: 65_000,
	connectionsCheckingInterval: 5_000,
	idleMs: 70_000,
	connections: 64,
	purpose: "those who read its metrics",
	setting: "METRICS"
};
/** Answers under way at once. */
const MOST_ANSWERS = 16;

/** What is at a path. */
export interface Page {
	/** @default 200 */
	readonly status?: number;
	readonly type: string;
	/** `gzip`, where whoever asks takes that. */
	readonly encoding?: string;
	readonly body: Buffer;
}

export interface Pages {
	/** By path. */
	readonly at: Readonly<Record<string, (req: IncomingMessage) => Promise<Page>>>;
	/** Do they ask for us by a name of ours? */
	isOurs(req: IncomingMessage): boolean;
	/** May they see what is at that path? */
	admits(req: IncomingMessage, path: string): boolean;
	/** A page could not be made. */
	failed(path: string, error: unknown): void;
}

/** @param certificate without one it speaks HTTP @throws PortTaken */
export const openMetricsPort = (place: PortPlace, pages: Pages, certificate?: RotatingFiles): Promise<OwnPort> =>
	openOwnPort(place, RULES, answers(pages), certificate);

type Refusal = readonly [status: number, why: string, headers?: Readonly<Record<string, string>>];

function answers(pages: Pages): (req: IncomingMessage, res: ServerResponse) => void {
	let underWay = 0;
	return (req, res) => {
		const path = (req.url ?? "").split("?", 1)[0] ?? "";
		const refused = refusal(pages, path, req) ?? (underWay < MOST_ANSWERS ? undefined : BUSY);
		if (refused) return refuse(res, refused);
		underWay++;
		res.once("close", () => underWay--);
		answer(pages, path, req, res);
	};
}

const BUSY: Refusal = [503, "Too many ask at once: ask again in a moment.", { "retry-after": "1" }];

function refusal(pages: Pages, path: string, req: IncomingMessage): Refusal | undefined {
	if (!pages.isOurs(req))
		return [421, "This port does not answer under that name: ask it by its address, or by one of GATEWAY_NAMES."];
	if (!Object.hasOwn(pages.at, path))
		return [404, `There is nothing at this address; there is ${Object.keys(pages.at).join(", ")}.`];
	if (req.method !== "GET" && req.method !== "HEAD")
		return [405, "This is read, by GET or HEAD.", { allow: "GET, HEAD" }];
	if (!pages.admits(req, path))
		return [401, "Send the bearer token of METRICS_TOKEN.", { "www-authenticate": 'Bearer realm="metrics"' }];
	return undefined;
}

/** What stands behind it on its connection is not read. */
function refuse(res: ServerResponse, [status, why, headers = {}]: Refusal): void {
	const body = `${why}\n`;
	res.writeHead(status, {
		...{ "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(body) },
		...{ "cache-control": "no-store", "x-content-type-options": "nosniff", connection: "close" },
		...headers
	});
	res.end(body);
}

function answer(pages: Pages, path: string, req: IncomingMessage, res: ServerResponse): void {
	pages.at[path]?.(req).then(
		({ status = 200, type, encoding, body }) => {
			res.writeHead(status, {
				...{ "content-type": type, "content-length": body.length, vary: "Accept, Accept-Encoding" },
				...(encoding !== undefined && { "content-encoding": encoding }),
				...{ "cache-control": "no-store", "x-content-type-options": "nosniff" }
			});
			res.end(req.method === "HEAD" ? undefined : body);
		},
		(error: unknown) => {
			pages.failed(path, error);
			refuse(res, [500, "It cannot be told now; the log of this node says why."]);
		}
	);
}
