/** Settings as whoever may see them is shown them. */

import type { OwnedSetting } from "../../../contracts/cluster";
import type { JsonValue } from "../../../contracts/json";
import { type ConfigSetting, OF_SECRETS } from "../../../contracts/platform/config-forms";
import { own } from "../../../domain/own";
import { fallbackOf, settingsOf } from "../../../domain/platform/config/settings";
import { type ConfigValue, shown } from "../../../domain/platform/config/values";
import { settingIn } from "../../../domain/platform/setting";
import type { SettingState } from "../../../domain/platform/setting-values";

/** Those of a service, and what else is set under its name. @param node as it goes by them */
export function settingsShown(service: string, value: ConfigValue, node: readonly SettingState[]): ConfigSetting[] {
	const set = own(shown(value), service) ?? {};
	const known = settingsOf(service) ?? new Map<string, OwnedSetting>();
	const others = Object.keys(set).filter(key => !known.has(key));
	const states = new Map(node.map(state => [state.variable, state] as const));
	return [
		...[...known.values()].flatMap(setting => {
			const state = states.get(setting.variable);
			return state ? [settingShown(setting, own(set, setting.variable) ?? null, state)] : [];
		}),
		...others.sort().map(key => otherShown(service, key, set[key] ?? null))
	];
}

function settingShown(setting: OwnedSetting, set: JsonValue, { value, from, applies }: SettingState): ConfigSetting {
	const { must, says } = settingIn(setting);
	const fallback = fallbackOf(setting) ?? null;
	return { key: setting.variable, value, from, set, applies, summary: says, must, fallback };
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
