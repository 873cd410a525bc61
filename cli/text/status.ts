/** The whole story of one migration. Pure. */

import type { Status, StreamStatus } from "../../contracts/migration/migration";
import { OUTCOMES } from "../../contracts/migration/records";
import { shown } from "../../domain/text/visible";
import { page } from "../terminal/marks";
import { type Paper, PLAIN } from "../terminal/paper";
import { table } from "../terminal/table";
import { wrap } from "../terminal/width";
import { linesOfStatus, sections } from "./codes";
import { type Given, outcomeOf, outcomeOfFew } from "./outcome";
import { endsText } from "./plan";
import { clock } from "./words";

/** What became of each stream's records: a table, and a line for each comparison and rollback. */
export function streamsText({ streams }: Pick<Status, "streams">, paper: Paper = PLAIN): string[] {
	const states = OUTCOMES.filter(outcome => streams.some(({ outcomes }) => outcomes[outcome] > 0));
	const rows = streams.map(({ stream, read, outcomes }) => [
		stream,
		String(read),
		...states.map(outcome => String(outcomes[outcome]))
	]);
	const titles = [
		{ title: "stream" },
		{ title: "read", right: true },
		...states.map(title => ({ title, right: true }))
	];
	return [...table(titles, rows, paper), ...streams.flatMap(each => notes(each, paper))];
}

const notes = (status: StreamStatus, { width }: Paper): string[] =>
	[comparisonText(status), ...removalsText(status), rollbackText(status)]
		.filter(text => text !== "")
		.flatMap(text => wrap(`${status.stream}: ${text}`, width - 1, "  "));

function comparisonText({ compared, differences, extra, complete, pass }: StreamStatus): string {
	if (compared === 0 && extra === null) return "";
	const parts = [`${compared} compared, ${differences} differences`];
	if (pass > 1) parts.push(`by listing ${pass} of the source since the copy`);
	if (extra !== null) parts.push(`${extra} only at the target`);
	if (complete === false) parts.push("the last listing of the source named other records than the one before");
	return parts.join(", ");
}

/** A guard that holds something back says so (L31). */
const removalsText = ({ removals: { waiting, left, allowed } }: StreamStatus): string[] => [
	waiting === 0
		? ""
		: `${waiting} gone from the source wait at the target, since ${allowed} at once may be taken away without a word`,
	left === 0 ? "" : `${left} gone from the source cannot be taken away at the target`
];

const rollbackText = ({ restored, changedSince }: StreamStatus): string =>
	restored + changedSince > 0 ? `${restored} put back, ${changedSince} left as they are` : "";

/** In a word or two: the phase, and what is at work on it. */
export const stateText = ({ phase, running, paused }: Pick<Status, "phase" | "running" | "paused">): string =>
	`${phase}${running ? ", running" : ""}${paused ? ", paused" : ""}`;

/** Which node that is, where any of several may be. */
const onNode = ({ running, node }: Pick<Status, "running" | "node">): string =>
	running && node !== undefined ? ` on ${shown(node)}` : "";

/** Of a run of a few, which rests. */
export const fewText = (status: Status, paper: Paper = PLAIN, given: Given = {}): string =>
	page([
		...streamsText(status, paper),
		...sections(linesOfStatus(status), paper),
		...outcomeOfFew(status, given, paper)
	]);

export function statusText(status: Status, paper: Paper = PLAIN, given: Given = {}): string {
	const { name, startedAt, finishedAt, failure, waiting, backup } = status;
	const begun = startedAt === null ? "" : `; begun ${clock(startedAt)}`;
	const over = finishedAt === null ? "" : `, over ${clock(finishedAt)}`;
	const notes = [
		...(waiting === null ? [] : [waiting]),
		...(failure === null || status.phase !== "finished" ? [] : [`It stopped: ${failure.message}`]),
		...(backup === null ? [] : [`The target's database as it was before: ${backup}`])
	];
	return page([
		`${paper.paint("bold", `${name}: ${stateText(status)}${onNode(status)}`)}${begun}${over}`,
		...wrap(endsText(status), paper.width - 1, "  "),
		...status.cautions.flatMap(caution =>
			wrap(`${paper.paint("yellow", "!")} ${shown(caution)}`, paper.width - 1, "  ")
		),
		"",
		...streamsText(status, paper),
		...notes.flatMap(note => wrap(shown(note), paper.width - 1, "  ")),
		// What it lost before a rollback is not lost any more.
		...(status.phase.startsWith("roll") ? [] : sections(linesOfStatus(status), paper)),
		...outcomeOf(status, given, paper)
	]);
}
