/** A table as text. Pure. */

import { line as oneLine } from "./marks";
import { type Paper, PLAIN } from "./paper";
import { cut, padEnd, padStart, widthOf } from "./width";

export interface Column {
	readonly title: string;
	/** Numbers stand at the right. */
	readonly right?: boolean;
	/** The one that gives way where the window is narrow. */
	readonly gives?: boolean;
}

const GAP = 2;
/** A cell narrower than this says nothing. */
const LEAST = 6;

/** Its lines, titles first. No line is wider than the paper, as far as one column can give way. */
export function table(
	columns: readonly Column[],
	given: readonly (readonly string[])[],
	paper: Paper = PLAIN
): string[] {
	const rows = given.map(cells => cells.map(oneLine));
	const natural = columns.map(({ title }, index) =>
		Math.max(widthOf(title), ...rows.map(row => widthOf(row[index] ?? "")))
	);
	const over = natural.reduce((sum, width) => sum + width + GAP, -GAP) - paper.width;
	const widths = natural.map((width, index) =>
		columns[index]?.gives && over > 0 ? Math.max(LEAST, width - over) : width
	);
	const line = (cells: readonly string[]): string =>
		columns
			.map(({ right }, index) => {
				const width = widths[index] ?? LEAST;
				const cell = cells[index] ?? "";
				const fits = widthOf(cell) > width ? cut(cell, width) : cell;
				return right ? padStart(fits, width) : padEnd(fits, width);
			})
			.join(" ".repeat(GAP))
			.trimEnd();
	return [paper.paint("dim", line(columns.map(({ title }) => title))), ...rows.map(line)];
}
