/** The REST routes as the contracts state them: one list for the gateway, the OpenAPI document and the README. */

import { type ActionSpec, type Contract, SCOPES, type Scope } from "../../contracts/contract";

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** Where canonical paths begin. */
export const BASE = "/api/v1";

export interface Route {
	/** For example `migration.plan`. */
	readonly action: string;
	readonly method: Method;
	/** From the root; `:name` is a field of the action's params. */
	readonly path: string;
	/** What the caller's key must hold. */
	readonly scope: Scope;
	/** Of an answer. */
	readonly status: 200 | 201 | 202;
	/** The fields that the path carries, in its order. */
	readonly params: readonly string[];
	/** Changes nothing. */
	readonly reads: boolean;
	/** Nothing of it goes on once whoever asked is gone. */
	readonly endsWithCaller: boolean;
	/** False: an alias, which does the same as the canonical route of its action. */
	readonly canonical: boolean;
	/** What it does, in one sentence. */
	readonly says: string;
}

const REST = new RegExp(`^(${METHODS.join("|")}) ((?:/(?::[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9._-]+))+)$`);

/**
 * All routes, each action's canonical one before its aliases. Throws a sentence where an action does not say who may
 * call it, where a path is malformed or carries what the action does not take, and where two claim the same path.
 */
export function routesOf(contracts: readonly Contract[]): Route[] {
	const routes = contracts.flatMap(({ name, actions }) =>
		Object.entries(actions).flatMap(([key, spec]) => routesOfAction(`${name}.${key}`, spec))
	);
	refuseClashes(routes);
	return routes;
}

function routesOfAction(action: string, spec: ActionSpec): Route[] {
	if (!Object.hasOwn(SCOPES, String(spec.scope))) {
		throw new Error(
			`${action} does not say who may call it: its scope is ${JSON.stringify(spec.scope)}; state one of ${Object.keys(SCOPES).join(", ")}.`
		);
	}
	if (spec.rest === undefined) {
		if (spec.aliases?.length) throw new Error(`${action} has aliases but no canonical path: state its \`rest\`.`);
		return [];
	}
	return [
		route(action, spec, spec.rest, BASE),
		...(spec.aliases ?? []).map(alias => ({ ...route(action, spec, alias, ""), canonical: false }))
	];
}

function route(action: string, spec: ActionSpec, rest: string, base: string): Route {
	const [, method, path] = REST.exec(rest) ?? [];
	if (method === undefined || path === undefined) {
		throw new Error(`The path ${JSON.stringify(rest)} of ${action} is malformed: write \`METHOD /words/:field\`.`);
	}
	const params = [...path.matchAll(/:(\w+)/g)].map(([, field]) => String(field));
	const unknown = params.find(field => !Object.hasOwn(spec.params, field));
	if (unknown) throw new Error(`The path ${JSON.stringify(rest)} carries ${unknown}, which ${action} does not take.`);
	const twice = params.find((field, index) => params.indexOf(field) !== index);
	if (twice) throw new Error(`The path ${JSON.stringify(rest)} of ${action} carries ${twice} twice.`);
	return {
		action,
		method: method as Method,
		path: base + path,
		scope: spec.scope,
		status: spec.status ?? 200,
		params,
		reads: method === "GET" || spec.reads === true,
		endsWithCaller: spec.endsWithCaller === true,
		canonical: true,
		says: spec.says ?? ""
	};
}

function refuseClashes(routes: readonly Route[]): void {
	const taken = new Map<string, Route>();
	for (const route of routes) {
		// What a field is called does not tell two paths apart.
		const claim = `${route.method} ${route.path.replace(/:\w+/g, ":")}`;
		const other = taken.get(claim);
		if (other) {
			throw new Error(
				`${route.action} and ${other.action} both claim ${route.method} ${route.path}: give one of them another path.`
			);
		}
		taken.set(claim, route);
	}
}
