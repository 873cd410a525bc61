/** What watches the cluster: its Prometheus' files, and what it says of alerts. */

import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeOwnFile } from "../adapters/own-file";
import { parseJson } from "../contracts/json";
import { isFields, textOf } from "../domain/unknown";
import { environment } from "../environment";
import { type Means, portOf, prometheusFile, rulesFolder } from "./launch";
import { prometheusConfig, rulesFor } from "./prometheus-config";
import type { Member } from "./shape";

/** Seconds between two looks, unless CLUSTER_SCRAPE says otherwise. */
const EVERY_S = 5;
const MOST_S = 60;

/** @throws where CLUSTER_SCRAPE is not of its form */
function everySeconds(): number {
	const { CLUSTER_SCRAPE: text = "" } = environment();
	if (text === "") return EVERY_S;
	const seconds = Number(text);
	if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_S) return seconds;
	throw new Error(`CLUSTER_SCRAPE='${text}' is not valid: it must be whole seconds between two looks, 1 to ${MOST_S}.`);
}

/** Writes what its Prometheus reads, from what is shipped. @param root of this tree */
export function configureWatching(root: string, members: readonly Member[], { place, ports }: Means): void {
	const own = members.find(({ kind }) => kind === "prometheus");
	if (!own) return;
	const everyS = everySeconds();
	const gateways = members.filter(({ kind }) => kind === "gateway").map(member => portOf(ports, member, "http"));
	const [shipped, folder] = [join(root, "monitoring"), rulesFolder(place)];
	const text = readFileSync(join(shipped, "prometheus.yml"), "utf8");
	const watched = { gateways, own: portOf(ports, own, "http"), rules: folder, everyS };
	writeOwnFile(prometheusFile(place), prometheusConfig(text, watched));
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { mode: 0o700 });
	for (const name of readdirSync(join(shipped, "rules")).filter(each => each.endsWith(".yml")))
		writeOwnFile(join(folder, name), rulesFor(readFileSync(join(shipped, "rules", name), "utf8"), everyS));
}

const LIMIT_MS = 2_000;

/** The alerts that fire now, a line each; none where nothing watches. */
export async function firingAt(port: number): Promise<string[]> {
	try {
		const answer = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`, { signal: AbortSignal.timeout(LIMIT_MS) });
		const { data }: { readonly data?: unknown } = parseJson(await answer.text()) as never;
		const alerts: unknown = isFields(data) ? data.alerts : undefined;
		return (Array.isArray(alerts) ? alerts : []).filter(each => textOf(each, "state") === "firing").map(alertLine);
	} catch {
		return [];
	}
}

function alertLine(alert: unknown): string {
	const { labels, annotations } = isFields(alert) ? alert : {};
	return `${textOf(labels, "severity")}: ${textOf(annotations, "summary")} (${textOf(labels, "alertname")})`;
}
