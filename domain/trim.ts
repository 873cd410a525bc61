/**
 * What a text ends or begins with, taken off in one go. A pattern such as `/\/+$/` tries at each of many slashes anew: a
 * long text of them, from a definition or a panel, would hold everything else up. Pure.
 */

/** Without these characters at its end. */
export function withoutEnd(text: string, characters: string): string {
	let end = text.length;
	while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
	return text.slice(0, end);
}

/** Without these characters at both its ends. */
export function withoutEnds(text: string, characters: string): string {
	const kept = withoutEnd(text, characters);
	let begin = 0;
	while (begin < kept.length && characters.includes(kept.charAt(begin))) begin++;
	return kept.slice(begin);
}
