/** What follows from all contracts of the cluster, as types and at run time. */

import * as all from ".";
import { CALL_SETTINGS } from "./calls";
import { checked } from "./checks";
import type { ActionsOf, Contract, ErrorSpec, EventsOf, MetricSpec, SettingSpec, SettingsOf } from "./contract";
import { COMMON_ERRORS } from "./errors";
import type { JobSpec } from "./jobs";
import { SYSTEM_LIMITS } from "./limits";
import { NODE_METRICS } from "./node-metrics";
import { SCOPE_NAMES } from "./platform/access";

type Merge<U> = (U extends unknown ? (u: U) => void : never) extends (merged: infer M) => void ? M : never;
type Cluster = (typeof all)[keyof typeof all];
export type Actions = Merge<ActionsOf<Cluster>>;
export type Events = Merge<EventsOf<Cluster>>;

type KeysOf<C, Part extends keyof Contract> = C extends Contract ? keyof C[Part] & string : never;
/** What a caller's key may hold. */
export type Scope = KeysOf<Cluster, "scopes">;
export type ErrorCode = KeysOf<Cluster, "errors"> | keyof typeof COMMON_ERRORS;

/** In the order of their areas and names, whatever the order of the lines is. */
export const CONTRACTS: readonly Contract[] = checked(
	Object.values<Contract>(all).sort((a, b) => (`${a.area}/${a.name}` < `${b.area}/${b.name}` ? -1 : 1)),
	COMMON_ERRORS,
	{ ...SYSTEM_LIMITS, ...CALL_SETTINGS }
);

const brought = <T>(part: (contract: Contract) => Readonly<Record<string, T>>): Record<string, T> =>
	Object.assign({}, ...CONTRACTS.map(part));

/** Every scope, and what it lets its bearer do. */
export const SCOPES = brought(({ scopes }) => scopes) as Readonly<Record<Scope, string>>;
SCOPE_NAMES.push(...Object.keys(SCOPES));

/** Every error that a caller may meet, by its code. */
export const ERRORS = { ...brought(({ errors }) => errors), ...COMMON_ERRORS } as Readonly<
	Record<ErrorCode, ErrorSpec>
>;

/** A setting, by its key; of a contract, or of those that share it. */
export interface OwnedSetting extends SettingSpec {
	readonly key: string;
	readonly owner: string | null;
}

const owned = (owner: string | null, settings: Readonly<Record<string, SettingSpec>>): OwnedSetting[] =>
	Object.entries(settings).map(([key, setting]) => ({ ...setting, key, owner }));

/** Every setting that a contract brings, and those that several share. */
export const SETTINGS: readonly OwnedSetting[] = [
	...CONTRACTS.flatMap(({ name, settings }) => owned(name, settings)),
	...owned(null, SYSTEM_LIMITS),
	...owned(null, CALL_SETTINGS)
];

/** Every metric of ours, by its owner; null: of every node. */
export const METRICS: readonly (MetricSpec & { readonly owner: string | null })[] = [
	...CONTRACTS.flatMap(({ name, metrics }) =>
		Object.values<MetricSpec>(metrics).map(each => ({ ...each, owner: name }))
	),
	...Object.values<MetricSpec>(NODE_METRICS).map(each => ({ ...each, owner: null }))
];

/** Every job, by its name: `sessions.sweep`. */
export const JOBS: ReadonlyMap<string, JobSpec & { readonly service: string }> = new Map(
	CONTRACTS.flatMap(({ name, jobs }) =>
		Object.entries(jobs).map(([key, job]) => [`${name}.${key}`, { ...job, service: name }] as const)
	)
);

export type ContractSettings = { readonly [C in Cluster as C["name"]]: SettingsOf<C> };
export type SystemLimits = SettingsOf<{ readonly settings: typeof SYSTEM_LIMITS }>;
export type CallSettings = SettingsOf<{ readonly settings: typeof CALL_SETTINGS }>;
