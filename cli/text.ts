/** What commands print for people. */

import type { DifferenceLine, Plan, Status, StreamStatus } from "../contracts/migration/migration";
import { OUTCOMES } from "../contracts/migration/records";

const indent = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`);
const counted = (counts: Readonly<Record<string, number>>): string =>
	Object.entries(counts)
		.map(([what, count]) => `${count} ${what}`)
		.join(", ");

export function planText(plan: Plan): string {
	const side = ({ system, version, account }: Plan["source"]): string =>
		`${system ?? "?"} ${version ?? "?"} as ${account ?? "?"}`;
	return [
		`${plan.name}: ${side(plan.source)} → ${side(plan.target)}`,
		...plan.findings.map(({ ok, message }) => `  ${ok ? "·" : "✗"} ${message}`),
		...plan.streams.flatMap(({ stream, source, move, quarantine, losses, clashCount }) => [
			`  ${stream}: ${source} at the source, ${move} to move${clashCount > 0 ? `, ${clashCount} clash` : ""}`,
			...(Object.keys(quarantine).length > 0 ? [`    need a human: ${counted(quarantine)}`] : []),
			...(Object.keys(losses).length > 0 ? [`    losses: ${counted(losses)}`] : [])
		]),
		plan.ok
			? `  ready; about ${plan.estimateSeconds} s to copy. Nothing has been written.`
			: "  refused: nothing has been written."
	].join("\n");
}

function streamText({
	stream,
	read,
	outcomes,
	quarantine,
	losses,
	compared,
	differences,
	extra,
	complete
}: StreamStatus): string[] {
	const states = OUTCOMES.filter(outcome => outcomes[outcome] > 0).map(outcome => `${outcomes[outcome]} ${outcome}`);
	return [
		`${stream}: ${read} read = ${states.join(" + ") || "nothing"}`,
		...indent(Object.entries(quarantine).map(([category, { count, reason }]) => `${count} ${category}: ${reason}`)),
		...indent(
			Object.entries(losses).map(([code, { count, severity, reason }]) => `${count} ${code} (${severity}): ${reason}`)
		),
		`  ${compared} compared, ${differences} differences${extra === null ? "" : `, ${extra} only at the target`}${complete === false ? "; the two listings of the source differ" : ""}`
	];
}

export function statusText(status: Status): string {
	const { name, phase, running, failure, verdict } = status;
	const head = `${name}: ${phase}${running ? ", running" : ""}`;
	const end = verdict
		? [
				`${verdict.accountedFor} of ${verdict.total} accounted for · ${verdict.differences} differences · ${verdict.losses} losses`,
				verdict.certificate ? `certificate ${verdict.certificate}` : "no certificate: see `banyan migration diff`",
				verdict.result === "clean" ? "clean" : "records need a human: see `banyan migration report`"
			]
		: [];
	const stop = failure ? [`stopped: ${failure.message}`] : [];
	return [head, ...indent(status.streams.flatMap(streamText)), ...indent(stop), ...indent(end)].join("\n");
}

export function differenceText({ stream, id, name, kind, fields }: DifferenceLine): string {
	const said = fields.map(
		({ field, expected, actual }) => `${field} ${JSON.stringify(actual)} ≠ ${JSON.stringify(expected)}`
	);
	return `${stream} ${id} ${name} ${kind}${said.length > 0 ? `: ${said.join("; ")}` : ""}`;
}
