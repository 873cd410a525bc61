/** How deep a YAML text is nested, told without calling oneself: a text of brackets alone must not exhaust the stack. */

import type { CST } from "yaml";

/** The offset of the first thing that stands deeper than `most` levels; undefined when nothing does. */
export function deeperThan(most: number, tokens: readonly CST.Token[]): number | undefined {
	const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map(token => ({ token, depth: 0 }));
	let first: number | undefined;
	for (let next = open.pop(); next; next = open.pop()) {
		const { token, depth } = next;
		if (depth > most) {
			first = Math.min(first ?? token.offset, token.offset);
			continue;
		}
		for (const inner of insideOf(token))
			open.push({ token: inner, depth: depth + (token.type === "document" ? 0 : 1) });
	}
	return first;
}

function insideOf(token: CST.Token): CST.Token[] {
	if (token.type === "document") return token.value ? [token.value] : [];
	if (!("items" in token)) return [];
	return token.items.flatMap(item => [item.key, item.value].filter(each => each !== null && each !== undefined));
}
