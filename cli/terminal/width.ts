/** How wide text stands in a terminal. Pure. */

import { line, unmarked } from "./marks";

const WIDE =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const NONE = /[\p{M}\p{Cf}]/u;

const widthOfCharacter = (character: string): number => {
	if (NONE.test(character)) return 0;
	return WIDE.test(character) ? 2 : 1;
};

/** Columns that a line takes, colours not counted. */
export const widthOf = (text: string): number =>
	[...unmarked(text)].reduce((sum, character) => sum + widthOfCharacter(character), 0);

/** A line, cut where it would be wider than `most`, then without colours; what is cut off is shown by an ellipsis. */
export function cut(text: string, most: number): string {
	if (widthOf(text) <= most) return text;
	if (most < 1) return "";
	let [kept, width] = ["", 0];
	for (const character of unmarked(text)) {
		width += widthOfCharacter(character);
		if (width > most - 1) break;
		kept += character;
	}
	return `${kept}…`;
}

export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;

/** Lines of at most `width`, broken between words; a word that is wider stands alone. All but the first begin with `hang`. */
export function wrap(text: string, width: number, hang = ""): string[] {
	const [first = "", ...rest] = filled(line(text).split(" "), width - widthOf(hang));
	return [first, ...rest.map(each => `${hang}${each}`)];
}

/** The same for a text of several paragraphs, which end where its lines end. */
export function wrapAll(text: string, width: number, hang = ""): string[] {
	const [first = "", ...rest] = text.split("\n").flatMap(paragraph => wrap(paragraph, width - widthOf(hang)));
	return [first, ...rest.map(each => `${hang}${each}`)];
}

function filled([first = "", ...words]: readonly string[], width: number): string[] {
	const lines = [first];
	for (const word of words) {
		const longer = `${lines.at(-1)} ${word}`;
		if (widthOf(longer) <= width) lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}
