/** Every variable that a node reads: its own, and the settings that contracts bring. */

import { readFailpoint } from "../adapters/failpoints";
import { reachFault, readReach } from "../connectors/http/reach";
import { CALL_SETTINGS } from "../contracts/calls";
import {
	type CallSettings,
	CONTRACTS,
	type ContractSettings,
	type OwnedSetting,
	SETTINGS,
	type SystemLimits
} from "../contracts/cluster";
import { SYSTEM_LIMITS } from "../contracts/limits";
import type { NodeVariable } from "../contracts/node-variables";
import { DEFAULT_ENVIRONMENT } from "../contracts/platform/config-forms";
import type { SettingValue } from "../domain/platform/config/settings";
import { settingIn } from "../domain/platform/setting";
import { SettingValues } from "../domain/platform/setting-values";
import { type Environment, readVariable, type Variable } from "./environment";
import { address, networks, number, oneOf, origins, ownNames, path, services, text, variableNames } from "./forms";
import { METRICS_VARIABLES } from "./metrics-variables";
import { MEETING } from "./nats/variables";
import { TRACING } from "./otel/variables";
import { SERVER_VARIABLES } from "./server-variables";

const OWN = {
	...SERVER_VARIABLES,
	...MEETING,
	NAMESPACE: {
		says: "nodes of one namespace find each other",
		fallback: "banyan",
		...text(/^[\w-]+$/, "letters, digits, - and _")
	},
	NODE_ID: {
		says: "this node's name, unique in the namespace",
		fallback: null,
		...text(/^[\w.-]+$/, "letters, digits, dots, - and _")
	},
	NODE_GROUP: {
		says: "the group of services that this node is of, where NATS has permissions for each group: its name begins with it",
		fallback: null,
		...text(/^[a-z][a-z0-9-]*$/, "small letters, digits and -")
	},
	STORE: {
		says: "where what must last is kept: in DATA_DIR, or by servers that all nodes share",
		fallback: "embedded",
		...oneOf("embedded", "cluster")
	},
	EVENTS_REPLICAS: {
		says: "with STORE=cluster, on how many NATS servers each event is kept",
		fallback: "3",
		...number(1, 5)
	},
	SERVICES: { says: "what this node runs", fallback: null, ...services },
	CONFIG_ENVIRONMENT: {
		says: "whose settings this node goes by, of those that `config` keeps",
		fallback: DEFAULT_ENVIRONMENT,
		...text(/^[a-z][a-z0-9-]{0,39}$/, "small letters, digits and -")
	},
	DATA_DIR: { says: "the folder of what must last", fallback: "data", ...path },
	LOG_LEVEL: {
		says: "what is logged, that and what is worse",
		fallback: "info",
		...oneOf("fatal", "error", "warn", "info", "debug", "trace")
	},
	REQUEST_TIMEOUT: {
		says: "the longest a call may take",
		fallback: "60000",
		...number(1000, 600_000, "ms")
	},
	LEASE_MS: {
		says: "how long a controller holds a run without renewing",
		fallback: "30000",
		...number(1000, 300_000, "ms")
	},
	LEASE_BOUND_MS: {
		says: "the longest request that may be under way when a lease ends, which another node waits for before it takes a run over; never less than a definition's timeoutMs",
		fallback: "60000",
		...number(100, 600_000, "ms")
	},
	PATIENCE_MS: {
		says: "the first wait before a run tries a step again while a system is away; doubles five times",
		fallback: "1000",
		...number(1, 60_000, "ms")
	},
	GATEWAY_HOST: { says: "the address the gateway listens on", fallback: "127.0.0.1", ...address },
	GATEWAY_PORT: { says: "the gateway's port; 0 chooses a free one", fallback: "8000", ...number(0, 65_535) },
	GATEWAY_CERT_FILE: {
		says: "a PEM file of the gateway's certificate, with those between it and its authority: it speaks HTTPS then, old links as well",
		fallback: null,
		...path
	},
	GATEWAY_KEY_FILE: { says: "a PEM file of that certificate's key", fallback: null, ...path },
	GATEWAY_CLIENT_CA_FILE: {
		says: "a PEM file of authorities: whoever asks the API shows a certificate of one of them (not for old links at a port of their own)",
		fallback: null,
		...path
	},
	GATEWAY_TRUSTED_PROXIES: {
		says: "proxies whose word on the client's address counts",
		fallback: null,
		...networks
	},
	GATEWAY_CORS_ORIGINS: {
		says: "web origins whose pages may call the API",
		fallback: null,
		...origins
	},
	CONNECT_ALLOW: {
		says: "internal addresses that a panel, a database or a proxy may have",
		must: "loopback, private, linklocal, networks, addresses and names of hosts, separated by commas, or any, or none",
		fallback: null,
		read: value => (readReach(value) ? value : undefined),
		fault: reachFault
	},
	SECRET_NAMES: {
		says: "variables of this node that a definition may name, beside those that begin with BANYAN_SECRET_; one that ends with * stands for all that begin so; never one of Banyan's own settings",
		fallback: null,
		...variableNames
	},
	FILES_DIR: {
		says: "the folder of the files that a definition may name (`database`, `caFile`, `certFile`, `keyFile`), relative paths begin there; for `database` the folder where the panel keeps it, never a copy of it, nor a link to it; without it none",
		fallback: null,
		...path
	},
	GATEWAY_NAMES: {
		says: "the names under which the gateway is asked",
		fallback: null,
		...ownNames
	},
	LINKS_NAMES: {
		says: "names under which old links are answered, and nothing else; then they are under no other",
		fallback: null,
		...ownNames
	},
	LINKS_HOST: { says: "the address of LINKS_PORT", fallback: "127.0.0.1", ...address },
	LINKS_PORT: {
		says: "a port of its own for old links, which are nowhere else then, under LINKS_NAMES, else GATEWAY_NAMES, else any name; 0 chooses a free one",
		fallback: null,
		...number(0, 65_535)
	},
	...METRICS_VARIABLES,
	...TRACING,
	RESULT_CHECKS: {
		says: "on: an action that answers something else than its contract says fails; for development, and always so in tests",
		fallback: "off",
		...oneOf("on", "off")
	},
	FAILPOINT: {
		says: "for tests: where to stop this process",
		must: "name@count=kill or name@count=stop",
		fallback: null,
		read: readFailpoint
	}
} as const satisfies Record<NodeVariable, Variable<unknown>>;

type Name = keyof typeof OWN;
/** They always have a value. */
type Defaulted = { [N in Name]: (typeof OWN)[N]["fallback"] extends string ? N : never }[Name];
/** They name a file of this node. */
export type FileSetting = Extract<Name, `${string}_FILE` | `${string}_CERTIFICATE`>;
type ValueOf<N extends Name> = NonNullable<ReturnType<(typeof OWN)[N]["read"]>>;

/** Every variable that Banyan reads; the README's tables are checked against it. */
export const VARIABLES: Readonly<Record<string, Variable<unknown>>> = {
	...OWN,
	...Object.fromEntries(SETTINGS.map(setting => [setting.variable, settingIn(setting)]))
};

/** @throws SettingError */
export function read<N extends Defaulted>(environment: Environment, name: N): ValueOf<N>;
/** Null where it is not set. @throws SettingError */
export function read<N extends Name>(environment: Environment, name: N): ValueOf<N> | null;
export function read<N extends Name>(environment: Environment, name: N): ValueOf<N> | null {
	return readVariable<ValueOf<N>>(environment, name, OWN[name] as Variable<ValueOf<N>>);
}

/** What the environment says of it; undefined: nothing. @throws SettingError */
const ownWord = (environment: Environment, setting: OwnedSetting): SettingValue | undefined => {
	const { fallback: _, ...variable } = settingIn(setting);
	return readVariable(environment, setting.variable, { ...variable, fallback: null }) ?? undefined;
};

export interface SettingTables {
	readonly contracts: ContractSettings;
	readonly limits: SystemLimits;
	readonly calls: CallSettings;
	/** What they are made of. */
	readonly values: SettingValues;
}

/** What every contract brings, and what several share: each is what it is when it is looked at. @throws SettingError */
export function readSettings(environment: Environment): SettingTables {
	const values = new SettingValues(setting => ownWord(environment, setting));
	const table = (owner: string | null, settings: object): object => values.table(owner, Object.keys(settings));
	return {
		contracts: Object.fromEntries(
			CONTRACTS.map(({ name, settings }) => [name, table(name, settings)])
		) as ContractSettings,
		limits: table(null, SYSTEM_LIMITS) as SystemLimits,
		calls: table(null, CALL_SETTINGS) as CallSettings,
		values
	};
}
