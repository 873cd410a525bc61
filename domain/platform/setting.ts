/** Settings as their contracts state them: a rule of the contracts' own language, read out of an environment's text. Pure. */

import type { SettingSpec } from "../../contracts/contract";
import type { JsonValue } from "../../contracts/json";
import { isAlternatives, type Wordy, wordy } from "../../contracts/rules";

type Value = number | string | boolean;

interface Kind {
	/** Undefined where the text is not of the form. */
	read(text: string, words: Wordy): Value | undefined;
	/** What the form is, after what the setting means. */
	form(words: Wordy): string;
}

const KINDS: Readonly<Record<string, Kind>> = {
	number: {
		read: (text, { integer, min, max }) => {
			const value = (integer === true ? /^-?\d+$/ : /^-?\d+(?:\.\d+)?$/).test(text) ? Number(text) : Number.NaN;
			return value >= bound(min, -Infinity) && value <= bound(max, Infinity) ? value : undefined;
		},
		form: ({ min, max }) => {
			if (min !== undefined && max !== undefined) return `${min} to ${max}`;
			if (min !== undefined) return `${min} or more`;
			return max === undefined ? "a number" : `${max} at most`;
		}
	},
	string: {
		read: (text, { min, max, pattern }) => {
			const fits = text.length >= bound(min, 0) && text.length <= bound(max, Infinity);
			return fits && (pattern === undefined || new RegExp(String(pattern)).test(text)) ? text : undefined;
		},
		form: ({ pattern }) => (pattern === undefined ? "a text" : `a text as ${String(pattern)}`)
	},
	boolean: {
		read: text => ({ on: true, off: false })[text],
		form: () => "on or off"
	},
	enum: {
		read: (text, { values = [] }) => values.map(String).find(value => value === text),
		form: ({ values = [] }) => `one of ${values.join(", ")}`
	}
};

const bound = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** A setting, spelled out. */
export interface Setting {
	/** What it is, as a part of a sentence. */
	readonly says: string;
	/** What the text must be. */
	readonly must: string;
	/** As text. */
	readonly fallback: string;
	readonly read: (text: string) => Value | undefined;
}

/** @throws a sentence where its rule is of a kind that no text can be read by */
export function settingIn({ variable, rule, summary, unit, form }: SettingSpec): Setting {
	if (isAlternatives(rule)) throw unreadable(variable);
	const words = wordy(rule);
	const kind = Object.hasOwn(KINDS, words.type) ? KINDS[words.type] : undefined;
	if (!kind) throw unreadable(variable);
	return {
		says: summary,
		must:
			form ??
			`${words.integer === true ? "a whole number, " : ""}${kind.form(words)}${unit === undefined || unit === "days" ? "" : ` ${unit}`}`,
		fallback: textOf(words.default),
		read: text => kind.read(text, words)
	};
}

const textOf = (value: JsonValue | undefined): string =>
	typeof value === "boolean" ? (value ? "on" : "off") : String(value);

const unreadable = (variable: string): Error =>
	new Error(`The rule of ${variable} is for no text: a setting is a number, a string, a boolean or an enum.`);
