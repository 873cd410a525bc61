/** OpenTelemetry's own variables, as many as are heeded, and the files that two of them may be in. */

import type { NodeVariable } from "../../contracts/node-variables";
import type { Variable } from "../environment";
import { number, oneOf, path, text } from "../forms";
import { HEADERS_FORM, readHeaders } from "./headers";

const RATIO = /^(?:0(?:\.\d+)?|1(?:\.0+)?|\.\d+)$/;

export const TRACING = {
	OTEL_EXPORTER_OTLP_ENDPOINT: {
		says: "where traces are sent, by OTLP over HTTP; /v1/traces is added; without it nothing is traced",
		must: "an address, as http://localhost:4318 or https://collector.example.com, without user and password, query and fragment",
		fallback: null,
		read: value => (isEndpoint(value) ? new URL(value) : undefined),
		// Somebody may have put a login there.
		secret: true
	},
	OTEL_EXPORTER_OTLP_HEADERS: {
		says: "headers that the collector wants, a key for example",
		must: HEADERS_FORM,
		fallback: null,
		read: readHeaders,
		secret: true
	},
	OTEL_EXPORTER_OTLP_HEADERS_FILE: { says: "a file with those headers", fallback: null, ...path },
	OTEL_EXPORTER_OTLP_CERTIFICATE: {
		says: "with https://, a PEM file of the authorities to trust in place of the usual ones",
		fallback: null,
		...path
	},
	OTEL_EXPORTER_OTLP_INSECURE: {
		says: "true: headers may go over a network without TLS",
		fallback: "false",
		...oneOf("true", "false")
	},
	OTEL_EXPORTER_OTLP_PROTOCOL: {
		says: "how traces are sent",
		must: "http/protobuf, the only one spoken here",
		fallback: "http/protobuf",
		read: value => (value === "http/protobuf" ? value : undefined)
	},
	OTEL_EXPORTER_OTLP_TIMEOUT: {
		says: "how long a batch of traces is tried to be sent",
		fallback: "10000",
		...number(100, 60_000, "ms")
	},
	OTEL_BSP_SCHEDULE_DELAY: {
		says: "how long spans are gathered until they are sent",
		fallback: "2000",
		...number(10, 60_000, "ms")
	},
	OTEL_TRACES_SAMPLER_ARG: {
		says: "which share of the traces that begin here is recorded; what others began is as they decided",
		must: "a number from 0 to 1, as 0.1",
		fallback: "0.1",
		read: value => (RATIO.test(value) ? Number(value) : undefined)
	},
	OTEL_SERVICE_NAME: {
		says: "what this node is called in traces: the name of its group, for example",
		fallback: "banyan",
		...text(/^[\w.-]{1,64}$/, "up to 64 letters, digits, dots, - and _")
	}
} as const satisfies Partial<Record<NodeVariable, Variable<unknown>>>;

function isEndpoint(value: string): boolean {
	if (!URL.canParse(value)) return false;
	const { protocol, username, password, search, hash } = new URL(value);
	return /^https?:$/.test(protocol) && [username, password, search, hash].every(part => part === "");
}
