/** What is read of a migration line by line: its log, the report, the differences, the links. */

import { type Rule, shape, type ValueOf } from "../schema";
import { difference } from "./records";

/** A run of lines, and where to go on; `next` is null at the end. */
export interface Lines<L> {
	readonly lines: readonly L[];
	readonly next: string | null;
}

/** @param named what a line is called */
export const linesOf = <const N extends string, const R extends Rule>(line: R & { readonly named: N }) =>
	shape(
		`LinesOf${line.named}`,
		{ lines: { type: "array", items: line as R }, next: "string|nullable" },
		"A run of lines, and where to go on; `next` is null at the end."
	);

export const logLine = shape(
	"LogLine",
	{
		id: { type: "string", summary: "Opaque; where to go on reading." },
		at: { type: "string", summary: "ISO 8601, UTC." },
		event: { type: "string", summary: "The event's type: `planned`, `taken`, `copied`, `compared` …" },
		says: { type: "string", summary: "The same in words." }
	},
	"One thing that happened to a migration."
);
export type LogLine = ValueOf<typeof logLine>;

export const differenceLine = shape("DifferenceLine", { ...difference.props, stream: "string" });
export type DifferenceLine = ValueOf<typeof differenceLine>;

export const secretLine = shape(
	"SecretLine",
	{
		name: { type: "string", summary: "The record's at the target." },
		secrets: { type: "record", value: "string", summary: "By field, as the target calls them: `password`." }
	},
	"What a record got that was made, where the source's own could not be read."
);
export type SecretLine = ValueOf<typeof secretLine>;

export const linkLine = shape(
	"LinkLine",
	{
		username: "string",
		path: { type: "string", summary: "Its path at the source, without a format." },
		target: { type: "string", summary: "The address at the target." }
	},
	"Where an old link leads now."
);
export type LinkLine = ValueOf<typeof linkLine>;
