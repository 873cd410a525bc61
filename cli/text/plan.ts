/** What a plan says. Pure. */

import type { FindingSeverity } from "../../contracts/migration/connection";
import type { Plan, Side } from "../../contracts/migration/migration";
import { bySeverity } from "../../domain/migration/finding";
import { shown } from "../../domain/text/visible";
import { page } from "../terminal/marks";
import { type Paper, PLAIN, type Style } from "../terminal/paper";
import { table } from "../terminal/table";
import { wrap } from "../terminal/width";
import { linesOfPlan, sections } from "./codes";
import { type Given, outcomeOfPlan } from "./outcome";
import { clock } from "./words";

/** How much a finding matters, at a glance. */
const MARKS: Readonly<Record<FindingSeverity, readonly [mark: string, style: Style]>> = {
	refused: ["✗", "red"],
	warn: ["!", "yellow"],
	act: ["→", "cyan"],
	fact: ["·", "dim"]
};

export function planText(plan: Plan, paper: Paper = PLAIN, given: Given = {}): string {
	return page([
		...wrap(`${paper.paint("bold", plan.name)}: ${endsText(plan)}`, paper.width - 1, "  "),
		...findingsText(plan, paper),
		...begunText(plan, paper),
		...(plan.streams.length === 0 ? [] : ["", ...streamsText(plan, paper)]),
		...sections(
			plan.streams.flatMap(stream => linesOfPlan(stream, paper.words)),
			paper
		),
		...(plan.ok ? ["", `Hash: ${shown(plan.hash)}`] : []),
		...outcomeOfPlan(plan, given, paper)
	]);
}

const side = ({ system, version, account, address }: Side): string =>
	`${system ?? "?"} ${version ?? "of unknown release"}${account === null || account === undefined ? "" : ` as ${account}`}${address ? ` (${address})` : ""}`;

/** Both ends, as a check found them. */
export const endsText = ({ source, target }: Pick<Plan, "source" | "target">): string =>
	shown(`${side(source)} → ${side(target)}`);

/** Of one that was begun: what changed since it was planned. */
function begunText({ begun }: Plan, paper: Paper): string[] {
	if (!begun) return [];
	const { plannedAt, phase, changed, streams } = begun;
	const rows = streams.map(({ stream, read, fresh, gone }) => [stream, ...[read, fresh, gone].map(String)]);
	const columns = [{ title: "stream" }, ...["read", "new since", "gone since"].map(title => ({ title, right: true }))];
	return [
		"",
		`It is ${phase}${plannedAt === null ? "" : `; it was planned ${clock(plannedAt)}`}.`,
		...(changed.length === 0
			? []
			: wrap(`Changed in the definition since: ${changed.join(", ")}.`, paper.width - 1, "  ")),
		...(rows.length === 0 ? [] : table(columns, rows, paper))
	];
}

/** What each mark means stands in a line of its own, in the order of the findings. */
function findingsText({ findings }: Plan, paper: Paper): string[] {
	return bySeverity(findings).flatMap(({ severity, message }) => {
		const [mark, style] = MARKS[severity];
		const lines = wrap(shown(message), paper.width - 5, "    ");
		return lines.map((line, index) => (index === 0 ? `  ${paper.paint(style, mark)} ${line}` : line));
	});
}

const streamsText = ({ streams }: Plan, paper: Paper): string[] =>
	table(
		[
			{ title: "stream" },
			{ title: "at the source", right: true },
			{ title: "at the target", right: true },
			{ title: "to move", right: true },
			{ title: "left", right: true },
			{ title: "clash", right: true }
		],
		streams.map(({ stream, source, target, move, quarantine, clashCount }) => [
			stream,
			...[source, target, move, Object.values(quarantine).reduce((sum, count) => sum + count, 0), clashCount].map(
				String
			)
		]),
		paper
	);
