/** The params of an action out of a request: path, query and body, each field from one place. */

import type { ServerResponse } from "node:http";
import { failure } from "../../../cluster/errors";
import type { Route } from "../../../domain/platform/routes";
import type { WebRequest } from "../../../mixins/web.mixin";
import { header } from "./call";

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const YAML_TYPE = /^(?:application|text)\/(?:x-)?yaml\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** @throws MEDIA_TYPE_UNSUPPORTED · REQUEST_INVALID */
export function paramsOf(req: WebRequest, res: ServerResponse, route: Route, takesDocument: boolean): object {
	const { query = {}, params: path = {}, body } = req.$params;
	if (route.method === "GET" || route.method === "DELETE") return once(textsOf(query), path);
	if (Object.keys(query).length > 0)
		throw failure("REQUEST_INVALID", `A ${route.method} request takes its fields in the body, not in the query.`);
	return once(bodyOf(req, res, body, takesDocument), path);
}

/** An address carries text: no lists, and no fields within fields. */
function textsOf(query: Readonly<Record<string, unknown>>): object {
	const other = Object.keys(query).find(name => typeof query[name] !== "string");
	if (other !== undefined) throw failure("REQUEST_INVALID", `The field '${other}' stands once, and is a text.`);
	return { ...query };
}

function bodyOf(req: WebRequest, res: ServerResponse, body: unknown, takesDocument: boolean): object {
	const length = header(req, "content-length");
	if ((length === undefined || length === "0") && header(req, "transfer-encoding") === undefined) return {};
	const type = header(req, "content-type") ?? "";
	if (takesDocument && YAML_TYPE.test(type) && typeof body === "string") return { document: body };
	if (!JSON_TYPE.test(type)) {
		// The body was not read: the connection cannot go on behind it.
		res.setHeader("Connection", "close");
		throw failure(
			"MEDIA_TYPE_UNSUPPORTED",
			`Send the body as application/json${takesDocument ? ", or the definition alone as application/yaml" : ""}.`
		);
	}
	if (body === null || typeof body !== "object" || Array.isArray(body))
		throw failure("REQUEST_INVALID", "The body is a JSON object.");
	return body;
}

function once(fields: object, path: Readonly<Record<string, string>>): object {
	const twice = Object.keys(path).find(name => Object.hasOwn(fields, name));
	if (twice) throw failure("REQUEST_INVALID", `The field '${twice}' stands in the path: leave it out elsewhere.`);
	return { ...fields, ...path };
}

/** Drops what would set a prototype. */
export const reviver = (key: string, value: unknown): unknown => (key === "__proto__" ? undefined : value);
export { YAML_TYPE };
