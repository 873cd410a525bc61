/** All that is set in an environment: changed setting by setting, and shown without secrets. Pure. */

import { isTable, type Json, type JsonValue } from "../../../contracts/json";
import { OF_SECRETS } from "../../../contracts/platform/config-forms";
import { own, remade } from "../../own";
import { differences } from "../revisions/difference";
import { faultOf, nameFault, normal, settingsOf } from "./settings";

/** By service and name; of a secret what it is sealed as. */
export type ConfigValue = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
/** What is to be set; null: not any more. */
export type Wanted = Readonly<Record<string, Readonly<Record<string, JsonValue | null>>>>;

export interface Fault {
	readonly field: string;
	readonly message: string;
}

/** A secret as it is kept: under a key of its own, which is kept beside it, sealed. */
type Sealed = { key: string; text: string };
export const isSealed = (value: JsonValue | undefined): value is Sealed =>
	isTable(value) && typeof value.key === "string" && typeof value.text === "string";

type Entry = readonly [service: string, key: string, value: JsonValue | null];
const entriesOf = (wanted: Wanted): Entry[] =>
	Object.entries(wanted).flatMap(([service, values]) =>
		Object.entries(values).map(([key, value]): Entry => [service, key, value])
	);

/** What of it cannot be set, before secrets are sealed. What is set may be taken away, whatever became of the setting. */
export const faultsIn = (wanted: Wanted, value: ConfigValue): Fault[] =>
	entriesOf(wanted).flatMap(([service, key, given]) => {
		const isTakenAway = given === null && setIn(value, service, key) !== undefined;
		const message = isTakenAway || (given === null ? nameFault(service, key) : faultOf(service, key, given));
		return typeof message === "string" ? [{ field: `${service}.${key}`, message }] : [];
	});

/** What a revision would set otherwise that is not accepted now: also of one that was accepted once. */
export const unfitIn = (value: ConfigValue, before: ConfigValue): Fault[] =>
	changesBetween(before, value).flatMap(({ path: [service = "", key = ""], kind }) => {
		const set = setIn(value, service, key);
		if (kind === "removed" || (service === OF_SECRETS && isSealed(set))) return [];
		const message = faultOf(service, key, set ?? null);
		return message === undefined ? [] : [{ field: `${service}.${key}`, message }];
	});

const setIn = (value: ConfigValue, service: string, key: string): JsonValue | undefined =>
	own(own(value, service), key);

/** All that is set once that is: what is wanted has no faults. */
export function applied(value: ConfigValue, wanted: Wanted): ConfigValue {
	const next = { ...value };
	for (const [service, values] of Object.entries(wanted)) {
		const set = without(
			{ ...own(value, service), ...remade(values, (given, key) => kept(service, key, given)) },
			values
		);
		if (Object.keys(set).length > 0) next[service] = set;
		else delete next[service];
	}
	return next;
}

const kept = (service: string, key: string, given: JsonValue): JsonValue | undefined => {
	const setting = settingsOf(service)?.get(key);
	return setting && given !== null ? normal(setting, given) : given;
};

const without = (set: Json, wanted: Wanted[string]): Json =>
	Object.fromEntries(Object.entries(set).filter(([key]) => own(wanted, key) !== null));

/** In place of a secret. */
const SECRET = { secret: true };

/** Without secrets. */
export const shown = (value: ConfigValue): Record<string, Json> =>
	remade(value, (set, service) => remade(set, each => (service === OF_SECRETS ? SECRET : each)));

export interface ConfigChange {
	readonly path: readonly string[];
	readonly kind: "added" | "removed" | "changed";
	readonly before: JsonValue;
	readonly after: JsonValue;
	readonly secret: boolean;
}

/** Setting by setting; of a secret that it is another one, and nothing of it. */
export const changesBetween = (before: ConfigValue, after: ConfigValue): ConfigChange[] =>
	differences(comparable(before, after), comparable(after, before)).map(({ path, kind, ...sides }) => {
		const secret = path[0] === OF_SECRETS;
		return { path, kind, ...(secret ? { before: null, after: null } : sides), secret };
	});

/** With all services of both, so that each setting is a place of its own; a secret is told from another one by its key. */
const comparable = (value: ConfigValue, other: ConfigValue): Json => ({
	...remade(other, () => ({})),
	...remade(value, (set, service) => remade(set, each => (service === OF_SECRETS && isSealed(each) ? each.key : each)))
});

/** The names of what is set, by service. */
export const namesIn = (value: ConfigValue): Record<string, string[]> => remade(value, set => Object.keys(set).sort());
