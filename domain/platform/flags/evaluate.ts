/**
 * What a flag answers: a pure function of a flag set's revision and a context, so that each service of each node says the same.
 */

import type { JsonValue } from "../../../contracts/json";
import type { EvaluationError, FlagContext, Reason } from "../../../contracts/platform/flag-shapes";
import { BUCKETS, bucketOf } from "../../bucket";
import { meant } from "../../near";
import { type CompiledFlag, type CompiledRule, type CompiledSet, targetingKeyOf } from "./compiled";

/** What was decided, and by what. */
export interface Decision {
	readonly key: string;
	readonly value: JsonValue;
	readonly variant: string;
	readonly reason: Exclude<Reason, "ERROR">;
	/** The rule that fitted. */
	readonly rule?: string;
}
export interface Undecided {
	readonly key: string;
	readonly reason: "ERROR";
	readonly errorCode: EvaluationError;
	readonly errorDetails: string;
}
export type Evaluated = Decision | Undecided;

export const isDecision = (evaluated: Evaluated): evaluated is Decision => evaluated.reason !== "ERROR";

export function evaluate(set: CompiledSet, key: string, context: FlagContext): Evaluated {
	const flag = set.flags.get(key);
	return flag ? evaluateFlag(set, flag, context) : unknownFlag(set, key);
}

export const evaluateAll = (set: CompiledSet, context: FlagContext): Evaluated[] =>
	[...set.flags.values()].map(flag => evaluateFlag(set, flag, context));

function evaluateFlag(set: CompiledSet, flag: CompiledFlag, context: FlagContext): Evaluated {
	const { enabled, offVariant, defaultVariant } = flag.spec;
	if (!enabled) return decided(flag, offVariant, "DISABLED");
	const lacking = lackOf(set, flag, context);
	if (lacking) return isDecision(lacking) ? decided(flag, offVariant, "PREREQUISITE_FAILED") : undecided(flag, lacking);
	for (const rule of flag.rules) {
		const share = shareOf(flag, rule, context);
		if (share === "unknown") return missingKey(flag, rule);
		if (share !== "out") return { ...answer(flag, rule, share), rule: rule.spec.name };
	}
	return decided(flag, defaultVariant, "DEFAULT");
}

/** What a flag that is required answers, where that is not what it must. Undefined: each does. */
export function lackOf(set: CompiledSet, { spec }: CompiledFlag, context: FlagContext): Evaluated | undefined {
	for (const { flag, variant } of spec.requires ?? []) {
		const found = evaluate(set, flag, context);
		if (!isDecision(found) || found.variant !== variant) return found;
	}
	return undefined;
}

/** Whether a rule takes whoever is asked for: by its own words, by its share, not; or that cannot be said. */
export type Share = "match" | "split" | "out" | "unknown";

export function shareOf({ salt }: CompiledFlag, rule: CompiledRule, context: FlagContext): Share {
	if (!rule.isFor(context)) return "out";
	const { percent } = rule.spec;
	if (percent === undefined) return "match";
	if (percent <= 0) return "out";
	if (percent >= BUCKETS) return "split";
	const targetingKey = targetingKeyOf(context);
	if (targetingKey === undefined) return "unknown";
	return bucketOf(salt, targetingKey) <= percent ? "split" : "out";
}

const answer = (flag: CompiledFlag, { spec, value }: CompiledRule, share: Share): Decision => ({
	key: flag.key,
	value,
	variant: spec.variant,
	reason: share === "split" ? "SPLIT" : "TARGETING_MATCH"
});

const decided = (flag: CompiledFlag, variant: string, reason: Decision["reason"]): Decision => ({
	key: flag.key,
	value: flag.served(variant),
	variant,
	reason
});

const failed = (key: string, errorCode: EvaluationError, errorDetails: string): Undecided => ({
	key,
	reason: "ERROR",
	errorCode,
	errorDetails
});

const unknownFlag = ({ flags }: CompiledSet, key: string): Undecided =>
	failed(key, "FLAG_NOT_FOUND", `There is no flag '${key}'.${meant(key, [...flags.keys()])}`);

const missingKey = ({ key }: CompiledFlag, { spec }: CompiledRule): Undecided =>
	failed(
		key,
		"TARGETING_KEY_MISSING",
		`The rule '${spec.name}' of '${key}' is for a share, and the context does not say of whom: give it a 'targetingKey'.`
	);

const undecided = ({ key }: CompiledFlag, { errorCode, errorDetails }: Undecided): Undecided =>
	failed(key, errorCode, errorDetails);
