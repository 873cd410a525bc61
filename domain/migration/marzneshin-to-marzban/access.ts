/**
 * Where a user may connect and as whom. Marzban wants a proxy of everyone; one who may connect nowhere gets a proxy and
 * no inbound (an empty list of tags would mean all, so none is said).
 */

import type { Json } from "../../../contracts/json";
import type { Loss } from "../../../contracts/migration/records";
import { own } from "../../own";
import type { Converter } from "../mapping";
import { type Context, type InboundRoute, PROTOCOLS, type Protocol } from "./context";
import type { AuthAlgorithm, Credentials, Derive } from "./credentials";
import { lost, refuse, text } from "./values";

interface Routes {
	readonly served: readonly InboundRoute[];
	readonly dropped: readonly InboundRoute[];
	/** The target has them, and their key gives no account there. */
	readonly keyless: readonly InboundRoute[];
	/** Services that came into being after the plan. */
	readonly unknown: readonly string[];
}

const unique = (list: readonly InboundRoute[], key: (route: InboundRoute) => string): InboundRoute[] => [
	...new Map(list.map(route => [key(route), route])).values()
];
const at = ({ protocol, sourceTag }: InboundRoute): string => `${protocol} ${sourceTag}`;

/** The inbounds a user's services open, each target inbound once. */
function routesOf(data: Json, { services }: Context, credentials: Credentials): Routes {
	const ids = Array.isArray(data.service_ids) ? data.service_ids.map(String) : [];
	const routes = ids.flatMap(id => own(services, id) ?? []);
	const there = routes.filter(({ tag }) => tag !== null);
	return {
		served: unique(
			there.filter(({ protocol }) => hasAccount(protocol, credentials)),
			route => `${route.protocol} ${route.tag} ${route.flow}`
		),
		dropped: unique(
			routes.filter(({ tag }) => tag === null),
			at
		),
		keyless: unique(
			there.filter(({ protocol }) => !hasAccount(protocol, credentials)),
			at
		),
		unknown: ids.filter(id => own(services, id) === undefined)
	};
}

const ACCOUNT: Readonly<Record<Protocol, (credentials: Credentials, flow: string) => Json>> = {
	vless: ({ uuid }, flow) => ({ id: uuid, flow }),
	vmess: ({ uuid }) => ({ id: uuid }),
	trojan: ({ password }) => ({ password }),
	// What marznode's xray gives every account.
	shadowsocks: ({ password }) => ({ password, method: "chacha20-ietf-poly1305" })
};
const needsUuid = (protocol: string): boolean => protocol === "vless" || protocol === "vmess";
const hasAccount = (protocol: string, { uuid }: Credentials): boolean => uuid !== null || !needsUuid(protocol);

type Derivations = Readonly<Record<AuthAlgorithm, Derive>>;
const credentialsOf = (data: Json, { authAlgorithm }: Context, derive: Derivations): Credentials =>
	derive[authAlgorithm](text(data.key));

export const proxies =
	(derive: Derivations): Converter<Context> =>
	(data, context) => {
		// Of nothing, everyone's credentials would be the same.
		if (text(data.key) === "") return refuse("no_key", "key", "(none)", "Without a key they have no credentials.");
		const credentials = credentialsOf(data, context, derive);
		const { served } = routesOf(data, context, credentials);
		const used = PROTOCOLS.filter(protocol => served.some(route => route.protocol === protocol));
		const protocols = used.length > 0 ? used : spareProtocol(credentials, context);
		if (protocols.length === 0) return refuse("no_uuid", "key", "(masked)", NO_UUID);
		const flows = served.map(({ flow }) => flow).filter(flow => flow !== "");
		const flow = flows.find(each => each === VISION) ?? "";
		return {
			value: Object.fromEntries(protocols.map(protocol => [protocol, ACCOUNT[protocol](credentials, flow)])),
			losses: flowLosses(flows)
		};
	};

/** The one flow that Marzban knows; it refuses a user of any other. */
const VISION = "xtls-rprx-vision";

function flowLosses(flows: readonly string[]): Loss[] {
	const others = [...new Set(flows.filter(flow => flow !== VISION))];
	if (others.length === 0) return [];
	const reason = `Marzban has no flow ${others.map(each => `'${each}'`).join(", ")}: where the inbound wants it, they cannot connect.`;
	return [lost("vless_flow_dropped", "service_ids", "degraded", reason)];
}

const NO_UUID =
	"By AUTH_GENERATION_ALGORITHM=plain the key is the account, and this one is no UUID as vless and vmess need.";

/** Of the protocols that the target runs (it refuses the others), the first of which they have credentials. */
function spareProtocol(credentials: Credentials, { protocols }: Context): Protocol[] {
	const known = protocols.length > 0 ? protocols : PROTOCOLS.slice(0, 1);
	return known.filter(protocol => hasAccount(protocol, credentials)).slice(0, 1);
}

export const inbounds =
	(derive: Derivations): Converter<Context> =>
	(data, context) => {
		const { served, dropped, keyless, unknown } = routesOf(data, context, credentialsOf(data, context, derive));
		const missing = named(dropped);
		const isCutOff = served.length === 0 && dropped.length + keyless.length > 0;
		if (isCutOff && context.noAccess === "quarantine") {
			if (keyless.length > 0) return refuse("no_uuid", "key", "(masked)", NO_UUID);
			return refuse("no_access", "service_ids", missing, "The target has none of the inbounds this user may use.");
		}
		const tags = (protocol: Protocol): string[] => {
			const own = served.flatMap(({ protocol: spoken, tag }) => (spoken === protocol && tag !== null ? [tag] : []));
			return [...new Set(own)].sort();
		};
		const value = Object.fromEntries(PROTOCOLS.map(p => [p, tags(p)] as const).filter(([, list]) => list.length > 0));
		return { value, losses: [...droppedLosses(missing, named(keyless), isCutOff), ...unknownLosses(unknown)] };
	};

const named = (routes: readonly InboundRoute[]): string =>
	routes.map(route => `${route.sourceTag} (${route.protocol})`).join(", ");

/** What is lost with each: one loss where something is left, one for all where nothing is. */
function droppedLosses(missing: string, keyless: string, isCutOff: boolean): Loss[] {
	const notThere = missing && `Not at the target: ${missing}.`;
	const noAccount = keyless && `${NO_UUID} Without an account: ${keyless}.`;
	if (isCutOff) {
		const why = [notThere, noAccount].filter(Boolean).join(" ");
		const reason = `They can connect nowhere until you give them an inbound. ${why}`;
		return [lost("access_lost", "service_ids", "act", reason)];
	}
	return [
		...(notThere ? [lost("inbound_dropped", "service_ids", "degraded", notThere)] : []),
		...(noAccount ? [lost("uuid_missing", "key", "degraded", noAccount)] : [])
	];
}

function unknownLosses(ids: readonly string[]): Loss[] {
	if (ids.length === 0) return [];
	const reason = `Made after the plan, so its inbounds are not known: service ${ids.join(", ")}. Plan anew.`;
	return [lost("service_unknown", "service_ids", "act", reason)];
}
