/** Settings as whoever may see them is shown them. */

import type { Settings } from "../../../cluster/settings";
import type { OwnedSetting } from "../../../contracts/cluster";
import type { JsonValue } from "../../../contracts/json";
import { type ConfigSetting, OF_SECRETS } from "../../../contracts/platform/config-forms";
import { own } from "../../../domain/own";
import { fallbackOf, settingsOf } from "../../../domain/platform/config/settings";
import { type ConfigValue, shown } from "../../../domain/platform/config/values";
import { settingIn } from "../../../domain/platform/setting";
import { fieldsOf } from "../../../domain/unknown";

/** Those of a service, and what else is set under its name. @param node as it goes by them */
export function settingsShown(service: string, value: ConfigValue, node: Settings): ConfigSetting[] {
	const set = own(shown(value), service) ?? {};
	const known = settingsOf(service) ?? new Map<string, OwnedSetting>();
	const others = Object.keys(set).filter(key => !known.has(key));
	return [
		...[...known.values()].map(setting =>
			settingShown(setting, own(set, setting.variable) ?? null, valueAt(node, setting))
		),
		...others.sort().map(key => otherShown(service, key, set[key] ?? null))
	];
}

function settingShown(setting: OwnedSetting, set: JsonValue, value: JsonValue): ConfigSetting {
	const { must, says } = settingIn(setting);
	const fallback = fallbackOf(setting) ?? null;
	return {
		key: setting.variable,
		value,
		from: fromOf(value, set, fallback),
		set,
		applies: setting.local ? "environment" : "restart",
		summary: says,
		must,
		fallback
	};
}

/** What a node goes by is what is set where it is that. */
function fromOf(value: JsonValue, set: JsonValue, fallback: JsonValue): ConfigSetting["from"] {
	if (set !== null && value === set) return "config";
	return value === fallback ? "default" : "environment";
}

/** A secret; or what no service of this release has any more. */
const otherShown = (service: string, key: string, set: JsonValue): ConfigSetting => ({
	key,
	value: null,
	from: "config",
	set,
	applies: "live",
	summary: service === OF_SECRETS ? "a secret that definitions may name" : "no setting of this release any more",
	must: service === OF_SECRETS ? "a text" : "taken away: null",
	fallback: null
});

function valueAt({ contracts, limits, calls }: Settings, { owner, key }: OwnedSetting): JsonValue {
	const found = owner === null ? { ...limits, ...calls } : own(fieldsOf(contracts), owner);
	const value = own(fieldsOf(found), key);
	return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
