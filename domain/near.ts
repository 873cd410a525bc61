/** The word that somebody meant. Pure. */

/** The nearest of the words that are known, if one is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
	const plain = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, "");
	const given = plain(word.slice(0, 2 * LONGEST)).slice(0, LONGEST);
	const [best] = known
		.map(each => ({ each, distance: distance(given, plain(each)) }))
		.filter(({ each, distance: far }) => far <= Math.max(1, Math.floor(each.length / 4)))
		.sort((a, b) => a.distance - b.distance);
	return best?.each;
}

const LONGEST = 64;

/** How many characters must be put in, taken out, replaced, or swapped with their neighbour. */
function distance(a: string, b: string): number {
	let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) [before, last] = [last, nextRow(a, b, i, last, before)];
	return last[b.length] ?? 0;
}

/** Of the distances of the first `i` characters of `a`: `last` is the row before, `older` the one before that. */
function nextRow(a: string, b: string, i: number, last: readonly number[], older: readonly number[]): number[] {
	const row = [i];
	const at = (from: readonly number[], j: number): number => from[j] ?? Number.POSITIVE_INFINITY;
	for (let j = 1; j <= b.length; j++) {
		const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
		const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(older, j - 2) + 1 : Number.POSITIVE_INFINITY;
		row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
	}
	return row;
}

/** `, did you mean 'x'?`, or nothing. */
export const meant = (word: string, known: readonly string[]): string => {
	const near = nearest(word, known);
	return near === undefined ? "" : ` Did you mean '${near}'?`;
};
