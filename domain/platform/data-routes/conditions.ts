/** What a route asks of a request beside its method and path. Pure. */

import type { RouteMatch } from "../../../contracts/platform/route-forms";

/** What of a request decides where it goes. */
export interface Asking {
	/** HEAD is asked as GET. */
	readonly method: string;
	/** As it was sent, without its query. */
	readonly path: string;
	/** The name, without a port. */
	readonly host: string;
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

type Conditions = Pick<RouteMatch, "host" | "version" | "header">;

const oneOf = (headers: Asking["headers"], name: string): string | undefined => {
	const value = headers[name];
	return typeof value === "string" ? value : value?.[0];
};

const VERSIONS = ["accept-version", "api-version", "x-api-version"] as const;
/** `application/json; version=2`, `application/vnd.example.v2+json`. */
const ACCEPTED = /;\s*version="?([\w.-]+)|\.v([\w-]+)(?:\+|;|,|$)/i;

/** Which version of an API a request asks for. */
export function versionOf(headers: Asking["headers"]): string | undefined {
	for (const name of VERSIONS) {
		const said = oneOf(headers, name);
		if (said !== undefined) return said.trim();
	}
	const [, param, vendor] = ACCEPTED.exec((oneOf(headers, "accept") ?? "").slice(0, 1_000)) ?? [];
	return param ?? vendor;
}

/** Why a request is not one that is meant, or undefined. */
export function unmet({ host, version, header }: Conditions, asking: Asking): string | undefined {
	if (host !== undefined && host.toLowerCase() !== asking.host.toLowerCase())
		return `It is asked under the host '${host}'.`;
	if (version !== undefined && version !== versionOf(asking.headers))
		return `It is asked for with the version '${version}'.`;
	if (header && oneOf(asking.headers, header.name.toLowerCase()) !== header.value)
		return `It is asked for with the header '${header.name}: ${header.value}'.`;
	return undefined;
}

/** Who is asked first: a host before a version before a header, and more before less. */
export const weightOf = ({ host, version, header }: Conditions): number =>
	(host === undefined ? 0 : 4) + (version === undefined ? 0 : 2) + (header === undefined ? 0 : 1);

/** Could one request be meant by both, and neither be asked first? */
export const areAlike = (one: Conditions, other: Conditions): boolean =>
	weightOf(one) === weightOf(other) &&
	one.host?.toLowerCase() === other.host?.toLowerCase() &&
	one.version === other.version &&
	(one.header?.name.toLowerCase() !== other.header?.name.toLowerCase() || one.header?.value === other.header?.value);
