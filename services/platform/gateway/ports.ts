/**
 * Where raw requests are answered: others speak through them, so an operator may give them an origin of their own, by a port
 * or by names (`LINKS_PORT`, `LINKS_NAMES`). There nothing else is answered, and they are nowhere else.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { RotatingFiles } from "../../../adapters/certificate-files";
import type { Gateway } from "../../../cluster/settings";
import { isListed, readHost, readOwnName } from "../../../domain/platform/own-names";
import { callOf } from "./call";
import type { RawHere } from "./dispatch";
import { type Answers, type Front, type FrontOptions, openFront } from "./front";
import { rawUnderAnyName } from "./names";

/** At the gateway's own port. */
function rawAt({ links: { names, port } }: Gateway): (req: Pick<IncomingMessage, "headers">) => RawHere {
	if (port !== null) return () => "none";
	if (names.length === 0) return () => "too";
	const listed = names.flatMap(name => readOwnName(name) ?? []);
	return req => {
		const host = readHost(callOf(req).host);
		return host && isListed(host, listed) ? "alone" : "none";
	};
}

/** All names under which something is answered at the gateway's own port. */
const namesAt = ({ names, links }: Gateway): readonly string[] =>
	links.port === null ? [...names, ...links.names] : names;

/** What may have a port of its own. */
const APART: ReadonlySet<string> = new Set(["/metrics", "/metrics/cluster", "/metrics/targets", "/health/detailed"]);

/** What every node answers at its port of metrics, too. */
const EVERYWHERE: ReadonlySet<string> = new Set(["/live", "/ready"]);

/** Requests that came to the port of metrics: there `/metrics` is this node's own, as at every node. */
const AT_METRICS = new WeakSet<object>();
export const isAtMetrics = (req: object): boolean => AT_METRICS.has(req);

interface Hearing extends Pick<Answers, "refuse" | "counted" | "within"> {
	/** A request that was let in. @param isHere which paths of routes are answered */
	take(req: IncomingMessage, res: ServerResponse, isHere: (path: string) => boolean, raw: RawHere): void;
	isRaw(path: string): boolean;
	/** What raw requests are for, in sentences. */
	readonly called: string;
	/** To whoever runs it. */
	tell(sentence: string): void;
}

interface Apart {
	readonly front: Front;
	readonly says: string;
	readonly isMetrics?: true;
}

export interface Ports {
	readonly front: Front;
	/** Of what it shows. */
	readonly certificates: readonly RotatingFiles[];
	/** Those of one thing alone. */
	readonly apart: readonly Apart[];
}

/** The gateway's ports. */
export function openPorts(
	options: Gateway,
	bounds: Pick<FrontOptions, "limits" | "longestCallMs">,
	{ take, isRaw, called, tell, ...said }: Hearing
): Ports {
	const { metrics, links, tls } = options;
	const certificates: RotatingFiles[] = [];
	/** @param isAsked clients show one, too, where that is set */
	const shown = (isAsked: boolean): RotatingFiles | undefined => {
		if (tls === null) return undefined;
		const files = new RotatingFiles(isAsked ? tls : { ...tls, caFile: null }, tell);
		certificates.push(files);
		return files;
	};
	const common = { ...options, ...bounds, certificate: shown(true) };
	const rawHere = rawAt(options);
	const isMetrics = (path: string): boolean => APART.has(path);
	const isHere = (path: string): boolean => metrics.port === null || !isMetrics(path);
	const front = openFront(
		{ ...common, names: namesAt(options) },
		{
			...said,
			answer: (req, res) => take(req, res, isHere, rawHere(req)),
			isForAll: path => rawUnderAnyName(options) && isRaw(path)
		}
	);
	const apart: Apart[] = [];
	if (metrics.port !== null) {
		const place = { ...common, host: metrics.host, port: metrics.port, setting: "METRICS" };
		const answers: Answers = {
			...said,
			answer: (req, res) => {
				AT_METRICS.add(req);
				take(req, res, path => isMetrics(path) || EVERYWHERE.has(path), "none");
			},
			isForAll: () => false
		};
		apart.push({ front: openFront(place, answers), says: "Metrics and details of health are", isMetrics: true });
	}
	if (links.port !== null) {
		const names = links.names.length > 0 ? links.names : options.names;
		const place = { ...common, ...links, certificate: shown(false), names, port: links.port, setting: "LINKS" };
		const isForAll = (): boolean => names.length === 0;
		const answers: Answers = { ...said, answer: (req, res) => take(req, res, isHere, "alone"), isForAll };
		apart.push({
			front: openFront(place, answers),
			says: `${called.charAt(0).toUpperCase()}${called.slice(1)} are answered`
		});
	}
	return { front, apart, certificates };
}
