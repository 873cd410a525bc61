/**
 * Where a user may connect and as whom. Marzban wants a proxy of everyone; one who may connect nowhere gets a proxy and
 * no inbound (an empty list of tags would mean all, so none is said).
 */

import type { Json } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import type { AuthAlgorithm, Credentials, Derive } from "../credentials";
import type { Converter } from "../mapping";
import { type Context, type InboundRoute, PROTOCOLS, type Protocol } from "./context";
import { lost, refuse, text } from "./values";

interface Routes {
	readonly served: readonly InboundRoute[];
	readonly dropped: readonly InboundRoute[];
	/** Services that came into being after the plan. */
	readonly unknown: readonly string[];
}

/** The inbounds a user's services open, each target inbound once. */
function routesOf(data: Json, { services }: Context): Routes {
	const ids = Array.isArray(data.service_ids) ? data.service_ids.map(String) : [];
	const routes = ids.flatMap(id => services[id] ?? []);
	const at = ({ protocol, sourceTag }: InboundRoute): string => `${protocol} ${sourceTag}`;
	const unique = (list: InboundRoute[], key: (route: InboundRoute) => string): InboundRoute[] => [
		...new Map(list.map(route => [key(route), route])).values()
	];
	return {
		served: unique(
			routes.filter(({ tag }) => tag !== null),
			route => `${route.protocol} ${route.tag} ${route.flow}`
		),
		dropped: unique(
			routes.filter(({ tag }) => tag === null),
			at
		),
		unknown: ids.filter(id => services[id] === undefined)
	};
}

const ACCOUNT: Readonly<Record<Protocol, (credentials: Credentials, flow: string) => Json>> = {
	vless: ({ uuid }, flow) => ({ id: uuid as string, flow }),
	vmess: ({ uuid }) => ({ id: uuid as string }),
	trojan: ({ password }) => ({ password }),
	// What marznode's xray gives every account.
	shadowsocks: ({ password }) => ({ password, method: "chacha20-ietf-poly1305" })
};
const needsUuid = (protocol: Protocol): boolean => protocol === "vless" || protocol === "vmess";

export const proxies =
	(derive: Readonly<Record<AuthAlgorithm, Derive>>): Converter<Context> =>
	(data, context) => {
		// Of nothing, everyone's credentials would be the same.
		if (text(data.key) === "") return refuse("no_key", "key", "(none)", "Without a key he has no credentials.");
		const credentials = derive[context.authAlgorithm](text(data.key));
		const { served } = routesOf(data, context);
		const used = PROTOCOLS.filter(protocol => served.some(route => route.protocol === protocol));
		const protocols = used.length > 0 ? used : [spareProtocol(credentials, context)];
		if (credentials.uuid === null && protocols.some(needsUuid)) {
			const reason = "In plain mode this key is no UUID, so no vless or vmess account exists.";
			return refuse("no_uuid", "key", "(masked)", reason);
		}
		const flow = served.find(route => route.flow !== "")?.flow ?? "";
		return { value: Object.fromEntries(protocols.map(protocol => [protocol, ACCOUNT[protocol](credentials, flow)])) };
	};

/** Of the protocols that the target runs (it refuses the others), the first of which he has credentials. */
function spareProtocol({ uuid }: Credentials, { protocols }: Context): Protocol {
	return protocols.find(protocol => uuid !== null || !needsUuid(protocol)) ?? "vless";
}

export const inbounds: Converter<Context> = (data, context) => {
	const { served, dropped, unknown } = routesOf(data, context);
	const missing = dropped.map(route => `${route.sourceTag} (${route.protocol})`).join(", ");
	const isCutOff = served.length === 0 && dropped.length > 0;
	if (isCutOff && context.noAccess === "quarantine")
		return refuse("no_access", "service_ids", missing, "The target has none of the inbounds this user may use.");
	const tags = (protocol: Protocol): string[] => {
		const own = served.filter(route => route.protocol === protocol).map(route => route.tag as string);
		return [...new Set(own)].sort();
	};
	const value = Object.fromEntries(PROTOCOLS.map(p => [p, tags(p)] as const).filter(([, list]) => list.length > 0));
	return { value, losses: [...droppedLosses(missing, isCutOff), ...unknownLosses(unknown)] };
};

function droppedLosses(missing: string, isCutOff: boolean): Loss[] {
	if (missing === "") return [];
	if (!isCutOff) return [lost("inbound_dropped", "service_ids", "degraded", `Not at the target: ${missing}.`)];
	const reason = `He can connect nowhere until you give him an inbound. Not at the target: ${missing}.`;
	return [lost("access_lost", "service_ids", "act", reason)];
}

function unknownLosses(ids: readonly string[]): Loss[] {
	if (ids.length === 0) return [];
	const reason = `Made after the plan, so its inbounds are not known: service ${ids.join(", ")}. Plan anew.`;
	return [lost("service_unknown", "service_ids", "act", reason)];
}
