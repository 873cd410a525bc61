/** Why a flag answers as it does in a context, and what would change that. Pure. */

import type { Explanation, FlagContext } from "../../../contracts/platform/flag-shapes";
import { BUCKETS, bucketOf } from "../../bucket";
import { type CompiledFlag, type CompiledRule, type CompiledSet, holds, targetingKeyOf } from "./compiled";
import { type Evaluated, evaluate, isDecision, lackOf, type Share, shareOf } from "./evaluate";

type Explained = Pick<Explanation, "inputs" | "checked" | "wouldChange">;

export function explain(set: CompiledSet, key: string, context: FlagContext): { evaluated: Evaluated } & Explained {
	const evaluated = evaluate(set, key, context);
	const flag = set.flags.get(key);
	const inputs = { context, salt: flag?.salt ?? key, bucket: flag ? bucketIn(flag, context) : null };
	if (!flag) return { evaluated, inputs, checked: [], wouldChange: [] };
	const looked = lookedAt(flag, context);
	const isAsked = flag.spec.enabled && !lackOf(set, flag, context);
	return {
		evaluated,
		inputs,
		checked: isAsked ? looked.map(look => checkedRule(flag, look, context)) : [],
		wouldChange: isAsked ? rulesChange(flag, looked, context) : [aheadOfRules(set, flag, context)]
	};
}

const bucketIn = ({ salt }: CompiledFlag, context: FlagContext): number | null => {
	const key = targetingKeyOf(context);
	return key === undefined ? null : bucketOf(salt, key);
};

interface Look {
	readonly rule: CompiledRule;
	readonly share: Share;
}

/** The rules up to the one that decides. */
function lookedAt(flag: CompiledFlag, context: FlagContext): Look[] {
	const looks: Look[] = [];
	for (const rule of flag.rules) {
		const share = shareOf(flag, rule, context);
		looks.push({ rule, share });
		if (share !== "out") break;
	}
	return looks;
}

const checkedRule = (
	flag: CompiledFlag,
	{ rule, share }: Look,
	context: FlagContext
): Explanation["checked"][number] => ({
	rule: rule.spec.name,
	fits: share === "match" || share === "split",
	because: becauseOf(flag, rule, context)
});

function becauseOf(flag: CompiledFlag, rule: CompiledRule, context: FlagContext): string {
	const missed = missedBy(rule, context);
	if (missed.length > 0) return `${missed.join("; ")}.`;
	const { percent } = rule.spec;
	if (percent === undefined) return "All that it asks for holds.";
	const bucket = bucketIn(flag, context);
	if (bucket === null) return `It is for ${percent} %, and the context has no targeting key.`;
	return `Bucket ${bucket} of ${BUCKETS}, and it is for ${percent} %.`;
}

/** What it asks for, and the context does not have. */
const missedBy = ({ spec }: CompiledRule, context: FlagContext): string[] => [
	...(spec.users && !spec.users.some(user => user === context.targetingKey)
		? ["the targeting key is none of its users"]
		: []),
	...(spec.groups && !spec.groups.some(group => isIn(group, context.groups)) ? ["no group is one of its groups"] : []),
	...(spec.where ?? []).filter(condition => !holds(condition, context)).map(whereWords)
];
const isIn = (group: string, groups: unknown): boolean =>
	Array.isArray(groups) ? groups.includes(group) : groups === group;

const whereWords = ({ attribute, operator, values }: NonNullable<CompiledRule["spec"]["where"]>[number]): string =>
	`'${attribute}' is not ${OPERATES[operator]} ${values.map(value => JSON.stringify(value)).join(", ")}`;
const OPERATES = {
	in: "one of",
	notIn: "something other than",
	startsWith: "a text that begins with",
	endsWith: "a text that ends with",
	contains: "a text with",
	below: "below",
	above: "above"
} as const;

/** What stands before its rules. */
function aheadOfRules(set: CompiledSet, flag: CompiledFlag, context: FlagContext): string {
	if (!flag.spec.enabled) return `Turn '${flag.key}' on: its rules are asked then.`;
	const lacking = (flag.spec.requires ?? []).find(({ flag: needed, variant }) => {
		const found = evaluate(set, needed, context);
		return !isDecision(found) || found.variant !== variant;
	});
	return `Let '${lacking?.flag}' answer '${lacking?.variant}': the rules of '${flag.key}' are asked then.`;
}

function rulesChange(flag: CompiledFlag, looks: readonly Look[], context: FlagContext): string[] {
	const changes = looks.flatMap(look => CHANGES[look.share](flag, look.rule, context));
	return [...changes, `Turn '${flag.key}' off: everybody gets '${flag.spec.offVariant}'.`];
}

type Changes = (flag: CompiledFlag, rule: CompiledRule, context: FlagContext) => string[];

const CHANGES: Readonly<Record<Share, Changes>> = {
	match: (_, { spec }) => [`Take what they have from rule '${spec.name}': it gives '${spec.variant}' now.`],
	split: (flag, { spec }, context) => {
		const bucket = bucketIn(flag, context);
		return bucket === null || bucket <= 1
			? []
			: [`Let rule '${spec.name}' be for less than ${bucket} %: it gives '${spec.variant}' now.`];
	},
	unknown: (_, { spec }) => [`Give the context a targeting key: rule '${spec.name}' is for ${spec.percent} %.`],
	out: (flag, rule, context) => [outWords(flag, rule, context)]
};

function outWords(flag: CompiledFlag, rule: CompiledRule, context: FlagContext): string {
	const { name, variant, percent } = rule.spec;
	const [bucket, missed] = [bucketIn(flag, context), missedBy(rule, context)];
	const share =
		percent === undefined || bucket === null || bucket <= percent ? [] : [`rule '${name}' is for ${bucket} % or more`];
	const told = [
		...missed.map(each =>
			each.replace("is none of", "is one of").replace("no group is", "a group is").replace(" is not ", " is ")
		),
		...share
	];
	return `'${variant}' by rule '${name}', where ${told.join(", and ")}.`;
}
