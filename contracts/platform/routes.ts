/** routes: paths, bodies and answers of older APIs as data: each leads to an action, with its shapes. */

import { action, contract } from "../contract";
import { personal } from "../personal";
import {
	CHANGED,
	difference,
	expected,
	KNOWN,
	ordinal,
	paged,
	reason,
	revision,
	revisionPage,
	snapshot
} from "../revisions";
import { shape, type ValueOf } from "../schema";
import { dataRoute, id, routeFields } from "./route-forms";
import { asked, explanation, OLD_LOGIN, OLD_LOGIN_EXPLAINED } from "./route-samples";

export const routeSet = shape(
	"DataRoutes",
	{ ...revision.props, routes: { type: "array", items: dataRoute } },
	"All routes as of a revision."
);
export type RouteSet = ValueOf<typeof routeSet>;

export const routeKept = shape(
	"DataRouteKept",
	{ ...revision.props, route: { ...dataRoute, nullable: true } },
	"A route as of a revision; null: it is gone."
);
export type RouteKept = ValueOf<typeof routeKept>;

const fault = { type: "object", props: { field: "string", message: "string" } } as const;
export const routeTried = shape(
	"DataRouteTried",
	{ ok: "boolean", faults: { type: "array", items: fault } },
	"Whether a route would be kept, and what speaks against it."
);
export type RouteTried = ValueOf<typeof routeTried>;

const READ = "routes:read";
const WRITE = "routes:write";

const FIRST = {
	revision: 1,
	hash: "9b5c0f9a3b8b8f0f5b7b8c2b1f3d7a6e4c2d1b0a9f8e7d6c5b4a39281706f5e4",
	at: "2026-11-27T09:00:00.000Z",
	author: "k-7f3a",
	reason: "the app of 2019 signs in"
} as const;
const { id: OLD_ID, ...OLD_FIELDS } = OLD_LOGIN;

export const routes = contract("platform", "routes", {
	chapter: "Routes",
	scopes: {
		[READ]: "look at routes of older APIs, their history, and where a request would go",
		[WRITE]: "set, remove and roll back routes of older APIs: never what their callers may do"
	},
	errors: {
		ROUTE_NOT_FOUND: {
			status: 404,
			title: "No such route",
			means: "No route of this name is set.",
			todo: "Look at `GET /api/v1/routes`."
		},
		ROUTE_SHAPE_FAILED: {
			status: 502,
			title: "A route's shape failed",
			means:
				"A shape of an older API's route could not be made of this request or answer. The detail names the route, its revision and the place; whether the action was done, too.",
			todo: "Try the request at `POST /api/v1/routes/explain`, and set the route anew with an example of it; or roll back."
		}
	},
	settings: {
		shapeMs: {
			variable: "ROUTE_SHAPE_TIMEOUT",
			rule: "number|integer|min:10|max:60000|default:1000",
			summary: "how long the shapes of one request or answer of an older API's route may take",
			unit: "ms"
		},
		shapeBytes: {
			variable: "ROUTE_SHAPE_LIMIT",
			rule: "number|integer|min:1024|max:16777216|default:1048576",
			summary: "the largest result of a shape; what it reads may be four times that",
			unit: "bytes"
		}
	},
	actions: {
		list: action({
			summary: "All routes of older APIs, as of the newest revision.",
			permission: READ,
			rest: "GET /routes",
			params: {},
			result: routeSet,
			example: { params: {}, result: { ...FIRST, routes: [OLD_LOGIN] } }
		}),
		history: action({
			summary: "The revisions, the newest first.",
			permission: READ,
			rest: "GET /routes/history",
			params: paged,
			result: revisionPage,
			example: { params: {}, result: { items: [FIRST], next: null } }
		}),
		diff: action({
			summary: "What is set otherwise in one revision than in another.",
			permission: READ,
			rest: "GET /routes/diff",
			params: { from: ordinal, to: ordinal },
			result: { type: "array", items: difference },
			example: {
				params: { from: 1, to: 2 },
				result: [{ path: [OLD_ID, "response", "status"], kind: "added", before: null, after: 200 }]
			}
		}),
		get: action({
			summary: "One route, as of the newest revision.",
			permission: READ,
			rest: "GET /routes/:id",
			params: { id },
			result: routeKept,
			example: { params: { id: OLD_ID }, result: { ...FIRST, route: OLD_LOGIN } }
		}),
		set: action({
			summary: "Sets a route, once its examples have proved it.",
			permission: WRITE,
			rest: "PUT /routes/:id",
			idempotent: true,
			params: { id, ...routeFields, expected, reason },
			result: routeKept,
			example: {
				params: { ...OLD_LOGIN, expected: 0, reason: FIRST.reason },
				result: { ...FIRST, route: OLD_LOGIN }
			}
		}),
		remove: action({
			summary: "Removes a route: its address answers nothing any more.",
			permission: WRITE,
			rest: "DELETE /routes/:id",
			params: { id, expected: { ...expected, convert: true }, reason },
			result: routeKept,
			example: {
				params: { id: OLD_ID, expected: 1, reason: "nobody asks for it any more" },
				result: { ...FIRST, revision: 2, reason: "nobody asks for it any more", route: null }
			}
		}),
		rollback: action({
			summary: "Sets all routes as they were as of an earlier revision: a new one, equal byte for byte.",
			permission: WRITE,
			rest: "POST /routes/rollback",
			params: { to: { ...ordinal, convert: false }, expected, reason },
			result: routeSet,
			example: {
				params: { to: 1, expected: 2, reason: "it was asked for after all" },
				result: { ...FIRST, revision: 3, reason: "it was asked for after all", routes: [OLD_LOGIN] }
			}
		}),
		try: action({
			summary: "Says whether a route would be kept, and what speaks against it. Sets nothing.",
			permission: READ,
			rest: "POST /routes/:id/try",
			reads: true,
			params: { id, ...routeFields },
			result: routeTried,
			example: { params: { id: OLD_ID, ...OLD_FIELDS }, result: { ok: true, faults: [] } }
		}),
		explain: action({
			summary: "Says where a request would go, what would be called, and why no other route answers it. Calls nothing.",
			permission: READ,
			rest: "POST /routes/explain",
			reads: true,
			params: asked,
			result: explanation,
			example: OLD_LOGIN_EXPLAINED
		}),
		personal,
		snapshot: action({
			summary: "All that is set as of the newest revision, for a node that follows it.",
			internal: ["gateway"],
			reads: true,
			params: KNOWN,
			result: snapshot
		})
	},
	events: {
		/** A revision is kept. */
		changed: CHANGED
	}
});
