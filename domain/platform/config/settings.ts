/** The settings of the contracts by service and name, and what may be set of them for the whole cluster. Pure. */

import { CONTRACTS, type OwnedSetting, SETTINGS } from "../../../contracts/cluster";
import type { JsonValue } from "../../../contracts/json";
import { OF_NODES, OF_SECRETS } from "../../../contracts/platform/config-forms";
import { isAlternatives, wordy } from "../../../contracts/rules";
import { settingIn } from "../setting";

/** What a setting may be. */
export type SettingValue = number | string | boolean;

type Settings = ReadonlyMap<string, OwnedSetting>;

const settingsBy = (owner: string | null): Map<string, OwnedSetting> =>
	new Map(SETTINGS.filter(setting => setting.owner === owner).map(setting => [setting.variable, setting]));

const BY_SERVICE: ReadonlyMap<string, Settings> = new Map([
	...CONTRACTS.map(({ name }): [string, Map<string, OwnedSetting>] => [name, settingsBy(name)]),
	[OF_NODES, settingsBy(null)],
	[OF_SECRETS, new Map()]
]);

/** Undefined where there is no such service. */
export const settingsOf = (service: string): Settings | undefined => BY_SERVICE.get(service);

/** All names that settings are kept under. */
export const configured = (): string[] => [...BY_SERVICE.keys()].sort();

/** What a value is kept as, which may be given as the environment has it; undefined where the setting may not be that. */
export function normal(setting: OwnedSetting, value: JsonValue): SettingValue | undefined {
	const { read } = settingIn(setting);
	if (typeof value === "string") return read(value);
	if (typeof value === "boolean") return typeOf(setting) === "boolean" ? value : undefined;
	return typeof value === "number" && typeOf(setting) === "number" ? read(String(value)) : undefined;
}

const typeOf = ({ rule }: OwnedSetting): string => (isAlternatives(rule) ? "" : wordy(rule).type);

/** Where nobody sets it. */
export const fallbackOf = (setting: OwnedSetting): SettingValue | undefined => {
	const { fallback, read } = settingIn(setting);
	return read(fallback);
};

/** As definitions may name them wherever they are filled in. */
const SECRET_NAME = /^BANYAN_SECRET_[A-Z0-9_]{1,80}$/;
const SECRET_MOST = 8_192;

/** Why there is nothing of this name to be set, as a sentence; undefined where there is. */
export function nameFault(service: string, key: string): string | undefined {
	const settings = settingsOf(service);
	if (!settings) return `There is no service '${service}': GET /api/v1/config names those that there are.`;
	if (service === OF_SECRETS)
		return SECRET_NAME.test(key)
			? undefined
			: "A secret is called BANYAN_SECRET_ and more, in capitals, digits and _: so definitions may name it.";
	const setting = settings.get(key);
	if (!setting) return `'${service}' has no setting '${key}': GET /api/v1/config/${service} names those that it has.`;
	return setting.local ? `${key} is read from the environment of each node alone: set it there.` : undefined;
}

/** Why something cannot be set, as a sentence, which never shows what was given; undefined where it can. */
export function faultOf(service: string, key: string, value: JsonValue): string | undefined {
	const setting = settingsOf(service)?.get(key);
	return nameFault(service, key) ?? (setting ? settingFault(setting, value) : secretFault(value));
}

function settingFault(setting: OwnedSetting, value: JsonValue): string | undefined {
	const { must, says } = settingIn(setting);
	return normal(setting, value) === undefined ? `${setting.variable} must be ${must} (${says}).` : undefined;
}

function secretFault(value: JsonValue): string | undefined {
	const fits = typeof value === "string" && value.length > 0 && value.length <= SECRET_MOST;
	return fits ? undefined : `A secret must be a text of 1 to ${SECRET_MOST} characters.`;
}
