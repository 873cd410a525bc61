/** Calls as the REST routes of the contracts have them, and the address of a server. Pure. */

import { randomUUID } from "node:crypto";
import { CONTRACTS } from "../contracts/cluster";
import { type Route, routesOf } from "../domain/platform/routes";
import { CommandError } from "./command";

const ROUTES: ReadonlyMap<string, Route> = new Map(
	routesOf(CONTRACTS)
		.filter(({ canonical }) => canonical)
		.map(route => [route.action, route])
);

/** An address as `--url` takes it, without the slash at its end. @throws CommandError */
export function serverAddress(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
		throw new CommandError(
			"--url (or BANYAN_URL) is not an address of a server: write http://host:port or https://host, without a login."
		);
	return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** One call as it is sent: the same one however often it is sent, so that it has one effect. */
export interface Request {
	readonly action: string;
	/** Its answer comes after as long as there is to look at. */
	readonly long: boolean;
	/** It may be tried again whatever became of it. */
	readonly idempotent: boolean;
	readonly method: Route["method"];
	/** With its query. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
}

/** @param newKey a fresh Idempotency-Key */
export function requestOf(
	action: string,
	params: Readonly<Record<string, unknown>>,
	newKey: () => string = randomUUID
): Request {
	const route = ROUTES.get(action);
	if (!route)
		throw new CommandError(`A server has no address for ${action}: run this command where its data folder is.`);
	const { method, long, idempotent } = route;
	const path = route.path.replace(/:(\w+)/g, (_, field: string) => segment(params[field], field));
	const rest = Object.entries(params).filter(
		([field, value]) => !route.params.includes(field) && value !== undefined && value !== null
	);
	const keyed = route.reads ? {} : { "idempotency-key": newKey() };
	if (method === "GET" || method === "DELETE") {
		const query = new URLSearchParams(
			rest.map(([field, value]): [string, string] => [field, String(value)])
		).toString();
		return { action, long, idempotent, method, path: query ? `${path}?${query}` : path, headers: keyed };
	}
	return {
		action,
		long,
		idempotent,
		method,
		path,
		headers: { "content-type": "application/json", ...keyed },
		body: JSON.stringify(Object.fromEntries(rest))
	};
}

function segment(value: unknown, field: string): string {
	const text = String(value ?? "");
	if (/^\.{1,2}$/.test(text)) throw new CommandError(`'${text}' is no ${field}.`);
	if (text === "") throw new CommandError(`The ${field} must not be empty.`);
	return encodeURIComponent(text);
}
