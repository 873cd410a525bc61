/** What may come next on a line: of Moleculer's verbs as its own REPL says it, of all others by the commands themselves. */

import type { Command } from "commander";
import { LOG_LEVELS, USUAL } from "../../contracts/platform/operations";
import { fieldsOf, propertyOf } from "../../domain/unknown";
import type { Client } from "../client";
import type { CommandNode, OptionNode, Values } from "../completion/tree";
import type { Verbs } from "./verbs";

/** What fits, and the part of the line that it stands for. */
export type Completion = readonly [fits: readonly string[], of: string];

const OF_MOLECULER: readonly string[] = ["call", "dcall"];
type Handler = (line: string, broker: { readonly registry: object }, program: Command) => [string[], string];
const handler = (): Handler =>
	(require("moleculer-repl/src/autocomplete") as { readonly autocompleteHandler: Handler }).autocompleteHandler;

/** Empty where nothing is known: whoever types is not to be held up by that. */
export async function completed({ client, program, tree }: Verbs, line: string): Promise<Completion> {
	const words = line.trimStart().split(/\s+/);
	const partial = words.pop() ?? "";
	const [verb = ""] = words;
	if (OF_MOLECULER.includes(verb) && client.node) {
		const [fits, of] = handler()(line, { registry: client.node.registry }, program());
		const params = paramsOf(client.node.registry, words, partial);
		return params.length > 0 ? [params, partial] : [fits.filter(fit => fit.startsWith(line)), of];
	}
	const { node, given, before } = foundBy(tree, words);
	const offered = before ? await valuesOf(client, before) : await nextOf(client, node, given, partial);
	return [offered.filter(offer => offer.startsWith(partial)).map(offer => `${offer} `), partial];
}

/** `--name` of an action's params, once it stands there. */
function paramsOf(registry: object, [verb, ...words]: readonly string[], partial: string): string[] {
	const action = words[verb === "dcall" ? 1 : 0];
	if (action === undefined || !partial.startsWith("-")) return [];
	const list = (propertyOf(registry, "getActionList") as ((options: object) => unknown[]) | undefined)?.call(
		registry,
		{}
	);
	const found = list?.find(each => propertyOf(each, "name") === action);
	return Object.keys(fieldsOf(propertyOf(propertyOf(found, "action"), "params")))
		.filter(param => !param.startsWith("$"))
		.map(param => `--${param} `)
		.filter(param => param.startsWith(partial));
}

interface Found {
	readonly node: CommandNode;
	/** Arguments behind the command. */
	readonly given: readonly string[];
	/** The option that waits for its value. */
	readonly before: Values | null;
}

function foundBy(tree: CommandNode, words: readonly string[]): Found {
	let node = tree;
	const given: string[] = [];
	let before: OptionNode | undefined;
	for (const word of words) {
		const inner = given.length === 0 ? node.commands.find(({ path }) => path.at(-1) === word) : undefined;
		const isValue = before?.value != null;
		before = isValue ? undefined : node.options.find(({ names }) => names.includes(word));
		if (inner && !isValue) node = inner;
		else if (!isValue && !word.startsWith("-")) given.push(word);
	}
	return { node, given, before: before?.value ?? null };
}

/** Commands, or values of the argument at hand; options where one is begun. */
async function nextOf(client: Client, node: CommandNode, given: readonly string[], partial: string): Promise<string[]> {
	if (partial.startsWith("-")) return node.options.flatMap(({ names: [long] }) => long ?? []);
	if (node.commands.length > 0) return node.commands.map(({ path }) => String(path.at(-1)));
	const values = node.arguments[given.length];
	return values === undefined ? [] : valuesOf(client, values);
}

type Source = (client: Client) => Promise<readonly string[]>;
const SOURCES: Readonly<Record<Extract<Values, string>, Source>> = {
	migration: async client => (await client.call("migration.list", {})).map(({ name }) => name),
	node: async client => ["all", ...(await nodesOf(client)).map(({ id }) => id)],
	level: async client => {
		const nodes = await nodesOf(client);
		return [...LOG_LEVELS, USUAL, ...new Set(nodes.flatMap(({ logging }) => logging?.loggers ?? []))];
	},
	letter: async client => (await client.call("events.deadLetters", {})).map(({ id }) => id),
	key: async client => (await client.call("access.list", {})).map(({ id }) => id),
	flag: async client => (await client.call("flags.list", {})).map(({ key }) => key),
	file: async () => [],
	anything: async () => []
};

const nodesOf = async (client: Client) => (await client.call("gateway.nodes", {})).filter(({ available }) => available);

async function valuesOf(client: Client, values: Values): Promise<string[]> {
	if (typeof values !== "string") return [...values];
	try {
		return [...(await SOURCES[values](client))];
	} catch {
		return [];
	}
}
