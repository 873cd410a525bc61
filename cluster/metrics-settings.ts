/** Where a node's metrics are read, and by whom, read from the environment. */

import { readFileSync } from "node:fs";
import type { Middleware } from "moleculer";
import type { scraped as middleware } from "../middlewares/scraped.middleware";
import { type Environment, SettingError } from "./environment";
import { fileIn } from "./files";
import { TOKEN_FORM } from "./metrics-variables";
import type { MetricsPlace, MetricsToken, Settings } from "./settings";
import { ownTlsIn } from "./tls-settings";
import { read, VARIABLES } from "./variables";

/** @param nats the host where NATS is; undefined where the node runs alone @throws SettingError */
export function metricsIn(
	environment: Environment,
	nats: string | undefined
): Pick<Settings, "metrics" | "metricsToken" | "targetsFile"> {
	const metricsToken = tokenIn(environment);
	const isForNobody = metricsToken === null && isKeyed(environment);
	const place = placeIn(environment, nats, isForNobody);
	return { metricsToken, targetsFile: read(environment, "METRICS_TARGETS_FILE"), ...(place && { metrics: place }) };
}

/** A token is for nothing where everybody may see them. @throws SettingError */
export const isKeyed = (environment: Environment): boolean =>
	read(environment, "METRICS_ACCESS") === "key" || tokenIn(environment) !== null;

/** One that runs alone opens none unless it is told to; one that could let nobody in, neither. */
function placeIn(environment: Environment, nats: string | undefined, isForNobody: boolean): MetricsPlace | undefined {
	const port = read(environment, "METRICS_PORT");
	if (port === null && (nats === undefined || isForNobody)) return undefined;
	return {
		host: read(environment, "METRICS_HOST"),
		port: port ?? 0,
		isNamed: port !== null,
		isKeyed: isKeyed(environment),
		names: read(environment, "GATEWAY_NAMES") ?? [],
		nats: nats ?? null,
		tls: ownTlsIn(environment)
	};
}

function tokenIn(environment: Environment): MetricsToken | null {
	const [token, file] = [read(environment, "METRICS_TOKEN"), fileIn(environment, "METRICS_TOKEN_FILE")];
	if (token !== null && file !== null)
		throw new SettingError("METRICS_TOKEN and METRICS_TOKEN_FILE are both set: take one of them away.");
	if (file === null) return token === null ? null : { token };
	if (VARIABLES.METRICS_TOKEN?.read(readFileSync(file, "utf8").trim()) !== undefined) return { file };
	throw new SettingError(`METRICS_TOKEN_FILE='${file}' holds no token: it must be ${TOKEN_FORM}.`);
}

/** Loaded with a node that has something to do with them. */
export function scrapedIn({ metrics, targetsFile }: Pick<Settings, "metrics" | "targetsFile">): Middleware[] {
	if (!metrics && targetsFile == null) return [];
	const { scraped }: { readonly scraped: typeof middleware } = require("../middlewares/scraped.middleware");
	return [scraped()];
}
