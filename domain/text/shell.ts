/** Commands that people are told to type. Pure. */

import { visible } from "./visible";

/** A word as a shell takes it: one word, whatever stands in it. What cannot be seen cannot be typed. */
const shellWord = (word: string): string => {
	if (/^[\w@%+=:,./-]+$/.test(word)) return word;
	return `'${visible(word).replaceAll("'", "'\\''")}'`;
};

/** A command of words, none of which is taken for several. */
export const commandLine = (words: readonly string[]): string => words.map(shellWord).join(" ");
