/** What is wrong with a YAML text, in words for whoever wrote it. Nothing of the text is said back but keys and tags. Pure. */

import type { YAMLError } from "yaml";

type Words = (at: string) => string;

const SAYS: Readonly<Partial<Record<YAMLError["code"], Words>>> = {
	ALIAS_PROPS: () => "An alias takes no tag and no anchor.",
	BAD_ALIAS: () => "This anchor or alias has no proper name.",
	BAD_COLLECTION_TYPE: tag => `The tag '${tag}' does not fit what follows it: take it out.`,
	BAD_DIRECTIVE: () => "This directive is not understood: a definition is YAML 1.2 without any.",
	BAD_DQ_ESCAPE: () => "This is no escape within double quotes: write a backslash twice, or use single quotes.",
	BAD_INDENT: () => "This is not indented like what it belongs to.",
	BAD_SCALAR_START: () => "A text cannot begin with this character: put it in quotes.",
	BLOCK_AS_IMPLICIT_KEY: () => "There is one ': ' too many in this line: put a text that holds it in quotes.",
	BLOCK_IN_FLOW: () => "Within { } and [ ] entries are separated by commas, not by lines.",
	DUPLICATE_KEY: key => `'${key}' stands there twice: keep one.`,
	KEY_OVER_1024_CHARS: () => "This key is too long: is a quote or a line break missing?",
	MULTILINE_IMPLICIT_KEY: () => "A ':' is missing here, or a quote is not closed.",
	MULTIPLE_DOCS: () => "A second document begins here: a definition is one.",
	RESOURCE_EXHAUSTION: () => "This is nested too deeply.",
	TAB_AS_INDENT: () => "A tab indents here: indent with blanks.",
	TAG_RESOLVE_FAILED: tag =>
		/^!(secret|env)/i.test(tag)
			? `The tag '${tag}' means nothing here: write \${NAME}, which is filled in from the environment.`
			: `The tag '${tag}' means nothing here: take it out.`
};

/** A bracket, a comma, a quote is missing: yaml's own words say which, and nothing of the text. */
const MISSING = /^(Missing|Implicit map keys|Comments must|Tags and anchors must)[ \w,:{}[\]"'-]*$/;

export function yamlSays({ code, message, pos }: YAMLError, text: string): string {
	const words = SAYS[code];
	if (words) return words(wordAt(text, pos[0]));
	const [first = ""] = message.split("\n", 1);
	if (code === "MISSING_CHAR" && MISSING.test(first)) return `This is not YAML: ${first}.`;
	return "This is not YAML: a quote, a bracket, a ':' or a line break is missing here or before.";
}

/** The key or tag that begins there, short. */
const wordAt = (text: string, offset: number): string =>
	(/^(["']?)([^\s"':,{}[\]]{1,60})\1/.exec(text.slice(offset, offset + 64))?.[2] ?? "…").trim();
