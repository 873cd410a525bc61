/** Every variable that a node reads: its own, and the settings that contracts bring. */

import { isIP } from "node:net";
import { readKeys } from "../adapters/cluster-key";
import { readFailpoint } from "../adapters/failpoints";
import { readTransporter } from "../adapters/transporter-address";
import { reachFault, readReach } from "../connectors/http/reach";
import { CONTRACTS, type ContractSettings, SETTINGS, type SystemLimits } from "../contracts/cluster";
import type { SettingSpec } from "../contracts/contract";
import { SYSTEM_LIMITS } from "../contracts/limits";
import { readOwnName } from "../domain/platform/own-names";
import { settingIn } from "../domain/platform/setting";
import { type Environment, readVariable, type Variable } from "./environment";

const text = (pattern: RegExp) => (value: string) => (pattern.test(value) ? value : undefined);
const number =
	(least: number, most: number) =>
	(value: string): number | undefined =>
		/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined;
const oneOf = (...values: string[]) => text(new RegExp(`^(${values.join("|")})$`));
const names = CONTRACTS.map(({ name }) => name);
const list = (value: string): string[] | undefined => {
	const wanted = value.split(",").map(name => name.trim());
	return wanted.every(name => names.includes(name)) ? wanted : undefined;
};

const commas = (value: string): string[] =>
	value
		.split(",")
		.map(part => part.trim())
		.filter(part => part !== "");
const NETWORK_NAMES = ["loopback", "linklocal", "uniquelocal"];
const networks = (value: string): string[] | undefined =>
	commas(value).every(part => NETWORK_NAMES.includes(part) || isNetwork(part)) ? commas(value) : undefined;
function isNetwork(text: string): boolean {
	const [address = "", bits] = text.split("/");
	const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
	return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}
const origins = (value: string): string[] | undefined =>
	commas(value).every(part => URL.canParse(part) && new URL(part).origin === part) ? commas(value) : undefined;

/** Names of variables; one that ends with `*` stands for all that begin so. */
const variableNames = (value: string): string[] | undefined =>
	commas(value).every(part => /^(?:[A-Za-z_]\w*|[A-Za-z_]\w{2,}\*)$/.test(part)) ? commas(value) : undefined;

const ownNames = (value: string): string[] | undefined =>
	commas(value).every(name => readOwnName(name) !== undefined) ? commas(value) : undefined;

const OWN = {
	NAMESPACE: { says: "nodes of one namespace find each other", fallback: "banyan", read: text(/^[\w-]+$/) },
	NODE_ID: { says: "this node's name, unique in the namespace", fallback: null, read: text(/^[\w.-]+$/) },
	TRANSPORTER: {
		says: "where nodes meet, as nats://[user:password@]host:port[,host:port], or tls:// for the same with TLS; without it all runs in one process",
		fallback: null,
		read: readTransporter,
		secret: true
	},
	TRANSPORTER_CA_FILE: {
		says: "with tls://, a PEM file of the authorities to trust in place of the usual ones",
		fallback: null,
		read: text(/./)
	},
	TRANSPORTER_INSECURE: {
		says: "yes: nodes may meet over a network without TLS or without a login",
		fallback: "no",
		read: oneOf("yes", "no")
	},
	CLUSTER_KEY: {
		says: "the key that all messages between nodes are sealed with: 32 random bytes in base64 or hex, and while it changes a second one behind a comma; without it and CLUSTER_KEY_FILE it is cluster.key in the data folder",
		fallback: null,
		read: readKeys,
		secret: true
	},
	CLUSTER_KEY_FILE: {
		says: "a file with that key, or with two, a line each",
		fallback: null,
		read: text(/./)
	},
	TRANSPORTER_TIMEOUT: {
		says: "how long a command waits for NATS before it gives up, 1000 to 600000 ms",
		fallback: "10000",
		read: number(1000, 600_000)
	},
	SERVICES: { says: `what this node runs, separated by commas, of ${names.join(", ")}`, fallback: null, read: list },
	DATA_DIR: { says: "the folder of what must last", fallback: "data", read: text(/./) },
	LOG_LEVEL: {
		says: "one of fatal, error, warn, info, debug, trace",
		fallback: "info",
		read: oneOf("fatal", "error", "warn", "info", "debug", "trace")
	},
	REQUEST_TIMEOUT: {
		says: "the longest a call may take, 1000 to 600000 ms",
		fallback: "60000",
		read: number(1000, 600_000)
	},
	HEARTBEAT_INTERVAL: { says: "seconds between signs of life, 1 to 60", fallback: "3", read: number(1, 60) },
	HEARTBEAT_TIMEOUT: {
		says: "seconds without one until a node counts as gone, 2 to 300",
		fallback: "8",
		read: number(2, 300)
	},
	LEASE_MS: {
		says: "how long a controller holds a run without renewing, 1000 to 300000 ms",
		fallback: "30000",
		read: number(1000, 300_000)
	},
	PATIENCE_MS: {
		says: "the first wait before a run tries a step again while a system is away, 1 to 60000 ms; doubles five times",
		fallback: "1000",
		read: number(1, 60_000)
	},
	GATEWAY_HOST: { says: "the address the gateway listens on", fallback: "127.0.0.1", read: text(/^[\w.:-]+$/) },
	GATEWAY_PORT: { says: "its port; 0 chooses a free one", fallback: "8000", read: number(0, 65_535) },
	GATEWAY_TRUSTED_PROXIES: {
		says: "proxies whose word on the client's address counts: addresses and networks, separated by commas, or loopback",
		fallback: null,
		read: networks
	},
	GATEWAY_CORS_ORIGINS: {
		says: "web origins whose pages may call the API, separated by commas: https://console.example.com",
		fallback: null,
		read: origins
	},
	CONNECT_ALLOW: {
		says: "internal addresses that a panel, a database or a proxy may have: loopback, private, linklocal, networks, addresses and names of hosts, separated by commas, or any, or none",
		fallback: null,
		read: value => (readReach(value) ? value : undefined),
		fault: reachFault
	},
	SECRET_NAMES: {
		says: "variables of this node that a definition may name, beside those that begin with BANYAN_SECRET_: separated by commas; one that ends with * stands for all that begin so; never one of Banyan's own settings",
		fallback: null,
		read: variableNames
	},
	FILES_DIR: {
		says: "the folder of the files that a definition may name (`database`, `caFile`, `certFile`, `keyFile`), relative paths begin there; for `database` the folder where the panel keeps it, never a copy of it, nor a link to it; without it none",
		fallback: null,
		read: text(/./)
	},
	GATEWAY_NAMES: {
		says: "the names under which the gateway is asked, separated by commas: banyan.example.com, *.example.com, [2001:db8::1], 198.51.100.7:8000",
		fallback: null,
		read: ownNames
	},
	LINKS_NAMES: {
		says: "names under which old links are answered, and nothing else; then they are under no other: sub.example.com, *.example.com, separated by commas",
		fallback: null,
		read: ownNames
	},
	LINKS_HOST: { says: "the address of LINKS_PORT", fallback: "127.0.0.1", read: text(/^[\w.:-]+$/) },
	LINKS_PORT: {
		says: "a port of its own for old links, which are nowhere else then, under LINKS_NAMES, else GATEWAY_NAMES, else any name; 0 chooses a free one",
		fallback: null,
		read: number(0, 65_535)
	},
	METRICS_ACCESS: {
		says: "who sees /metrics and /health/detailed: open, or key for callers with an API key",
		fallback: "open",
		read: oneOf("open", "key")
	},
	METRICS_HOST: { says: "the address of METRICS_PORT", fallback: "127.0.0.1", read: text(/^[\w.:-]+$/) },
	METRICS_PORT: {
		says: "a port of its own for /metrics and /health/detailed, which are nowhere else then; 0 chooses a free one",
		fallback: null,
		read: number(0, 65_535)
	},
	RESULT_CHECKS: {
		says: "on: an action that answers something else than its contract says fails; for development, and always so in tests",
		fallback: "off",
		read: oneOf("on", "off")
	},
	FAILPOINT: {
		says: "for tests: where to stop this process, as name@count=kill or name@count=stop",
		fallback: null,
		read: readFailpoint
	}
} as const satisfies Record<string, Variable<unknown>>;

type Name = keyof typeof OWN;
/** They always have a value. */
type Defaulted = { [N in Name]: (typeof OWN)[N]["fallback"] extends string ? N : never }[Name];
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

const readAll = (environment: Environment, settings: Readonly<Record<string, SettingSpec>>): object =>
	Object.fromEntries(
		Object.entries(settings).map(([key, setting]) => [
			key,
			readVariable(environment, setting.variable, settingIn(setting))
		])
	);

/** What every contract brings, and what several share. @throws SettingError */
export const readSettings = (environment: Environment): { contracts: ContractSettings; limits: SystemLimits } => ({
	contracts: Object.fromEntries(
		CONTRACTS.map(({ name, settings }) => [name, readAll(environment, settings)])
	) as ContractSettings,
	limits: readAll(environment, SYSTEM_LIMITS) as SystemLimits
});
