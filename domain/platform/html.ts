/** Text in pages. Pure. */

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;"
};

/** As text or as an attribute's value. */
export const escapeHtml = (text: string): string =>
	text.replace(/[&<>"']/g, character => ENTITIES[character] as string);

/** A sentence with `code` in it. */
export const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
