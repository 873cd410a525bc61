/**
 * The text of a definition as plain values, each with its place: YAML 1.2, of which JSON is a part. Whatever a text can do
 * beyond saying values (tags of other programs, aliases without end, nesting without end) is refused with its place. Pure.
 */

import { Composer, type CST, Lexer, type Node, Parser } from "yaml";
import { nth } from "../there";
import { deeperThan } from "./definition-depth";
import { DEEPEST, NESTED, type Path, Refusal, Values } from "./definition-values";
import { yamlSays } from "./yaml-words";

/** Where in the text, counted from 1. */
export interface Place {
	readonly line: number;
	readonly column: number;
}
export type ReadText =
	| {
			readonly ok: true;
			readonly value: unknown;
			/** Of a value, or else of what it would stand in; `key` where the key is what is wrong. */
			placeOf(path: Path, of?: "key" | "value"): Place;
	  }
	| { readonly ok: false; readonly problems: readonly (Place & { readonly message: string })[] };

/** The longest text, in characters. */
const MOST_CHARACTERS = 2 ** 18;
/** The most words and signs of YAML: these take a tenth of a second to read. */
const MOST_LEXEMES = 20_000;
const MOST_PROBLEMS = 5;

/** @param given YAML or JSON; a byte order mark before it is passed over */
export function readText(given: string): ReadText {
	const text = given.replace(/^\uFEFF/, "");
	const placeIn = placesIn(text);
	const placed = (offset: number, message: string) => ({ ...placeIn(offset), message });
	try {
		refuseBinary(text);
		const node = composed(text);
		const values = new Values(node);
		const placeOf = (path: Path, of: "key" | "value" = "value"): Place => placeIn(values.offsetOf(path, of));
		return { ok: true, value: values.value, placeOf };
	} catch (error) {
		if (error instanceof Refusals)
			return { ok: false, problems: error.all.map(({ offset, message }) => placed(offset, message)) };
		if (error instanceof Refusal) return { ok: false, problems: [placed(error.offset, error.message)] };
		throw error;
	}
}

class Refusals extends Error {
	constructor(readonly all: readonly Refusal[]) {
		super("refused");
	}
}

/** Finds the place of an offset; the lines are found once. */
function placesIn(text: string): (offset: number) => Place {
	let starts: number[] | undefined;
	return offset => {
		starts ??= [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
		let [low, high] = [0, starts.length];
		while (high - low > 1) {
			const middle = (low + high) >> 1;
			if (nth(starts, middle) <= offset) low = middle;
			else high = middle;
		}
		return { line: low + 1, column: offset - nth(starts, low) + 1 };
	};
}

/** A character that no text file has; U+FFFD is what stands for bytes that are no UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const BINARY = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/;

function refuseBinary(text: string): void {
	if (text.length > MOST_CHARACTERS)
		throw new Refusal(0, `It is longer than ${MOST_CHARACTERS} characters: that is no definition.`);
	const at = text.search(BINARY);
	if (at >= 0) throw new Refusal(at, "Here is something that is no text in UTF-8: save it as UTF-8.");
}

/** The lexer's signs for what is not written out: they have no length. */
const SIGNS: ReadonlySet<string> = new Set(["\x02", "\x18", "\x1f"]);

const BRACKETS: Readonly<Record<string, number>> = { "[": 1, "{": 1, "]": -1, "}": -1 };

function tokensOf(text: string): CST.Token[] {
	const parser = new Parser();
	const tokens: CST.Token[] = [];
	let [offset, count, open] = [0, 0, 0];
	for (const lexeme of new Lexer().lex(text)) {
		if (++count > MOST_LEXEMES) throw new Refusal(offset, "There is too much up to here: that is no definition.");
		// Told as what it is, before it is too much.
		open += BRACKETS[lexeme] ?? 0;
		if (open > DEEPEST + 1) throw new Refusal(offset, NESTED);
		if (!SIGNS.has(lexeme)) offset += lexeme.length;
		tokens.push(...parser.next(lexeme));
	}
	return [...tokens, ...parser.end()];
}

/** Null where there is nothing but comments. */
function composed(text: string): Node | null {
	const tokens = tokensOf(text);
	// Looked at before what walks it by calling itself.
	const deep = deeperThan(DEEPEST, tokens);
	if (deep !== undefined) throw new Refusal(deep, NESTED);
	const [, second] = tokens.filter((token): token is CST.Document => token.type === "document");
	if (second) throw new Refusal(second.offset, "A second document begins here: a definition is one.");
	const [document] = [
		// Whether keys are unique is looked at below: the library compares each with each.
		...new Composer({ schema: "core", version: "1.2", resolveKnownTags: false, uniqueKeys: false }).compose(
			tokens,
			true,
			text.length
		)
	];
	const faults = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
	if (faults.length > 0) {
		const first = faults.sort((a, b) => a.pos[0] - b.pos[0]).slice(0, MOST_PROBLEMS);
		throw new Refusals(first.map(fault => new Refusal(fault.pos[0], yamlSays(fault, text))));
	}
	return document?.contents ?? null;
}
