/** What lies in monitoring/, as it is read. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const MONITORING = join(__dirname, "..", "..", "monitoring");
const RULES = join(MONITORING, "rules");

export interface AlertRule {
	readonly alert: string;
	readonly expr: string;
	readonly for?: string;
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
}
export interface RecordRule {
	readonly record: string;
	readonly expr: string;
}
type Rule = AlertRule | RecordRule;

export const ruleFiles = (): string[] =>
	readdirSync(RULES)
		.filter(name => name.endsWith(".yml"))
		.map(name => join(RULES, name));

const rules = (): Rule[] =>
	ruleFiles().flatMap(file => {
		const { groups }: { readonly groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
			readFileSync(file, "utf8")
		);
		return groups.flatMap(group => group.rules);
	});

export const alertRules = (): AlertRule[] => rules().filter(rule => "alert" in rule);
export const recordRules = (): RecordRule[] => rules().filter(rule => "record" in rule);

const WORDS = new Set([
	...["and", "or", "unless", "on", "ignoring", "by", "without", "bool", "offset", "group_left", "group_right"],
	...["vector", "inf", "nan"]
]);
/** In brackets, what is no metric: labels that are matched, or grouped by. */
const MATCHERS = /\{[^}]*\}/g;
const GROUPS = /\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const TEXTS = /"(?:[^"\\]|\\.)*"/g;
const NAMES = /[a-zA-Z_:][\w:]*(?!\w|:|\s*\()/g;

/** The metrics that an expression asks for. */
export function metricsIn(expr: string): string[] {
	const bare = expr
		.replace(TEXTS, '""')
		.replace(MATCHERS, "")
		.replace(GROUPS, " ")
		.replace(/\[[^\]]*\]|\boffset\s+\S+/g, "");
	return [...new Set(bare.match(NAMES) ?? [])].filter(name => !WORDS.has(name.toLowerCase()));
}
