/** What a flag set must keep before it is kept: each fault is a sentence that says where, and what to do. Pure. */

import Validator, { type ValidationError } from "fastest-validator";
import type { JsonValue } from "../../../contracts/json";
import { FLAG_LIMITS, type Flag, type FlagSet, flag as flagShape } from "../../../contracts/platform/flag-shapes";
import { strict } from "../../../contracts/schema";
import { canonical } from "../../canonical";
import { own } from "../../own";
import { isFields, propertyOf } from "../../unknown";
import { type Fault, variantFault } from "./fault";
import { nameFault, namesWithin } from "./names";
import { requiredFaults } from "./required";
import { ruleFaults } from "./rule-faults";

const structure = new Validator({ considerNullAsAValue: true }).compile(strict({ flag: flagShape }));

/** What is wrong with it, the first of its kind first; empty: it may be kept. */
export function faultsOf(value: unknown): readonly Fault[] {
	const flags = propertyOf(value, "flags");
	if (!isFields(flags)) return [{ field: "flags", message: "This is no table of flags by their keys." }];
	const unreadable = [
		...sizeFaults(flags),
		...Object.entries(flags).flatMap(([key, each]) => structuralFaults(key, each))
	];
	if (unreadable.length > 0) return unreadable;
	const set = { flags } as unknown as FlagSet;
	return [...Object.entries(set.flags).flatMap(([key, each]) => flagFaults(key, each)), ...requiredFaults(set)];
}

function sizeFaults(flags: Readonly<Record<string, unknown>>): Fault[] {
	const { flags: most, characters } = FLAG_LIMITS;
	const count = Object.keys(flags).length;
	if (count > most)
		return [
			{ field: "flags", message: `${count} flags are too many: ${most} are the most. Delete those that are stale.` }
		];
	const size = canonical(flags as JsonValue & object).length;
	if (size <= characters) return [];
	return [
		{
			field: "flags",
			message: `All flags together are ${size} characters: ${characters} are the most. Name fewer users, or smaller values.`
		}
	];
}

function structuralFaults(key: string, flag: unknown): Fault[] {
	const place = `flags.${key}`;
	const fault = nameFault(key, "flag");
	if (fault) return [{ field: place, message: fault }];
	// The validator fills in and trims: what is kept is what was given.
	const found = structure({ flag: structuredClone(flag) });
	return Array.isArray(found) ? found.map(each => structuralFault(place, each)) : [];
}

const structuralFault = (place: string, { field, message, type, actual }: ValidationError): Fault => {
	const at = `${place}${field.replace(/^flag/, "")}`;
	if (type === "objectStrict") return { field: at, message: `There is no field '${String(actual)}' here.` };
	return { field: at, message: (message ?? "This is not as it must be.").replaceAll("'flag.", "'") };
};

function flagFaults(key: string, flag: Flag): Fault[] {
	const place = `flags.${key}`;
	return [
		...variantsFaults(place, flag),
		...servedFaults(place, flag),
		...dateFaults(place, flag),
		...ruleFaults(place, flag)
	];
}

const FITS: Readonly<Record<Flag["kind"], (value: JsonValue) => boolean>> = {
	boolean: value => typeof value === "boolean",
	string: value => typeof value === "string",
	number: value => typeof value === "number",
	json: value => typeof value === "object" && value !== null
};
/** Within a value of JSON. */
const DEEPEST = 20;

function variantsFaults(place: string, { variants, kind }: Flag): Fault[] {
	const names = Object.keys(variants);
	const field = `${place}.variants`;
	if (names.length === 0) return [{ field, message: "A flag needs a variant at least: { on: true, off: false }." }];
	if (names.length > FLAG_LIMITS.variants)
		return [{ field, message: `${names.length} variants are too many: ${FLAG_LIMITS.variants} are the most.` }];
	return names.flatMap(name => {
		const message = nameFault(name, "variant") ?? valueFault(own(variants, name) ?? null, kind);
		return message ? [{ field: `${field}.${name}`, message }] : [];
	});
}

function valueFault(value: JsonValue, kind: Flag["kind"]): string | undefined {
	if (!FITS[kind](value))
		return `The value is no ${kind}, which the flag's kind is${kind === "json" ? ": an object or a list" : ""}.`;
	return namesWithin(value, DEEPEST);
}

/** Variants that it serves where no rule fits. */
const servedFaults = (place: string, flag: Flag): Fault[] =>
	(["defaultVariant", "offVariant"] as const).flatMap(field => {
		const message = variantFault(flag, flag[field]);
		return message ? [{ field: `${place}.${field}`, message }] : [];
	});

function dateFaults(place: string, { expires }: Flag): Fault[] {
	if (expires === null || isDay(expires)) return [];
	return [
		{
			field: `${place}.expires`,
			message: `'${expires}' is no day: write it as 2027-01-31, or null for a flag that stays.`
		}
	];
}

/** A day of the calendar: 2026-02-30 is none. */
export function isDay(text: string): boolean {
	const day = new Date(`${text}T00:00:00.000Z`);
	return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
