/** The REST routes as the contracts state them: one list for the gateway, the OpenAPI document and the README. */

import { SCOPES } from "../../contracts/cluster";
import type { ActionSpec, Answer, Body, Contract, LimitClass, Live, Raw } from "../../contracts/contract";
import { propertyOf } from "../unknown";
import type { Keeping } from "./kept/answer";

/** Addresses beside those of routes, and who answers there. */
export interface RawRoute extends Omit<Raw, "path"> {
	readonly action: string;
	readonly path: RegExp;
	readonly service: string;
	readonly limit: LimitClass;
}

export const rawRoutesOf = (contracts: readonly Contract[]): RawRoute[] =>
	contracts.flatMap(({ name, actions }) =>
		Object.entries(actions).flatMap(([key, { raw }]) => (raw ? [rawRoute(name, key, raw)] : []))
	);

const rawRoute = (service: string, key: string, raw: Raw): RawRoute => ({
	...raw,
	action: `${service}.${key}`,
	path: new RegExp(raw.path),
	service,
	limit: raw.ours ? "public" : "links"
});

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** Permissions that are no scope: nobody asks who calls; whoever is signed in may, with what is their own. */
export const PUBLIC = "public";
export const PERSON = "person";

/** Where canonical paths begin. */
export const BASE = "/api/v1";

export interface Route {
	/** For example `notes.add`. */
	readonly action: string;
	readonly method: Method;
	/** From the root; `:name` is a field of the action's params. */
	readonly path: string;
	/** The scope that the caller must hold; `public`; or `person`, whoever is signed in. */
	readonly permission: string;
	/** Of a person: how many seconds ago they may have proved who they are, at most; null: it does not matter. */
	readonly fresh: number | null;
	/** What it belongs to, as far as it is limited. */
	readonly service: string;
	readonly limit: LimitClass;
	/** It is told where the request comes from. */
	readonly client: boolean;
	/** Cookies of ours that it is told and may set. */
	readonly cookies: readonly string[];
	/** Of an answer. */
	readonly status: 200 | 201 | 202 | 303;
	/** The fields that the path carries, in its order. */
	readonly params: readonly string[];
	/** The only fields of an address that are looked at; null: none is passed over. */
	readonly known: readonly string[] | null;
	/** Null where the method has none. */
	readonly body: Body | null;
	/** The first is for those who say nothing. */
	readonly answers: readonly Answer[];
	/** Of `sse`: the event and the action by their full names. */
	readonly live: Live | null;
	/** Where to look on, from the root; `:name` is a field of the answer, and all of it where a browser is sent there. */
	readonly location: string | null;
	/** Changes nothing. */
	readonly reads: boolean;
	/** May be tried again by whoever got no answer. */
	readonly idempotent: boolean;
	/** A request has to have an `Idempotency-Key`. */
	readonly needsKey: boolean;
	/** As long as there is to look at. */
	readonly long: boolean;
	/** Nothing on the way keeps the answer. */
	readonly secret: boolean;
	/** Null: its answers are not. */
	readonly kept: Keeping | null;
	/** Nothing of it goes on once whoever asked is gone. */
	readonly endsWithCaller: boolean;
	/** False: an alias, which does the same as the canonical route of its action. */
	readonly canonical: boolean;
	/** What it does, in one sentence. */
	readonly summary: string;
}

/** Whether an `Idempotency-Key` is looked at: an answer is kept for a caller, and of what is public nobody asks who calls. */
export const isKeyed = ({ reads, permission }: Pick<Route, "reads" | "permission">): boolean =>
	!reads && permission !== PUBLIC;

/** Where the answer of a route says to look on; null where it says nothing. */
export function locationOf({ location }: Pick<Route, "location">, answer: unknown): string | null {
	if (location === null) return null;
	if (location.startsWith(":")) return String(propertyOf(answer, location.slice(1)));
	return location.replace(/:(\w+)/g, (_, field: string) => encodeURIComponent(String(propertyOf(answer, field))));
}

const REST = new RegExp(`^(${METHODS.join("|")}) ((?:/(?::[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9._-]+))+)$`);

/**
 * All routes, each action's canonical one before its aliases. Throws a sentence where an action does not say who may
 * call it, where a path is malformed or carries what the action does not take, and where two claim the same path.
 */
export function routesOf(contracts: readonly Contract[]): Route[] {
	const scopes = Object.keys(Object.assign({}, SCOPES, ...contracts.map(each => each.scopes)));
	const routes = contracts.flatMap(({ name, actions }) =>
		Object.entries(actions).flatMap(([key, spec]) => routesOfAction(`${name}.${key}`, spec, scopes))
	);
	refuseClashes(routes);
	return routes;
}

function routesOfAction(action: string, spec: ActionSpec, scopes: readonly string[]): Route[] {
	refuseUnsaid(action, spec, scopes);
	if (spec.rest === undefined) return [];
	return [
		route(action, spec, spec.rest, BASE),
		...(spec.aliases ?? []).map(alias => ({ ...route(action, spec, alias, ""), canonical: false }))
	];
}

type Reached = Extract<ActionSpec, { readonly rest: string }>;

/** @throws where it does not say who may call it */
function refuseUnsaid(
	action: string,
	{ permission, internal, rest, aliases, raw }: ActionSpec,
	scopes: readonly string[]
): void {
	if (raw !== undefined && permission === PUBLIC && rest === undefined) return;
	if (internal !== undefined && permission === undefined && rest === undefined && aliases === undefined) return;
	if (internal !== undefined)
		throw new Error(`${action} is internal, so nobody outside reaches it: leave out its permission, rest and aliases.`);
	if (![PUBLIC, PERSON, ...scopes].includes(String(permission)))
		throw new Error(
			`${action} does not say who may call it: its permission is ${JSON.stringify(permission)}; state \`public\`, \`person\`, one of ${scopes.join(", ")}, or a scope that its contract brings (\`scopes\`), or \`internal\` with the services that call it.`
		);
	if (rest === undefined)
		throw new Error(
			`${action} has a permission but no canonical path: state its \`rest\`, or \`internal\` in place of the permission.`
		);
}

function route(action: string, spec: Reached, rest: string, base: string): Route {
	const { method, path, params } = addressIn(rest, action, spec);
	const reads = method === "GET" || spec.reads === true;
	return {
		action,
		method,
		path: base + path,
		permission: spec.permission,
		fresh: spec.fresh ?? null,
		service: action.split(".", 1)[0] ?? action,
		limit: limitOf(spec, reads),
		client: spec.client === true,
		cookies: spec.cookies ?? [],
		status: spec.redirect === undefined ? (spec.status ?? 200) : 303,
		params,
		known: spec.redirect === undefined ? null : Object.keys(spec.params),
		body: hasBody(method) ? (spec.body ?? "json") : null,
		answers: spec.answers ?? ["json"],
		live: spec.live ? inFull(action, spec.live) : null,
		location: locationIn(spec),
		reads,
		idempotent: reads || spec.idempotent === true || spec.keyed === true,
		needsKey: spec.needsKey === true,
		long: spec.long === true,
		secret: spec.secret === true,
		kept: keepingOf(action, spec),
		endsWithCaller: spec.endsWithCaller === true,
		canonical: true,
		summary: spec.summary
	};
}

function limitOf({ limit, permission, long }: Reached, reads: boolean): LimitClass {
	if (limit !== undefined) return limit;
	if (permission === PUBLIC) return "public";
	if (long === true) return "long";
	return reads ? "read" : "write";
}

/** @throws where it is malformed, or carries what the action does not take */
function addressIn(rest: string, action: string, spec: Reached): Pick<Route, "method" | "path" | "params"> {
	const [, method, path] = REST.exec(rest) ?? [];
	if (!isMethod(method) || path === undefined) {
		throw new Error(`The path ${JSON.stringify(rest)} of ${action} is malformed: write \`METHOD /words/:field\`.`);
	}
	const params = [...path.matchAll(/:(\w+)/g)].map(([, field]) => String(field));
	const unknown = params.find(field => !Object.hasOwn(spec.params, field));
	if (unknown) throw new Error(`The path ${JSON.stringify(rest)} carries ${unknown}, which ${action} does not take.`);
	const twice = params.find((field, index) => params.indexOf(field) !== index);
	if (twice) throw new Error(`The path ${JSON.stringify(rest)} of ${action} carries ${twice} twice.`);
	return { method, path, params };
}

const isMethod = (text: string | undefined): text is Method => METHODS.some(method => method === text);

const locationIn = ({ location, redirect }: Reached): string | null => {
	if (redirect !== undefined) return `:${redirect}`;
	return location === undefined ? null : BASE + location;
};

/** GET and DELETE carry all they have to say in the address. */
const hasBody = (method: Method): boolean => method !== "GET" && method !== "DELETE";

const nameIn = (action: string, event: string): string => `${action.split(".", 1)[0]}.${event}`;

function keepingOf(action: string, { cache, stale, shared, permission }: Reached): Keeping | null {
	if ((cache ?? stale) === undefined) return null;
	return {
		seconds: cache?.seconds ?? 0,
		staleSeconds: stale ?? 0,
		isShared: shared === true || permission === PUBLIC,
		until: (cache?.until ?? []).map(event => nameIn(action, event))
	};
}

const inFull = (action: string, { wakes, state, ...live }: Live): Live => {
	const stated = state !== undefined && { state: nameIn(action, state) };
	return { ...live, wakes: nameIn(action, wakes), ...stated };
};

/** What fields are called does not tell two addresses apart. */
export const addressOf = ({ path }: Pick<Route, "path">): string => path.replace(/:\w+/g, ":");

function refuseClashes(routes: readonly Route[]): void {
	const taken = new Map<string, Route>();
	for (const route of routes) {
		const claim = `${route.method} ${addressOf(route)}`;
		const other = taken.get(claim);
		if (other) {
			throw new Error(
				`${route.action} and ${other.action} both claim ${route.method} ${route.path}: give one of them another path.`
			);
		}
		taken.set(claim, route);
	}
}
