/**
 * What each setting of a node is: its environment's word, else what is set for the cluster, else its default. One that applies
 * live is what it is now, all of one revision at once; any other is taken once, when it is first needed, and stays so until the
 * node starts anew. Pure.
 */

import { type OwnedSetting, SETTINGS } from "../../contracts/cluster";
import type { JsonValue } from "../../contracts/json";
import { OF_NODES } from "../../contracts/platform/config-forms";
import { fieldsOf } from "../unknown";
import type { SettingValue } from "./config/settings";
import { type Setting, settingIn } from "./setting";

export type SettingSource = "environment" | "config" | "default";

export interface SettingState {
	/** The environment's variable, by which `config` knows it, too. */
	readonly variable: string;
	readonly service: string;
	/** In force on this node. */
	readonly value: SettingValue;
	readonly from: SettingSource;
	/** What else says something of it, and is not listened to. */
	readonly overridden: readonly { readonly from: SettingSource; readonly value: SettingValue }[];
	readonly applies: "live" | "restart" | "environment";
	/** What it will be once the node starts anew; null: what it is. */
	readonly pending: SettingValue | null;
}

/** What it would be now, by whose word. */
interface Said {
	readonly value: SettingValue;
	readonly from: SettingSource;
}

/** As an environment has it; undefined of what no environment could have. */
function asText(value: JsonValue | undefined): string | undefined {
	if (typeof value === "boolean") return value ? "on" : "off";
	return typeof value === "number" || typeof value === "string" ? String(value) : undefined;
}

class Cell {
	private readonly setting: Setting;
	/** By whose word comes first. */
	private words: readonly [Said, ...Said[]];
	private taken: Said | undefined;

	/** @param own undefined where the environment says nothing */
	constructor(
		readonly spec: OwnedSetting,
		private readonly own: SettingValue | undefined
	) {
		this.setting = settingIn(spec);
		this.words = this.wordsWith(undefined);
	}

	/** @returns whether it may be so; undefined: it is not set for the cluster */
	set(value: JsonValue | undefined): boolean {
		const text = this.spec.local ? undefined : asText(value);
		const config = text === undefined ? undefined : this.setting.read(text);
		this.words = this.wordsWith(config);
		return config !== undefined || value === undefined;
	}

	get now(): SettingValue {
		return this.spec.live ? this.words[0].value : this.take().value;
	}

	take(): Said {
		this.taken ??= this.words[0];
		return this.taken;
	}

	private wordsWith(config: SettingValue | undefined): readonly [Said, ...Said[]] {
		const fallback: Said = { value: this.setting.read(this.setting.fallback) as SettingValue, from: "default" };
		const said = [
			...(this.own === undefined ? [] : [{ value: this.own, from: "environment" as const }]),
			...(config === undefined ? [] : [{ value: config, from: "config" as const }])
		];
		const [first, ...others] = said;
		return first === undefined ? [fallback] : [first, ...others, fallback];
	}

	get state(): SettingState {
		const { variable, owner, live, local } = this.spec;
		const [next] = this.words;
		const inForce = live ? next : (this.taken ?? next);
		return {
			variable,
			service: owner ?? OF_NODES,
			...inForce,
			overridden: this.words.filter(({ from }) => from !== inForce.from),
			applies: local ? "environment" : live ? "live" : "restart",
			pending: next.value === inForce.value ? null : next.value
		};
	}
}

/** @param own what the environment says of a setting; undefined: nothing */
export class SettingValues {
	private readonly cells: readonly Cell[];

	constructor(own: (setting: OwnedSetting) => SettingValue | undefined) {
		this.cells = SETTINGS.map(spec => new Cell(spec, own(spec)));
	}

	/**
	 * From now on this is what is set for the cluster: all of it, or what could not be read left out.
	 * @param value by service, by variable
	 * @returns the variables that are not as this node's release has them
	 */
	set(value: JsonValue): string[] {
		const services = fieldsOf(value);
		return this.cells.flatMap(cell => {
			const { owner, variable } = cell.spec;
			const given = fieldsOf(services[owner ?? OF_NODES])[variable] as JsonValue | undefined;
			return cell.set(given) ? [] : [variable];
		});
	}

	/** From now on what applies at a start stays as it is. */
	settle(): void {
		for (const cell of this.cells) if (!cell.spec.live) cell.take();
	}

	/** The settings of an owner, by key: each is what it is when it is looked at. */
	table(owner: string | null, keys: readonly string[]): object {
		const table = {};
		for (const cell of this.cells)
			if (cell.spec.owner === owner && keys.includes(cell.spec.key))
				Object.defineProperty(table, cell.spec.key, { enumerable: true, get: () => cell.now });
		return table;
	}

	get states(): SettingState[] {
		return this.cells.map(({ state }) => state);
	}
}
