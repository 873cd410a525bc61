/**
 * What others wrote, as people may be shown it: whatever would steer a terminal, turn text round, begin a line of its own
 * or not be seen at all stands there by its number. Letters of every script and emoji stay what they are. Every medium's
 * own escaping rests on it. Pure.
 */

/** Flags of three countries are spelled in letters that cannot be seen. */
const FLAG = "\\u{1F3F4}[\\u{E0061}-\\u{E007A}]{4,6}\\u{E007F}";

/**
 * Controls, line and paragraph separators, halves of characters, what turns the direction round, blanks of no width and
 * letters without a shape, notes between lines, tags.
 */
export const UNSEEN =
	"\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufdd0-\\ufdef\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff\\u{e0000}-\\u{e0fff}";

/** Joiners are letters' own where they follow one that they shape: in Persian, in Indic scripts, in emoji. */
const JOINER =
	"(?<![\\p{Script_Extensions=Arabic}\\p{Script_Extensions=Syriac}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}])[\\u200c\\u200d]";

/** Most text has nothing of the kind: told apart at once. */
const PLAIN = /^[\x20-\x7e]*$/;

const byNumber = (character: string): string => {
	const point = character.codePointAt(0) ?? 0;
	if (point === 0x1f3f4) return character;
	return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, "0")}`;
};

/** @param harmless of what is shown by its number elsewhere, what a medium takes as it is */
export function showing(harmless: string): (text: string) => string {
	const unseen = new RegExp(`${FLAG}|${harmless && `(?![${harmless}])`}[${UNSEEN}]|${JOINER}`, "gu");
	return text => (PLAIN.test(text) ? text : text.replace(unseen, byNumber));
}

/** One line, whatever the text is. */
export const visible = showing("");

/** The same for a text of several lines: where they end stays. */
export const visibleLines = showing("\\n");

/** Nothing of it need be shown by its number. */
export const isVisible = (text: string): boolean => visible(text) === text;

/** More of one field than anybody reads; the whole of it is in JSON. */
const MOST = 2_000;

/** One line of a field that anybody may have written, however long they made it. */
export function shown(text: string): string {
	if (text.length <= MOST) return visible(text);
	return `${visible(text.slice(0, MOST))}… (${text.length} characters)`;
}
