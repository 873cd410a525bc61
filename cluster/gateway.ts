/** The gateway's settings, read from the environment. */

import type { TlsFiles } from "../adapters/transporter-address";
import { isListed, readOwnName } from "../domain/platform/own-names";
import { type Environment, SettingError } from "./environment";
import { isKeyed } from "./metrics-settings";
import type { Gateway } from "./settings";
import { TLS_NAMES, tlsFilesIn } from "./tls-settings";
import { read } from "./variables";

/** @throws SettingError where links would take the API's name */
export function gatewayIn(environment: Environment): Gateway {
	const gateway = readGateway(environment);
	const { names, links } = gateway;
	const listed = links.names.flatMap(name => readOwnName(name) ?? []);
	const both = names.find(name => {
		const host = readOwnName(name);
		return host !== undefined && isListed(host, listed);
	});
	// By a port of their own they may share a name.
	if (both === undefined || links.port !== null) return gateway;
	throw new SettingError(
		`GATEWAY_NAMES and LINKS_NAMES both hold '${both}': under LINKS_NAMES old links are answered and nothing else, so the API would not be there. Give each a name of its own, or leave it in GATEWAY_NAMES alone, for both.`
	);
}

/** @throws SettingError where clients shall show a certificate over a port that has none itself */
function tlsIn(environment: Environment): TlsFiles | null {
	const files = tlsFilesIn(environment, TLS_NAMES.gateway);
	if (files.certFile !== null) return files;
	if (files.caFile === null) return null;
	throw new SettingError(
		"GATEWAY_CLIENT_CA_FILE asks clients for a certificate, and the gateway has none itself: set GATEWAY_CERT_FILE and GATEWAY_KEY_FILE, too."
	);
}

const readGateway = (environment: Environment): Gateway => ({
	host: read(environment, "GATEWAY_HOST"),
	port: read(environment, "GATEWAY_PORT"),
	tls: tlsIn(environment),
	trustedProxies: read(environment, "GATEWAY_TRUSTED_PROXIES") ?? [],
	corsOrigins: read(environment, "GATEWAY_CORS_ORIGINS") ?? [],
	names: read(environment, "GATEWAY_NAMES") ?? [],
	links: {
		names: read(environment, "LINKS_NAMES") ?? [],
		host: read(environment, "LINKS_HOST"),
		port: read(environment, "LINKS_PORT")
	},
	metrics: {
		keyed: isKeyed(environment),
		host: read(environment, "METRICS_HOST"),
		port: read(environment, "METRICS_PORT")
	}
});
