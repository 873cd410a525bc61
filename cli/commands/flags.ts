/** Feature flags as they are set, and what they answer. */

import type { Json } from "../../contracts/json";
import type { Evaluation, Explanation, FlagRule, ShownFlag } from "../../contracts/platform/flag-shapes";
import type { Revision } from "../../contracts/revisions";
import { jsonText } from "../../domain/text/json";
import { shown } from "../../domain/text/visible";
import type { Client } from "../client";
import { CommandError, type Flags, paper, print, printJson } from "../command";
import { EXIT } from "../exit";
import { page } from "../terminal/marks";
import { table } from "../terminal/table";
import { clock } from "../text/words";

/** @param what it is, as a sentence begins. @throws CommandError */
export function wholeOf(text: string, what: string): number {
	if (/^\d{1,9}$/.test(text)) return Number(text);
	throw new CommandError(`${what} is a whole number, and '${shown(text)}' is none.`);
}

/** A table, or what is said where it has no row. */
function tell(
	client: Client,
	{ json }: Flags,
	all: readonly object[],
	columns: Columns,
	rows: string[][],
	none: string
): number {
	if (json) printJson(all);
	else
		print(
			rows.length === 0
				? none
				: page(
						table(
							columns,
							rows.map(row => row.map(shown)),
							paper(client)
						)
					)
		);
	return EXIT.clean;
}
type Columns = Parameters<typeof table>[0];

export async function listFlags(client: Client, flags: Flags): Promise<number> {
	const all = await client.call("flags.list", { stale: flags.stale === true });
	const none = flags.stale ? "No flag should go." : NONE;
	return tell(client, flags, all, COLUMNS, all.map(rowOf), none);
}
const NONE = 'There is no flag. To make one: banyan flag create KEY --owner WHO --percent 5 --reason "…"';
const COLUMNS = [
	{ title: "flag" },
	{ title: "state" },
	{ title: "for whom", gives: true },
	{ title: "owner" },
	{ title: "until" },
	{ title: "changed" }
];
const rowOf = ({ key, enabled, rules, owner, expires, changedAt, stale }: ShownFlag): string[] => [
	key,
	stale ? `${onOff(enabled)}, ${stale.because}` : onOff(enabled),
	rules.map(ruleWords).join("; "),
	owner,
	expires ?? "-",
	changedAt === null ? "-" : clock(changedAt)
];
const onOff = (enabled: boolean): string => (enabled ? "on" : "off");

/** `25 % → on`, `groups staff → on`. */
function ruleWords({ users, groups, where, percent, variant }: FlagRule): string {
	const whom = [
		...(users ? [`users ${users.join(", ")}`] : []),
		...(groups ? [`groups ${groups.join(", ")}`] : []),
		...(where ?? []).map(({ attribute, operator, values }) => `${attribute} ${operator} ${values.join(", ")}`),
		...(percent === undefined ? [] : [`${percent} %`])
	];
	return `${whom.length === 0 ? "everybody" : whom.join(" and ")} → ${variant}`;
}

export async function showFlag(client: Client, key: string, flags: Flags): Promise<number> {
	return tellFlag(await client.call("flags.show", { key }), flags);
}

export function tellFlag(flag: ShownFlag, { json }: Flags): number {
	if (json) printJson(flag);
	else print(linesOf(flag).map(shown).join("\n"));
	return EXIT.clean;
}

const linesOf = (flag: ShownFlag): string[] => [
	`${flag.key}: ${onOff(flag.enabled)}, of revision ${flag.revision}${flag.description === "" ? "" : `: ${flag.description}`}`,
	...flag.rules.map(rule => `  ${rule.name}: ${ruleWords(rule)}`),
	`  else ${flag.defaultVariant}; while it is off ${flag.offVariant}`,
	...(flag.requires ?? []).map(each => `  needs '${each.flag}' to answer ${each.variant}`),
	`  of ${flag.owner}, ${flag.expires === null ? "to stay" : `until ${flag.expires}`}${flag.clientSide ? "; people may ask for it" : ""}`,
	...(flag.stale ? [`  should go: ${flag.stale.says}`] : [])
];

export async function history(client: Client, flags: Flags): Promise<number> {
	const limit = wholeOf(flags.limit ?? "20", "--limit");
	const { items } = await client.call("flags.history", { limit });
	return tell(client, flags, items, REVISIONS, items.map(revisionRow), "Nothing was ever set.");
}
const REVISIONS = [
	{ title: "revision", right: true },
	{ title: "at" },
	{ title: "by" },
	{ title: "why", gives: true },
	{ title: "hash" }
];
const revisionRow = ({ revision, at, author, reason, hash }: Revision): string[] => [
	String(revision),
	at === null ? "-" : clock(at),
	author ?? "the operator",
	reason ?? "",
	hash.slice(0, 12)
];

export async function difference(client: Client, from: string, to: string, flags: Flags): Promise<number> {
	const asked = { from: wholeOf(from, "The revision"), to: wholeOf(to, "The revision") };
	const all = await client.call("flags.diff", asked);
	const rows = all.map(({ path, before, after }) => [path.join("."), jsonText(before), jsonText(after)]);
	return tell(client, flags, all, DIFFERENCES, rows, "All flags are alike in both.");
}
const DIFFERENCES = [{ title: "where" }, { title: "before", gives: true }, { title: "after" }];

export async function evaluate(client: Client, key: string, flags: Flags): Promise<number> {
	const answer = await client.call("flags.evaluate", { key, context: contextOf(flags) });
	if (flags.json) printJson(answer);
	else print(shown(answerWords(answer)));
	return EXIT.clean;
}

const answerWords = ({ key, value, variant, reason, rule, errorDetails, metadata }: Evaluation): string =>
	errorDetails === undefined
		? `${key}: ${jsonText(value)} (${variant}), ${reason}${rule === undefined ? "" : ` by rule '${rule}'`}, revision ${metadata.revision}`
		: `${key}: ${errorDetails}`;

export async function explain(client: Client, key: string, flags: Flags): Promise<number> {
	const why = await client.call("flags.explain", { key, context: contextOf(flags) });
	if (flags.json) printJson(why);
	else print(whyLines(why).map(shown).join("\n"));
	return EXIT.clean;
}

const whyLines = (why: Explanation): string[] => [
	answerWords(why),
	...(why.inputs.bucket === null ? [] : [`  bucket ${why.inputs.bucket} of 100, by the salt '${why.inputs.salt}'`]),
	...why.checked.map(({ rule, fits, because }) => `  ${fits ? "fits" : "does not fit"}: ${rule}. ${because}`),
	...why.wouldChange.map(each => `  would change it: ${each}`)
];

function contextOf({ user, group, attribute = [] }: Flags): Json {
	const [targetingKey] = user === undefined ? [] : [user].flat();
	return {
		...Object.fromEntries(attribute.map(attributeOf)),
		...(targetingKey !== undefined && { targetingKey }),
		...(group && { groups: [...group] })
	};
}

/** A number and a switch are what they look like. @throws CommandError */
function attributeOf(text: string): [string, string | number | boolean] {
	const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
	if (name === undefined || value === undefined)
		throw new CommandError(`--attribute takes name=value, and '${shown(text)}' is none.`);
	if (value === "true" || value === "false") return [name, value === "true"];
	return [name, /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
}
