/** What a node knows of itself beyond Moleculer's own options; `moleculer.config.ts` alone fills it in. */

import type { SmtpAddress } from "../adapters/mail/address";
import type { MongoAddress } from "../adapters/mongo/address";
import type { TlsFiles } from "../adapters/transporter-address";
import type { CallSettings, ContractSettings, SystemLimits } from "../contracts/cluster";
import type { SettingValues } from "../domain/platform/setting-values";
import { isFields, propertyOf } from "../domain/unknown";

/** As `Variables` of domain/migration/references. */
interface Environment {
	value(name: string): string | undefined;
	/** Null: the node is the operator's own command. */
	readonly allows: ((name: string) => boolean) | null;
}

/** Where the gateway of a node listens, what it is called, and whom it believes. */
export interface Gateway {
	readonly host: string;
	readonly port: number;
	/** Under which it answers, beside its own addresses; none: nobody said. */
	readonly names: readonly string[];
	/** Null: it speaks HTTP. With authorities: whoever asks the API shows a certificate of one of them. */
	readonly tls: TlsFiles | null;
	readonly trustedProxies: readonly string[];
	readonly corsOrigins: readonly string[];
	/** Where customers' old links are answered, and nothing else is. */
	readonly links: {
		/** Under which alone they are; none: any. */
		readonly names: readonly string[];
		readonly host: string;
		/** Null: the gateway's own. */
		readonly port: number | null;
	};
	/** Who sees metrics and details of health, and where. */
	readonly metrics: {
		readonly keyed: boolean;
		readonly host: string;
		/** Null: the gateway's own. */
		readonly port: number | null;
	};
}

/** Where a node's own metrics are read. */
export interface MetricsPlace {
	readonly host: string;
	/** 0 chooses a free one. */
	readonly port: number;
	/** The operator named it: then the gateway's metrics are there, too, and nowhere else. */
	readonly isNamed: boolean;
	/** Nobody sees them who shows nothing. */
	readonly isKeyed: boolean;
	/** Under which it answers, beside its own addresses. */
	readonly names: readonly string[];
	/** The host where NATS is; null: it runs alone. */
	readonly nats: string | null;
	/** What it shows, and whose certificates it believes; without a certificate it speaks HTTP. */
	readonly tls: TlsFiles;
}

/** Who may see metrics: whoever shows this token, where there is one. */
export type MetricsToken = { readonly token: string } | { readonly file: string };

/** The servers that keep the events of a cluster. */
export interface EventServers {
	/** What the client of NATS is given. */
	readonly nats: Readonly<Record<string, unknown>>;
	/** Of one namespace. */
	readonly namespace: string;
	/** On how many of them each event is kept. */
	readonly replicas: number;
	/** How long they are waited for at the start, in ms. */
	readonly patienceMs: number;
}

/** Where collections and old links are kept that nodes share. */
export interface MongoServers extends MongoAddress {
	readonly tls: TlsFiles;
	readonly database: string;
	/** How long a node waits for them when it starts, in ms. */
	readonly patienceMs: number;
}

/** The mail server that letters are given to. */
export interface SmtpServer extends SmtpAddress {
	/** The operator says that nobody listens on the way to it. */
	readonly mayBeOpen: boolean;
}

export interface Settings {
	/** Where what must last is kept: in `dataDir`, or by servers that all nodes share. */
	readonly store: "embedded" | "cluster";
	/** Where `store` is `cluster`. */
	readonly events?: EventServers;
	/** Where `store` is `cluster`. */
	readonly mongo?: MongoServers;
	/** Null: letters are files of the data folder. */
	readonly smtp: SmtpServer | null;
	/** Where this node keeps what must last. */
	readonly dataDir: string;
	/** `read`: the event store is opened for reading, nothing is locked, nothing is run. */
	readonly access: "write" | "read";
	/** How long a controller holds a run without renewing, in ms. */
	readonly leaseMs: number;
	/** How long a request may still be under way when a lease ends, in ms. */
	readonly leaseBoundMs: number;
	/** The first wait before a step, or a record that could not be put back, is tried again, in ms. */
	readonly patienceMs: number;
	/** Runs that were not finished go on when the node starts. */
	readonly resume: boolean;
	readonly gateway?: Gateway;
	/** Undefined: this node has no port for them. */
	readonly metrics?: MetricsPlace;
	/** Null: none. */
	readonly metricsToken?: MetricsToken | null;
	/** A file to keep up to date with where all nodes' metrics are; null: none. */
	readonly targetsFile?: string | null;
	/**
	 * Internal addresses that panels may have, as `connectors/http/reach.ts` reads them: where whoever may run a migration
	 * named them, and where a key that may only plan did.
	 */
	readonly reach: { readonly approved: string; readonly others: string };
	/** What is taken of a system at most. */
	readonly limits: SystemLimits;
	/** How it calls other nodes, and is called. */
	readonly calls: CallSettings;
	/** What each contract brings, by its name. */
	readonly contracts: ContractSettings;
	/** What these, `limits` and `calls` are made of; undefined in a test that gives them by itself. */
	readonly values?: SettingValues;
	/** The environment, for `${NAME}` in a definition: as much of it as one may name. */
	readonly environment: Environment;
	/** The folder of the files that a definition may name; null: none. `any`: the node is the operator's own command. */
	readonly files: { readonly within: string | null } | "any";
}

const isSettings = (value: unknown): value is Settings => isFields(value);

/** The settings of the node a service runs on. */
export function settingsOf(broker: object): Settings {
	const settings = propertyOf(propertyOf(broker, "options"), "settings");
	if (!isSettings(settings))
		throw new Error("This node was started without its settings: start it by moleculer.config.ts or node.ts.");
	return settings;
}

/**
 * The settings that a contract brings, as this node has them: a table whose fields are what they are when they are looked at,
 * so whoever keeps the table sees a live one change, and whoever copies a field does not.
 */
export const settingsFor = <N extends keyof ContractSettings>(
	broker: object,
	{ name }: { readonly name: N }
): ContractSettings[N] => settingsOf(broker).contracts[name];
