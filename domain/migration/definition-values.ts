/** The values of a definition's text, aliases and merges followed within bounds, and where each stands. Pure. */

import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, Scalar } from "yaml";

export type Path = readonly (string | number)[];

export const DEEPEST = 30;
export const NESTED = `This is nested deeper than ${DEEPEST} levels.`;
/** What a value may stand in, its aliases and merges among it. */
const MOST_ABOVE = 4 * DEEPEST;
/** The longest key, in characters. */
const LONGEST_KEY = 1024;
/** The most values, those behind aliases counted each time. */
const MOST_VALUES = 20_000;

/** Something is wrong at an offset of the text. */
export class Refusal extends Error {
	constructor(
		readonly offset: number,
		message: string
	) {
		super(message);
	}
}

const offsetOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);

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

export class Values {
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
		if (isAlias(node)) return this.read(this.behind(node, above), spot, [...above, node]);
		if (isNode(node) && node.anchor !== undefined && !alias) this.anchors.set(node.anchor, node);
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
