/** What is wrong with a definition, found first and put into words later: of many faults only the first are told. Pure. */

import { meant } from "../near";
import type { Path } from "./definition-values";

export interface Fault {
	readonly path: Path;
	readonly message: string;
	/** The key itself is what is wrong. */
	readonly of?: "key";
}

/** A fault that is put into words only if it is among those that are told. */
export type Found = () => Fault;

/** The two ends of a migration, as a definition has them. */
export const SIDES = ["source", "target"] as const;
export const isSide = (step: unknown): boolean => SIDES.some(side => side === step);

export const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

export function valueAt(value: unknown, [step, ...rest]: Path): unknown {
	if (step === undefined) return value;
	return typeof value === "object" && value !== null ? valueAt(Reflect.get(value, step), rest) : undefined;
}

const LONGEST_SHOWN = 60;
/** A key as it is told. */
export const short = (key: string | number): string => {
	const text = String(key);
	return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
};

export const strange = (key: string, known: readonly string[]): string =>
	`There is no option '${short(key)}' here.${meant(key, known)} Known are: ${known.join(", ")}.`;
