/** The addresses in a definition, and the ways to them. */

import { LINK_OPTIONS, WAY_OPTIONS } from "../../../connectors/http/options";
import type { Definition } from "../../../contracts/migration/definition";
import type { WayOptions } from "../../../contracts/migration/migration";
import { canonical } from "../../../domain/canonical";
import { baseOf } from "../../../domain/migration/address";
import { resolveReferences, type Variables } from "../../../domain/migration/references";

/** As a definition gives it; null where this node cannot fill in a `${NAME}` of it. */
export function addressOf(connection: Definition["source"], environment: Variables): string | null {
	const resolved = resolveReferences({ url: connection.url ?? "" }, environment);
	return resolved.ok ? baseOf(String(resolved.connection.url)) : null;
}

/** What tells one system from another: its address, or, of one that has none, all that its connection says. */
export const placeOf = (connection: Definition["source"], environment: Variables): string =>
	addressOf(connection, environment) ?? String(connection.url ?? canonical(connection));

const OF_LINKS = { ...WAY_OPTIONS, ...LINK_OPTIONS };

/** As every other part of a connection it goes to the node that connects, which fills in what stands in its environment. */
export const wayTo = (connection: Definition["source"]): WayOptions =>
	Object.fromEntries(Object.entries(connection).filter(([option]) => Object.hasOwn(OF_LINKS, option)));
