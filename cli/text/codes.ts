/** What became of many records, as a sentence a code about all of them, and where to read more. Pure. */

import type { Status, StreamPlan, StreamStatus } from "../../contracts/migration/migration";
import { SEVERITIES, type Severity } from "../../contracts/migration/records";
import { worst } from "../../domain/meaning";
import { lossFile, type Vocabulary } from "../../domain/migration/vocabulary";
import type { Paper, Style } from "../terminal/paper";
import { wrap } from "../terminal/width";

/** How a code is told: by its severity, or that somebody accepted it. */
type Place = Severity | "accepted";

/** Records of one stream that have one code. */
interface CodeLine {
	readonly place: Place;
	readonly stream: string;
	readonly code: string;
	readonly count: number;
}

/** In the order in which they are told. What nobody needs to read one by one is told in one paragraph. */
const PLACES: readonly {
	readonly place: Place;
	readonly title: string;
	readonly mark: string;
	readonly style: Style;
	readonly brief?: true;
}[] = [
	{ place: "act", title: "Needs your hand", mark: "✗", style: "red" },
	{ place: "degraded", title: "Somebody may notice", mark: "!", style: "yellow" },
	{ place: "accepted", title: "Accepted", mark: "·", style: "dim", brief: true },
	{ place: "info", title: "Nobody notices", mark: "·", style: "dim", brief: true }
];

/** Sections by severity, what needs a hand first; in each the most records first. */
export function sections(lines: readonly CodeLine[], paper: Paper): string[] {
	return PLACES.flatMap(({ place, title, mark, style, brief }) => {
		const found = lines.filter(line => line.place === place).sort((a, b) => b.count - a.count);
		if (found.length === 0) return [];
		const marked = (text: string): string[] =>
			wrap(text, paper.width - 5, "    ").map((line, index) =>
				index > 0 ? line : `  ${paper.paint(style, mark)} ${line}`
			);
		const told = brief ? [briefly(found, paper.words)] : found.map(line => sentence(line, paper.words));
		return ["", paper.paint("bold", title), ...told.flatMap(marked)];
	});
}

const sentence = ({ code, stream, count }: CodeLine, words: Vocabulary): string =>
	`${words.sentenceOf(code, stream, count)} See ${lossFile(code)}`;
const briefly = (lines: readonly CodeLine[], { countOf }: Vocabulary): string =>
	`${lines.map(({ stream, code, count }) => `${code} (${countOf(stream, count)})`).join(", ")}. See docs/losses.md`;

/** Of a status: what was left, what was lost. */
export const linesOfStatus = ({
	streams,
	accepted,
	verdict
}: Pick<Status, "streams" | "accepted" | "verdict">): CodeLine[] =>
	streams.flatMap(stream => linesOfStream(stream, new Set(accepted ?? Object.keys(verdict?.accepted ?? {}))));

function linesOfStream(
	{ stream, quarantine, outcomes, losses }: StreamStatus,
	accepted: ReadonlySet<string>
): CodeLine[] {
	const left = Object.entries(quarantine).map(([code, { count }]) => ({ place: "act" as const, code, count }));
	const skipped = { place: "act" as const, code: "skipped", count: outcomes.skipped };
	const lost = Object.entries(losses).flatMap(([code, { severities }]) =>
		SEVERITIES.map(severity => {
			const place: Place = severity === "act" && accepted.has(code) ? "accepted" : severity;
			return { place, code, count: severities[severity] ?? 0 };
		})
	);
	return [...left, skipped, ...lost].filter(({ count }) => count > 0).map(line => ({ stream, ...line }));
}

/** Of a plan: weighed as a run weighs them. One of an earlier release knows codes and counts alone: the worse is told. */
export const linesOfPlan = (
	{ stream, quarantine, losses, severities = {} }: StreamPlan,
	words: Vocabulary
): CodeLine[] => [
	...Object.entries(quarantine).map(([code, count]) => ({ place: "act" as const, stream, code, count })),
	...Object.entries(losses).flatMap(([code, count]) => {
		const weighed = Object.hasOwn(severities, code) ? severities[code] : { [severityOf(code, words)]: count };
		return SEVERITIES.map(place => ({ place, stream, code, count: weighed?.[place] ?? 0 })).filter(
			line => line.count > 0
		);
	})
];

function severityOf(code: string, { meaningOf }: Vocabulary): Severity {
	const meaning = meaningOf(code);
	return meaning ? worst(meaning) : "degraded";
}
