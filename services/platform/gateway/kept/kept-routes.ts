/** The routes whose answers are kept, and what all gateways keep of them. */

import type { ServiceBroker } from "moleculer";
import type { Broker } from "../../../../cluster";
import { failure } from "../../../../cluster/errors";
import { CONTRACTS } from "../../../../contracts/cluster";
import type { GatewayAnswers, KeptRoute } from "../../../../contracts/platform/operations";
import type { Keeping } from "../../../../domain/platform/kept/answer";
import { addressOf, type Route, routesOf } from "../../../../domain/platform/routes";
import { visible } from "../../../../domain/text/visible";

/** How long a gateway may take to answer, in ms. */
const PATIENCE_MS = 2_000;

type KeptOne = Route & { readonly kept: Keeping };
const isKept = (route: Route): route is KeptOne => route.kept !== null;

const ROUTES = routesOf(CONTRACTS).filter(isKept);

export const keptRoutes = (): KeptRoute[] =>
	ROUTES.filter(({ canonical }) => canonical).map(({ action, kept }) => ({
		action,
		seconds: kept.seconds,
		stale: kept.staleSeconds,
		shared: kept.isShared
	}));

/** @throws REQUEST_INVALID where nothing is kept of it */
export function keptOf(action: string | undefined): string[] {
	const all = keptRoutes().map(each => each.action);
	if (action === undefined) return all;
	if (all.includes(action)) return [action];
	throw failure("REQUEST_INVALID", `No answers of '${visible(action)}' are kept: they are of ${all.join(", ")}.`);
}

const AT_ADDRESS: ReadonlyMap<string, readonly string[]> = new Map(
	Object.entries(Object.groupBy(ROUTES, addressOf)).map(([address, routes = []]) => [
		address,
		routes.map(({ action }) => action)
	])
);

/** The actions of which something is kept at the address of a route, whatever its method. */
export const keptAt = (route: Pick<Route, "path">): readonly string[] => AT_ADDRESS.get(addressOf(route)) ?? [];

/** Of gateways that answer, in the order of their names. */
export async function gatewaysAnswers(broker: Broker): Promise<GatewayAnswers[]> {
	const asked = gatewaysOf(broker).map(nodeID =>
		(broker as unknown as ServiceBroker)
			.call<GatewayAnswers, object>("gateway.keptHere", {}, { nodeID, timeout: PATIENCE_MS })
			.catch(() => undefined)
	);
	return (await Promise.all(asked)).filter(each => each !== undefined);
}

function gatewaysOf({ registry }: Broker): string[] {
	const nodes = registry.getNodeList({ onlyAvailable: true, withServices: true });
	return nodes.flatMap(({ id, services = [] }) => (services.some(({ name }) => name === "gateway") ? [id] : [])).sort();
}
