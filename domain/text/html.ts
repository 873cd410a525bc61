/** Text in pages: what a template is given is text, whoever wrote it, unless it is markup that a template made. Pure. */

import { showing } from "./visible";

/** In a page, blanks of any kind are blanks. */
export const visibleOnPage = showing("\\t\\n\\p{Zl}\\p{Zp}");

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;"
};

/** As text, or as the value of an attribute between quotes. */
const escaped = (text: string): string =>
	visibleOnPage(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? character);

/** Markup of our own: made by the functions of this file alone. */
export class Markup {
	constructor(readonly text: string) {}

	toString(): string {
		return this.text;
	}
}

/** Null and undefined are nothing; a list is its parts in a row. */
type Part = string | number | Markup | null | undefined | readonly Part[];

/** What the compiler takes for a number may be anything that a server sent. */
function partText(part: Part): string {
	if (part === null || part === undefined) return "";
	if (part instanceof Markup) return part.text;
	return Array.isArray(part) ? part.map(partText).join("") : escaped(String(part));
}

/** A template: html`<p>${text}</p>`. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
	new Markup(literals.reduce((all, literal, index) => `${all}${partText(parts[index - 1])}${literal}`));

/** Parts with something between them. */
export const joined = (parts: readonly Part[], between: string): Markup =>
	new Markup(parts.map(partText).join(between));

/** A sentence with `code` in it. */
export const prose = (text: string): Markup => new Markup(escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>"));

/** A text that is ours, and markup already: a file of this repository, JSON that `scriptJson` made. */
export const ours = (text: string): Markup => new Markup(text);
