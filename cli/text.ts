/** What commands print for people. */

import type { FindingSeverity } from "../contracts/migration/connection";
import type { DifferenceLine, Plan, Status, StreamStatus } from "../contracts/migration/migration";
import { OUTCOMES } from "../contracts/migration/records";
import { bySeverity } from "../domain/migration/finding";

/** How much a finding matters, at a glance. */
const MARKS: Readonly<Record<FindingSeverity, string>> = { refused: "✗", warn: "!", act: "→", fact: "·" };

const indent = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`);
const counted = (counts: Readonly<Record<string, number>>): string =>
	Object.entries(counts)
		.map(([what, count]) => `${count} ${what}`)
		.join(", ");

const side = ({ system, version, account }: Plan["source"]): string =>
	`${system ?? "?"} ${version ?? "of unknown release"} as ${account ?? "?"}`;

export function planText(plan: Plan): string {
	return [
		`${plan.name}: ${side(plan.source)} → ${side(plan.target)}`,
		...bySeverity(plan.findings).map(({ severity, message }) => `  ${MARKS[severity]} ${message}`),
		...plan.streams.flatMap(({ stream, source, move, quarantine, losses, clashCount }) => [
			`  ${stream}: ${source} at the source, ${move} to move${clashCount > 0 ? `, ${clashCount} clash` : ""}`,
			...(Object.keys(quarantine).length > 0 ? [`    need a human: ${counted(quarantine)}`] : []),
			...(Object.keys(losses).length > 0 ? [`    losses: ${counted(losses)}`] : [])
		]),
		plan.begun
			? "  Nothing has been written by this look."
			: plan.ok
				? `  ready; about ${plan.estimateSeconds} s to copy. Nothing has been written.`
				: "  refused: nothing has been written."
	].join("\n");
}

function streamText(status: StreamStatus): string[] {
	const { stream, read, outcomes, quarantine, losses, restored, changedSince } = status;
	const states = OUTCOMES.filter(outcome => outcomes[outcome] > 0).map(outcome => `${outcomes[outcome]} ${outcome}`);
	return [
		`${stream}: ${read} read = ${states.join(" + ") || "nothing"}`,
		...indent(Object.entries(quarantine).map(([category, { count, reason }]) => `${count} ${category}: ${reason}`)),
		...indent(
			Object.entries(losses).map(([code, { count, severity, reason }]) => `${count} ${code} (${severity}): ${reason}`)
		),
		...comparisonText(status),
		...removalsText(status),
		...(restored + changedSince > 0
			? [`  ${restored} put back, ${changedSince} left because others changed them since`]
			: [])
	];
}

function comparisonText({ compared, differences, extra, complete, pass }: StreamStatus): string[] {
	if (compared === 0 && extra === null) return [];
	const parts = [`${compared} compared, ${differences} differences`];
	if (pass > 1) parts.push(`by listing ${pass} of the source since the copy`);
	if (extra !== null) parts.push(`${extra} only at the target`);
	if (complete === false) parts.push("the last listing of the source named other records than the one before");
	return [`  ${parts.join(", ")}`];
}

/** A guard that holds something back says so, and how to confirm it (L31). */
function removalsText({ removals: { waiting, left, allowed } }: StreamStatus): string[] {
	return [
		...(waiting > 0
			? [
					`  ${waiting} gone from the source wait at the target, since ${allowed} at once may be taken away without a word`
				]
			: []),
		...(left > 0 ? [`  ${left} gone from the source cannot be taken away at the target`] : [])
	];
}

/** What became of each stream's records. */
export const streamsText = ({ streams }: Status): string => streams.flatMap(streamText).join("\n");

export function statusText(status: Status): string {
	const { name, phase, running, paused, failure, verdict } = status;
	const head = `${name}: ${phase}${running ? ", running" : ""}${paused ? ", paused" : ""}`;
	// What a comparison said before a rollback is not true any more.
	const end =
		verdict && phase !== "rolling-back" && phase !== "rolled-back"
			? [
					`${verdict.accountedFor} of ${verdict.total} accounted for · ${verdict.differences} differences · ${verdict.losses} losses`,
					verdict.certificate
						? `certificate ${verdict.certificate}`
						: `no certificate: see \`banyan migration diff ${name}\``,
					...(verdict.needHand.removals > 0
						? [
								`${verdict.needHand.removals} deletions at the source wait: \`banyan migration repair ${name} --removals ${verdict.needHand.removals}\` follows them`
							]
						: []),
					verdict.result === "clean" ? "clean" : `records need a human: see \`banyan migration report ${name}\``
				]
			: [];
	const stop = failure ? [`stopped: ${failure.message}`] : [];
	const ways = [
		`${side(status.source)} → ${side(status.target)}`,
		...status.cautions.map(caution => `${MARKS.warn} ${caution}`)
	];
	return [head, ...indent(ways), ...indent(status.streams.flatMap(streamText)), ...indent(stop), ...indent(end)].join(
		"\n"
	);
}

export function differenceText({ stream, id, name, kind, fields, reason }: DifferenceLine): string {
	const said = fields.map(
		({ field, expected, actual }) => `${field} ${JSON.stringify(actual)} ≠ ${JSON.stringify(expected)}`
	);
	const words = [...said, ...(reason === undefined ? [] : [reason])];
	return `${stream} ${id} ${name} ${kind}${words.length > 0 ? `: ${words.join("; ")}` : ""}`;
}
