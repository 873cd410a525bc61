/** Where a request goes and why, found by what would answer it. It calls nothing. */

import type { JsonValue } from "../../../contracts/json";
import type { DataRoute, RouteTable } from "../../../contracts/platform/route-forms";
import type { RouteExplanation } from "../../../contracts/platform/route-samples";
import type { Fault } from "../problem";
import { refusal } from "../request-rules";
import { BASE, type Route } from "../routes";
import { type Asking, unmet } from "./conditions";
import { type Evaluate, ShapeBroken } from "./evaluated";
import { type Matched, RouteIndex } from "./matching";
import type { Checks } from "./proof";
import { fieldsOfForm, headersFor, paramsOf, type ShapedRequest } from "./shaping";
import { overlap, segmentsOf, type Template, templateOf } from "./templates";
import type { World } from "./world";

export interface Asked {
	readonly method: string;
	readonly path: string;
	readonly host?: string | undefined;
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly body?: JsonValue | undefined;
}

interface Known {
	readonly revision: number;
	readonly table: RouteTable;
	readonly world: World;
	readonly evaluate: Evaluate;
	readonly checks: Checks;
}

type Decided = Omit<RouteExplanation, "revision" | "limits" | "cache"> & { readonly target?: Route };

/** In the order in which the gateway looks. */
export async function explained(asked: Asked, known: Known): Promise<RouteExplanation> {
	const [path = "", query = ""] = asked.path.split(/\?(.*)/s, 2);
	const headers = Object.fromEntries(
		Object.entries(asked.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
	);
	const asking: Asking = { method: asked.method, path, host: asked.host ?? "", headers };
	const { target: _, ...decided } =
		malformed(asked) ??
		ownIn(asking, known) ??
		rawIn(asking, known) ??
		(await dataIn(asking, { query, body: asked.body ?? null }, known)) ??
		nothingIn(asking, known);
	return { revision: known.revision, ...decided, limits: null, cache: null };
}

const NOTHING = {
	route: null,
	action: null,
	permission: null,
	params: null,
	faults: [],
	considered: [],
	wouldChange: []
} as const;

function malformed({ method, path }: Asked): Decided | undefined {
	const reason = refusal({ method, url: path, httpVersion: "1.1", rawHeaders: ["host", "explained"] });
	return reason === undefined
		? undefined
		: {
				...NOTHING,
				outcome: "refused",
				rule: `The gateway refuses the request before it looks where it goes: ${reason}`
			};
}

const isMet = (template: Template, path: string): boolean => {
	const segments = segmentsOf(path);
	return (
		segments !== undefined &&
		overlap(
			template,
			segments.map(word => ({ word }))
		) &&
		!segments.includes("")
	);
};

const words = (path: string): number => templateOf(path).filter(({ word }) => word !== undefined).length;

/** The server's own; a word of an address comes before a field. */
function ownAt(path: string, { world }: Known): Route[] {
	const met = world.routes.filter(route => isMet(templateOf(route.path), path));
	const most = Math.max(...met.map(route => words(route.path)));
	return met.filter(route => words(route.path) === most);
}

const isMethod = (method: string, asked: string): boolean => method === asked || (asked === "HEAD" && method === "GET");

function ownIn(asking: Asking, known: Known): Decided | undefined {
	const all = ownAt(asking.path, known);
	const route = all.find(({ method }) => isMethod(method, asking.method));
	if (route) return ownFound(route, asking.path);
	if (all.length === 0) return undefined;
	const methods = all.map(({ method }) => method).join(", ");
	return {
		...NOTHING,
		outcome: "method",
		rule: `The server's own ${asking.path} knows ${methods}.`,
		wouldChange: [`Ask with ${methods}.`]
	};
}

const ownFound = (route: Route, path: string): Decided => ({
	...NOTHING,
	outcome: "own",
	rule: `The server's own route ${route.method} ${route.path} answers ${path}: no route of an older API takes its address.`,
	action: route.action,
	permission: route.permission,
	target: route
});

function rawIn({ path }: Asking, { world }: Known): Decided | undefined {
	const raw = world.raws.find(each => each.path.test(path));
	return (
		raw && {
			...NOTHING,
			outcome: "raw",
			rule: `It is one of the addresses of ${raw.called}.`,
			action: raw.action,
			permission: "public"
		}
	);
}

async function dataIn(
	asking: Asking,
	{ query, body }: { readonly query: string; readonly body: JsonValue },
	known: Known
): Promise<Decided | undefined> {
	const index = new RouteIndex(known.table);
	const found = index.find(asking);
	if (!found) return undefined;
	const target = known.world.targets.get(found.route.action)?.route;
	const request: ShapedRequest = {
		method: asking.method,
		path: found.path,
		query: fieldsOfForm(query),
		headers: headersFor(asking.headers),
		body: typeof body === "string" && found.route.request?.body !== "json" ? fieldsOfForm(body) : body
	};
	return {
		...found_(found, asking, index, target),
		...(await paramsIn(found.route, request, known)),
		...(target && { target })
	};
}

const found_ = (
	{ route }: Matched,
	asking: Asking,
	index: RouteIndex,
	target: Route | undefined
): Omit<Decided, "params" | "faults"> => ({
	outcome: "route",
	rule: `The route '${route.id}' matches: ${route.match.method} ${route.match.path}${conditionsText(route)}.`,
	route: route.id,
	action: route.action,
	permission: target?.permission ?? null,
	considered: consideredIn(index, asking, route),
	wouldChange: [
		`Remove the route '${route.id}', and ${index.at(asking.path).length > 1 ? "another one may answer" : "nothing is at this address"}.`
	]
});

const conditionsText = ({ match: { host, version, header } }: DataRoute): string =>
	[
		host === undefined ? "" : `, host ${host}`,
		version === undefined ? "" : `, version ${version}`,
		header ? `, header ${header.name}: ${header.value}` : ""
	].join("");

const consideredIn = (index: RouteIndex, asking: Asking, taken?: DataRoute): { route: string; why: string }[] =>
	index
		.at(asking.path)
		.filter(route => route !== taken)
		.map(route => ({
			route: route.id,
			why: isMethod(route.match.method, asking.method)
				? (unmet(route.match, asking) ??
					"Another one with this address is asked first: a word before a field, more conditions before fewer.")
				: `It answers ${route.match.method}.`
		}));

async function paramsIn(
	route: DataRoute,
	request: ShapedRequest,
	{ evaluate, checks }: Known
): Promise<{ params: JsonValue; faults: Fault[] }> {
	try {
		const params = await paramsOf(route, request, evaluate);
		const refused = checks.params(route.action, params);
		return {
			params: params as JsonValue,
			faults: refused === undefined ? [] : [{ field: "params", message: refused }]
		};
	} catch (error) {
		if (!(error instanceof ShapeBroken)) throw error;
		return { params: null, faults: [{ field: error.place, message: error.fault.message }] };
	}
}

function nothingIn(asking: Asking, { table }: Known): Decided {
	const index = new RouteIndex(table);
	const considered = consideredIn(index, asking);
	const outcome = considered.length > 0 ? "method" : "none";
	return {
		...NOTHING,
		outcome: index.at(asking.path).some(({ match }) => isMethod(match.method, asking.method)) ? "none" : outcome,
		rule: asking.path.startsWith(BASE) ? "No action has this address." : "Nothing is at this address.",
		considered,
		wouldChange: considered.length > 0 ? considered.map(({ why }) => why) : ["Set a route with this method and path."]
	};
}
