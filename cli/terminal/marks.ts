/**
 * Colours of our own, told apart from any that others wrote: they are marked by a word that is new in each process, until
 * the screen writes them. Whatever else steers a terminal is shown by its number.
 */

import { randomBytes } from "node:crypto";
import { styleText } from "node:util";
import { visible, visibleLines } from "../../domain/text/visible";

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

/** A character that is none, and what nobody can guess. */
const MARK = `\ufdd0${randomBytes(8).toString("hex")}`;
const MARKED = new RegExp(`${MARK}(\\u001b\\[\\d{1,3}m)`);

/** Coloured where the stream takes colours. */
export function marked(style: Style, text: string, stream: NodeJS.WriteStream): string {
	const [on = "", off = ""] = styleText(style, "\0", { stream }).split("\0");
	return on === "" ? text : `${MARK}${on}${text}${MARK}${off}`;
}

/** The marks stay, what stands between them is changed. */
const between = (text: string, change: (text: string) => string): string =>
	text.includes(MARK)
		? text
				.split(MARKED)
				.map((part, index) => (index % 2 === 0 ? change(part) : `${MARK}${part}`))
				.join("")
		: change(text);

/** One line, whatever anybody wrote into it. */
export const line = (text: string): string => between(text, visible);

/** Lines below each other: each of those that are given is one. */
export const page = (lines: readonly string[]): string => lines.map(line).join("\n");

/** Without colours, and as it is seen. */
export const unmarked = (text: string): string =>
	visibleLines(
		text
			.split(MARKED)
			.filter((_, index) => index % 2 === 0)
			.join("")
	);

/** As it is written. Lines end where the text's lines end. */
export const rendered = (text: string): string => between(text, visibleLines).replaceAll(MARK, "");
