/** The routes that the gateway answers by itself: what each says and answers. The gateway serves this list. */

import { type Json, type JsonValue, tableIn } from "../../contracts/json";
import { fields, listOf, OPEN_SCHEMAS, ref, text } from "./open-schemas";

/** An answer, by its media type. */
export interface OpenAnswer {
	readonly description: string;
	readonly type: string;
	readonly schema: Json;
	readonly example: JsonValue;
}
export interface OpenRoute {
	/** The operation's id in the OpenAPI document. */
	readonly id: string;
	readonly method: "GET";
	/** From the root; `:name` is a parameter. */
	readonly path: string;
	readonly says: string;
	/** What each parameter of the path is, with an example. */
	readonly params: Readonly<Record<string, { readonly description: string; readonly example: string }>>;
	readonly answers: Readonly<Record<number, OpenAnswer>>;
	/** It needs an API key, of any scope. */
	readonly keyed?: true;
	/** Statuses that it answers with a problem. */
	readonly problems: readonly number[];
}

const json = (description: string, schema: Json, example: JsonValue): OpenAnswer => ({
	description,
	type: "application/json",
	schema,
	example
});

const health = { status: "up", version: "0.1.0", node: "gateway-1", uptimeSeconds: 86400 };
const extractor = { name: "extractor", status: "up", nodes: ["stages-1", "stages-2"] };
const missing = { name: "importer", status: "down", nodes: [] };
const limit = {
	name: "bodyBytes",
	variable: "GATEWAY_BODY_LIMIT",
	value: 1_048_576,
	unit: "bytes",
	says: "the largest body of a request"
};
const services = fields({ status: ref("HealthState"), services: listOf(ref("ServiceHealth")) });
const readiness = fields(
	{
		ready: { type: "boolean" },
		missing: { ...listOf(text), description: "Services that no node runs now." },
		why: {
			...text,
			description: "What else keeps requests away: since when other nodes, or the database, cannot be reached."
		}
	},
	["why"]
);
const measurements: OpenAnswer = {
	description: "One line a measurement.",
	type: "text/plain",
	schema: text,
	example: "# TYPE moleculer_request_total counter\nmoleculer_request_total 42\n"
};
const NOT_ANSWERED = [429, 500, 503];

type Told = Pick<OpenRoute, "id" | "path" | "says" | "answers"> & Partial<OpenRoute>;
const get = (route: Told): OpenRoute => ({ method: "GET", params: {}, problems: NOT_ANSWERED, ...route });

export const OPEN_ROUTES: readonly OpenRoute[] = [
	get({
		id: "gateway.welcome",
		path: "/",
		says: "What this is, and where to go on.",
		answers: {
			200: json(
				"The addresses to begin with.",
				fields({ name: text, version: text, docs: text, openapi: text, health: text }),
				{
					name: "banyan",
					version: "0.1.0",
					docs: "/docs",
					openapi: "/api/openapi.json",
					health: "/health"
				}
			)
		}
	}),
	get({
		id: "gateway.health",
		path: "/health",
		says: "Whether the cluster does its work, in short.",
		answers: {
			200: json("It does, or most of it.", ref("Health"), health),
			503: json("It does not.", ref("Health"), { ...health, status: "down" })
		},
		problems: [429, 500]
	}),
	get({
		id: "gateway.services",
		path: "/health/services",
		says: "Whether each service of the cluster is there, and on which nodes.",
		answers: {
			200: json("All services.", services, { status: "degraded", services: [extractor, missing] })
		}
	}),
	get({
		id: "gateway.detailed",
		path: "/health/detailed",
		says: "What this node checks of itself: database, memory, disk, and what it needs from outside.",
		answers: {
			200: json(
				"Every check.",
				fields(
					{
						...tableIn(OPEN_SCHEMAS.Health?.properties),
						checks: listOf(ref("Check")),
						services: listOf(ref("ServiceHealth")),
						limits: { ...listOf(ref("Limit")), description: "To a caller with a key: what this node takes at most." }
					},
					["limits"]
				),
				{
					...health,
					checks: [{ name: "disk", status: "up", message: "41 GB of 80 GB are free." }],
					services: [extractor],
					limits: [limit]
				}
			)
		}
	}),
	get({
		id: "gateway.service",
		path: "/health/:service",
		says: "Whether one service is there, and on which nodes.",
		params: { service: { description: "The service's name.", example: "extractor" } },
		answers: {
			200: json("It is.", ref("ServiceHealth"), extractor),
			503: json("No node runs it now.", ref("ServiceHealth"), missing)
		},
		problems: [404, 429, 500]
	}),
	get({
		id: "gateway.live",
		path: "/live",
		says: "This process answers: for those who would restart it.",
		answers: { 200: json("It lives.", fields({ status: { const: "up" } }), { status: "up" }) },
		problems: []
	}),
	get({
		id: "gateway.ready",
		path: "/ready",
		says: "Requests may be sent here: for balancers.",
		answers: {
			200: json("They may.", readiness, { ready: true, missing: [] }),
			503: json("Not now.", readiness, {
				ready: false,
				missing: ["access"],
				why: "Not connected to NATS since 2026-03-01T12:00:00.000Z: other nodes cannot be reached."
			})
		},
		problems: []
	}),
	get({
		id: "gateway.registry",
		path: "/registry",
		says: "The nodes of the cluster and what runs on each.",
		keyed: true,
		problems: [401, ...NOT_ANSWERED],
		answers: {
			200: json("All nodes known here.", fields({ nodes: listOf(ref("RegisteredNode")) }), {
				nodes: [{ id: "stages-1", available: true, services: ["extractor", "importer"] }]
			})
		}
	}),
	get({
		id: "gateway.metrics",
		path: "/metrics",
		says: "Measurements of all nodes, in Prometheus' text format; at METRICS_PORT those of this node.",
		answers: { 200: measurements }
	}),
	get({
		id: "gateway.clusterMetrics",
		path: "/metrics/cluster",
		says: "Measurements of all nodes, at whichever port.",
		answers: { 200: measurements }
	}),
	get({
		id: "gateway.targets",
		path: "/metrics/targets",
		says: "Where each node's own measurements are, for Prometheus' http_sd_configs.",
		answers: {
			200: json(
				"One entry a node.",
				listOf(fields({ targets: listOf(text), labels: { type: "object", additionalProperties: text } })),
				[
					{
						targets: ["10.0.0.7:9464"],
						labels: {
							node: "stages-1",
							group: "stages",
							__scheme__: "http",
							__meta_banyan_version: "0.1.0",
							__meta_banyan_services: ",extractor,importer,"
						}
					}
				]
			)
		}
	}),
	get({
		id: "gateway.openapi",
		path: "/api/openapi.json",
		says: "This document.",
		answers: {
			200: json(
				"OpenAPI 3.1.",
				{ type: "object", required: ["openapi", "info", "paths"] },
				{
					openapi: "3.1.0",
					info: { title: "Banyan", version: "0.1.0" },
					paths: {}
				}
			)
		}
	}),
	get({
		id: "gateway.docs",
		path: "/docs",
		says: "This document to read and to try, in a browser.",
		answers: {
			200: { description: "A page.", type: "text/html", schema: text, example: "<!doctype html><title>Banyan</title>" }
		}
	})
];
