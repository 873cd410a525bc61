/** What became of many records, as a sentence a code about all of them, and where to read more. Pure. */

import type { Status, StreamPlan, StreamStatus } from "../../contracts/migration/migration";
import type { Severity } from "../../contracts/migration/records";
import type { Paper, Style } from "../terminal/paper";
import { wrap } from "../terminal/width";

/** Records of one stream that have one code. */
export interface CodeLine {
	readonly severity: Severity;
	readonly stream: string;
	readonly code: string;
	readonly count: number;
}

const MARKS: Readonly<Record<Severity, readonly [mark: string, style: Style]>> = {
	act: ["✗", "red"],
	degraded: ["!", "yellow"],
	info: ["·", "dim"]
};
const TITLES: Readonly<Record<Severity, string>> = {
	act: "Needs your hand",
	degraded: "Somebody may notice",
	info: "Nobody notices"
};
/** As they are told. */
const SEVERITIES: readonly Severity[] = ["act", "degraded", "info"];

/** Sections by severity, what needs a hand first, the most records first. */
export function sections(lines: readonly CodeLine[], paper: Paper): string[] {
	return SEVERITIES.flatMap(severity => {
		const found = lines.filter(line => line.severity === severity).sort((a, b) => b.count - a.count);
		if (found.length === 0) return [];
		const told = severity === "info" ? counted(found, paper) : found.flatMap(line => said(line, paper));
		return ["", paper.paint("bold", TITLES[severity]), ...told];
	});
}

/** What nobody notices is worth no line of its own. */
function counted(lines: readonly CodeLine[], paper: Paper): string[] {
	const counts = lines.map(({ stream, code, count }) => `${code} (${count} of ${stream})`).join(", ");
	return wrap(`  · ${counts}. See ${LOSSES}`, paper.width - 1, "    ");
}

function said({ severity, stream, code, count }: CodeLine, paper: Paper): string[] {
	const [mark, style] = MARKS[severity];
	const lines = wrap(`${sentenceOf(code, stream, count)} See ${lossFile(code)}`, paper.width - 5, "    ");
	return lines.map((line, index) => (index === 0 ? `  ${paper.paint(style, mark)} ${line}` : line));
}

/** Of a status: what was left, what was lost. */
export const linesOfStatus = ({ streams }: Pick<Status, "streams">): CodeLine[] => streams.flatMap(linesOfStream);

function linesOfStream({ stream, quarantine, outcomes, losses }: StreamStatus): CodeLine[] {
	const left = Object.entries(quarantine).map(([code, { count }]) => ({ severity: "act" as const, code, count }));
	const skipped = { severity: "act" as const, code: "skipped", count: outcomes.skipped };
	const lost = Object.entries(losses).map(([code, { count, severity }]) => ({ severity, code, count }));
	return [...left, skipped, ...lost].filter(({ count }) => count > 0).map(line => ({ stream, ...line }));
}

/** Of a plan, which knows codes and counts alone. */
export const linesOfPlan = ({ stream, quarantine, losses }: StreamPlan): CodeLine[] => [
	...Object.entries(quarantine).map(([code, count]) => ({ severity: "act" as const, stream, code, count })),
	...Object.entries(losses).map(([code, count]) => ({ severity: severityOf(code), stream, code, count }))
];

const sentenceOf = (code: string, stream: string, count: number): string => `${count} of ${stream}: ${code}.`;
/** Where each code has a row. */
const LOSSES = "docs/losses.md";
const lossFile = (code: string): string => `${LOSSES}#${code}`;
const severityOf = (_code: string): Severity => "degraded";
