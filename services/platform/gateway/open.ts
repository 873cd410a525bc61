/** The routes that belong to the gateway itself: health, metrics, documents. All but the registry need no key. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Broker } from "../../../cluster";
import { settingsFor } from "../../../cluster/settings";
import { shared } from "../../../cluster/shared";
import { CONTRACTS } from "../../../contracts/cluster";
import { INTRODUCTION } from "../../../contracts/documents";
import { gateway } from "../../../contracts/platform/gateway";
import type { CodeWords } from "../../../domain/meaning";
import { DOCS_FILES, DOCS_PAGE, DOCS_POLICY, DOCS_SCRIPT, DOCS_STYLE } from "../../../domain/platform/docs-page";
import { OPEN_ROUTES } from "../../../domain/platform/open-routes";
import { openApi } from "../../../domain/platform/openapi";
import { lossesPage, PAGES_STYLE, PROBLEMS_PAGE } from "../../../domain/platform/reading-pages";
import { codeWords } from "../../../mixins/systems";
import type { WebHandler, WebResponse } from "../../../mixins/web.mixin";
import { version } from "../../../package.json";
import type { Authentication } from "./authentication";
import { detailsOf, healthOf, limitsOf, nodesOf, worstOf } from "./health";
import type { LoopDelay } from "./loop-delay";
import { metricsRoutes } from "./metrics";
import type { Sheds } from "./shedding";
import { type Readiness, serviceHealth, servicesOf } from "./standing";
import { json, told } from "./telling";
import { Watchers } from "./watchers";

/** The longest that what is said of services is kept, in ms. */
const LOOKED_MS = 500;

interface Means {
	readonly broker: Broker;
	/** Admits callers of what is not open. */
	readonly callers: Authentication;
	readonly delay: LoopDelay;
	readonly sheds: Sheds;
	readonly readiness: Readiness;
	/** Metrics and details need a key. */
	readonly keyed: boolean;
}

export function openRoutes({ broker, callers, delay, sheds, readiness, keyed }: Means): Record<string, WebHandler> {
	const document = Buffer.from(
		JSON.stringify(openApi(CONTRACTS, { title: "Banyan", version, description: INTRODUCTION }))
	);
	const { sharedMs } = settingsFor(broker, gateway);
	const details = shared(sharedMs, () => detailsOf(broker, delay, sheds.state));
	// Whether it is well is nobody's secret, and not to be out of date for long.
	const services = shared(Math.min(sharedMs, LOOKED_MS), () => servicesOf(broker));
	const health = shared(Math.min(sharedMs, LOOKED_MS), () => healthOf(broker));
	const watchers = new Watchers(broker, callers, keyed);
	const handlers: Record<string, WebHandler> = {
		"gateway.welcome": json(() => ({
			name: "banyan",
			version,
			docs: "/docs",
			openapi: "/api/openapi.json",
			health: "/health"
		})),
		"gateway.live": json(() => ({ status: "up" })),
		"gateway.ready": json((_, res) => {
			const said = readiness.state;
			res.statusCode = said.ready ? 200 : 503;
			return said;
		}),
		"gateway.health": json(async (_, res) => graded(res, await health())),
		"gateway.services": json(async () => {
			const all = await services();
			return { status: worstOf(all), services: all };
		}),
		"gateway.detailed": json(async req => {
			await watchers.admit(req);
			return {
				...((await details()) as object),
				// What would tell an attacker how far they may go.
				...((await watchers.isKnown(req)) && { limits: limitsOf(broker) })
			};
		}),
		"gateway.service": json(async (req, res) =>
			graded(res, serviceHealth(await services(), String(req.$params.params?.service)))
		),
		"gateway.registry": json(async req => {
			await callers.admit(req);
			return nodesOf(broker);
		}),
		...metricsRoutes(broker, watchers),
		"gateway.openapi": told("application/json; charset=utf-8", () => document),
		"gateway.docs": page("text/html; charset=utf-8", Buffer.from(DOCS_PAGE), "no-cache")
	};
	return { ...listed(handlers), ...docsFiles(codeWords(broker)) };
}

/** Those of the documented list. */
function listed(handlers: Readonly<Record<string, WebHandler>>): Record<string, WebHandler> {
	return Object.fromEntries(
		OPEN_ROUTES.map(({ id, method, path }) => {
			const handler = handlers[id];
			if (!handler) throw new Error(`The documented route ${method} ${path} has no handler.`);
			return [`${method} ${path}`, handler];
		})
	);
}

/** What the page is made of, read once. */
function docsFiles(words: CodeWords): Record<string, WebHandler> {
	const folder = dirname(require.resolve("swagger-ui-dist/package.json"));
	const files = Object.entries(DOCS_FILES).map(([name, type]) => {
		const bytes = readFileSync(join(folder, name));
		return [`GET /docs/${name}`, page(type, bytes, "public, max-age=3600")] as const;
	});
	return {
		"GET /docs/problems": page("text/html; charset=utf-8", Buffer.from(PROBLEMS_PAGE), "no-cache"),
		"GET /docs/losses": page("text/html; charset=utf-8", Buffer.from(lossesPage(words)), "no-cache"),
		"GET /docs/pages.css": page("text/css; charset=utf-8", Buffer.from(PAGES_STYLE), "no-cache"),
		"GET /docs/docs.css": page("text/css; charset=utf-8", Buffer.from(DOCS_STYLE), "no-cache"),
		"GET /docs/begin.js": page("text/javascript; charset=utf-8", Buffer.from(DOCS_SCRIPT), "no-cache"),
		...Object.fromEntries(files)
	};
}

const graded = <S extends { readonly status: string }>(res: WebResponse, said: S): S => {
	res.statusCode = said.status === "down" ? 503 : 200;
	return said;
};

const page = (type: string, bytes: Buffer, caching: string): WebHandler =>
	told(type, (_, res) => {
		res.setHeader("Content-Security-Policy", DOCS_POLICY);
		res.setHeader("Cache-Control", caching);
		return bytes;
	});
