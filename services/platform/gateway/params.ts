/** The params of an action out of a request: path, query and body, each field from one place. */

import { failure } from "../../../cluster/errors";
import type { Route } from "../../../domain/platform/routes";
import type { WebRequest } from "../../../mixins/web.mixin";
import { hasBody } from "./bodies";

/** @param readBody only where the request has one, and all else is as it must be @throws REQUEST_INVALID, and what `readBody` does */
export function paramsOf(req: WebRequest, route: Route, readBody: () => Promise<object>): object | Promise<object> {
	const { query = {}, params: path = {} } = req.$params;
	if (route.method === "GET" || route.method === "DELETE") return once(textsOf(knownOf(query, route)), path);
	if (Object.keys(query).length > 0)
		throw failure("REQUEST_INVALID", `A ${route.method} request takes its fields in the body, not in the query.`);
	return hasBody(req) ? readBody().then(fields => once(fields, path)) : once({}, path);
}

const knownOf = <T>(query: Readonly<Record<string, T>>, { known }: Route): Readonly<Record<string, T>> =>
	known === null ? query : Object.fromEntries(Object.entries(query).filter(([field]) => known.includes(field)));

/** An address carries text: no lists, and no fields within fields. */
function textsOf(query: Readonly<Record<string, unknown>>): object {
	const other = Object.keys(query).find(name => typeof query[name] !== "string");
	if (other !== undefined) throw failure("REQUEST_INVALID", `The field '${other}' stands once, and is a text.`);
	return { ...query };
}

function once(fields: object, path: Readonly<Record<string, string>>): object {
	const twice = Object.keys(path).find(name => Object.hasOwn(fields, name));
	if (twice) throw failure("REQUEST_INVALID", `The field '${twice}' stands in the path: leave it out elsewhere.`);
	return { ...fields, ...path };
}
