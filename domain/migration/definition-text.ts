/**
 * The text of a definition as plain values, each with its place: YAML 1.2, of which JSON is a part. Whatever a text can do
 * beyond saying values (tags of other programs, aliases without end, nesting without end) is refused with its place. Pure.
 */

import { Composer, type CST, isAlias, isMap, isScalar, isSeq, Lexer, type Node, type Pair, Parser, Scalar } from "yaml";
import { deeperThan } from "./definition-depth";
import { yamlSays } from "./yaml-words";

export type Path = readonly (string | number)[];
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
const DEEPEST = 30;
const NESTED = `This is nested deeper than ${DEEPEST} levels.`;
/** What a value may stand in, its aliases and merges among it. */
const MOST_ABOVE = 4 * DEEPEST;
/** The longest key, in characters. */
const LONGEST_KEY = 1024;
/** The most values, those behind aliases counted each time. */
const MOST_VALUES = 20_000;
const MOST_PROBLEMS = 5;

/** Something is wrong at an offset of the text. */
class Refusal extends Error {
	constructor(
		readonly offset: number,
		message: string
	) {
		super(message);
	}
}

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
			if ((starts[middle] as number) <= offset) low = middle;
			else high = middle;
		}
		return { line: low + 1, column: offset - (starts[low] as number) + 1 };
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

const offsetOf = (node: unknown): number => (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;

/** Where a value stands, and what is in it. */
interface Spot {
	at: number;
	/** Where its key stands. */
	key?: number;
	readonly within: Map<string | number, Spot>;
}
const spotIn = ({ within }: Spot, step: string | number): Spot => {
	const spot: Spot = { at: 0, within: new Map() };
	within.set(step, spot);
	return spot;
};

/** The values of a document, aliases and merges followed within bounds, and where each stands. */
class Values {
	readonly value: unknown;
	private readonly anchors = new Map<string, Node>();
	private readonly spot: Spot = { at: 0, within: new Map() };
	private count = 0;

	constructor(node: Node | null) {
		this.value = node === null ? null : this.read(node, this.spot, []);
	}

	offsetOf(path: Path, of: "key" | "value"): number {
		let spot = this.spot;
		for (const [index, step] of path.entries()) {
			const next = spot.within.get(step);
			if (next === undefined) break;
			if (of === "key" && index === path.length - 1 && next.key !== undefined) return next.key;
			spot = next;
		}
		return spot.at;
	}

	/** @param above what `node` stands in, outermost first; an alias in it leads out of the order of the text */
	private read(node: unknown, spot: Spot, above: readonly unknown[]): unknown {
		const alias = above.find(isAlias);
		this.counted(1, alias ?? node, alias !== undefined);
		if (above.length > MOST_ABOVE) throw new Refusal(offsetOf(alias ?? node), NESTED);
		spot.at = offsetOf(node);
		const { anchor } = (node ?? {}) as { anchor?: string };
		if (anchor !== undefined && !alias) this.anchors.set(anchor, node as Node);
		if (isAlias(node)) return this.read(this.behind(node, above), spot, [...above, node]);
		const within = [...above, node];
		if (isMap(node)) return Object.fromEntries(this.entries(node.items, spot, within));
		if (isSeq(node)) return node.items.map((item, index) => this.read(item, spotIn(spot, index), within));
		return isScalar(node) ? node.value : null;
	}

	/** What is looked at more than once counts each time. */
	private counted(more: number, at: unknown, byAlias: boolean): void {
		this.count += more;
		if (this.count <= MOST_VALUES) return;
		const way = byAlias ? " by way of its aliases" : "";
		throw new Refusal(offsetOf(at), `More than ${MOST_VALUES} values${way}: that is no definition.`);
	}

	private behind(alias: { readonly source: string }, above: readonly unknown[]): Node {
		const node = this.anchors.get(alias.source);
		const name = short(alias.source);
		if (!node)
			throw new Refusal(offsetOf(alias), `The alias '*${name}' has no '&${name}' before it: write that first.`);
		if (above.includes(node)) throw new Refusal(offsetOf(alias), `The alias '*${name}' stands for what it stands in.`);
		return node;
	}

	/** Own keys win over merged ones, whatever their order; of merged ones the first. */
	private entries(pairs: readonly AnyPair[], spot: Spot, above: readonly unknown[]): Map<string, unknown> {
		const found = new Map<string, unknown>();
		let merges = 0;
		for (const pair of pairs) {
			const name = nameOf(pair.key);
			if (isMerge(pair) ? merges++ > 0 : found.has(name))
				throw new Refusal(offsetOf(pair.key), `'${short(name)}' stands there twice: keep one.`);
			if (isMerge(pair)) continue;
			const within = spotIn(spot, name);
			found.set(name, this.read(pair.value, within, above));
			within.key = offsetOf(pair.key);
		}
		if (merges > 0) for (const pair of pairs.filter(isMerge)) this.merge(pair, found, spot, above);
		return found;
	}

	private merge({ key, value }: AnyPair, into: Map<string, unknown>, spot: Spot, above: readonly unknown[]): void {
		for (const table of isSeq(value) ? value.items : [value]) {
			const target = isAlias(table) ? this.behind(table, above) : table;
			if (!isMap(target)) throw new Refusal(offsetOf(key), "'<<' takes a table, or a list of tables, by alias.");
			this.counted(1 + target.items.length, key, true);
			const lacking = target.items.filter(pair => isMerge(pair) || !into.has(nameOf(pair.key)));
			const merged = this.entries(lacking, spot, [...above, table, target]);
			for (const [name, each] of merged) if (!into.has(name)) into.set(name, each);
		}
	}
}

const LONGEST_SHOWN = 60;
/** A name as it is told. */
const short = (name: string): string => (name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name);

type AnyPair = Pair<unknown, unknown>;

const isMerge = ({ key }: AnyPair): boolean => isScalar(key) && key.value === "<<" && key.type === Scalar.PLAIN;

function nameOf(key: unknown): string {
	// It would not name an entry of a table, but what the table is made of.
	if (isScalar(key) && key.value === "__proto__") throw new Refusal(offsetOf(key), "'__proto__' can be no name here.");
	if (isScalar(key)) {
		const name = typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
		if (name.length <= LONGEST_KEY) return name;
		throw new Refusal(
			offsetOf(key),
			`This key is longer than ${LONGEST_KEY} characters: is a quote or a line break missing?`
		);
	}
	throw new Refusal(offsetOf(key), "A key is a text, not a table, a list or an alias.");
}
