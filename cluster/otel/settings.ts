/** Where a node's traces go, read from the environment. */

import { readFileSync } from "node:fs";
import type { Middleware } from "moleculer";
import { withoutEnd } from "../../domain/trim";
import type { tracing as middleware } from "../../middlewares/tracing.middleware";
import { version } from "../../package.json";
import { type Environment, SettingError } from "../environment";
import { fileIn } from "../files";
import { read } from "../variables";
import { HEADERS_FORM, readHeaders } from "./headers";

/** What traces; nothing where traces go nowhere, and OpenTelemetry is not loaded then. @throws SettingError */
export function tracingIn(environment: Environment): Middleware[] {
	const [endpoint, headers] = [read(environment, "OTEL_EXPORTER_OTLP_ENDPOINT"), headersIn(environment)];
	const [caFile, isOpen] = [
		fileIn(environment, "OTEL_EXPORTER_OTLP_CERTIFICATE"),
		read(environment, "OTEL_EXPORTER_OTLP_INSECURE") === "true"
	];
	read(environment, "OTEL_EXPORTER_OTLP_PROTOCOL");
	const exporting = {
		timeoutMs: read(environment, "OTEL_EXPORTER_OTLP_TIMEOUT"),
		everyMs: read(environment, "OTEL_BSP_SCHEDULE_DELAY"),
		ratio: read(environment, "OTEL_TRACES_SAMPLER_ARG"),
		service: read(environment, "OTEL_SERVICE_NAME")
	};
	if (!endpoint) return [];
	if (isHeard(endpoint) && !isOpen && Object.keys(headers).length > 0) throw new SettingError(HEARD);
	const { tracing }: { readonly tracing: typeof middleware } = require("../../middlewares/tracing.middleware");
	const url = `${withoutEnd(endpoint.href, "/")}/v1/traces`;
	return [tracing({ ...exporting, url, headers, ca: caFile === null ? null : readFileSync(caFile) }, version)];
}

const HEARD =
	"OTEL_EXPORTER_OTLP_HEADERS would go over a network without TLS: take https:// in OTEL_EXPORTER_OTLP_ENDPOINT, or set OTEL_EXPORTER_OTLP_INSECURE=true where nobody else reaches that network.";

/** By whoever is on the way. */
const isHeard = ({ protocol, hostname }: URL): boolean =>
	protocol === "http:" && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

function headersIn(environment: Environment): Readonly<Record<string, string>> {
	const [given, file] = [
		read(environment, "OTEL_EXPORTER_OTLP_HEADERS"),
		fileIn(environment, "OTEL_EXPORTER_OTLP_HEADERS_FILE")
	];
	if (given && file !== null)
		throw new SettingError(
			"OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_HEADERS_FILE are both set: take one of them away."
		);
	if (file === null) return given ?? {};
	const headers = readHeaders(readFileSync(file, "utf8").trim());
	if (headers) return headers;
	throw new SettingError(`OTEL_EXPORTER_OTLP_HEADERS_FILE='${file}' holds no headers: they must be ${HEADERS_FORM}.`);
}
