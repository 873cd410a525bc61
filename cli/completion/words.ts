/** What the scripts of all shells are written from. */

import { allOf, type CommandNode, type Values } from "./tree";

/** What a script offers by itself, or words. A node, a key, an event would have to be asked for with each key that is typed. */
export type Offered = "file" | "migration" | "anything" | readonly string[];

export const offeredOf = (values: Values): Offered =>
	typeof values !== "string" || values === "file" || values === "migration" ? values : "anything";

/** A command as the scripts call it: its words, `banyan` first. */
export const wordsOf = ({ path }: Pick<CommandNode, "path">): string => ["banyan", ...path].join(" ");

/** Between single quotes; what ends them is written apart. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Of every option that takes a value, and of every argument: the place where it stands, and what may. */
export interface Place {
	/** The command, and the option before the cursor; or the command and the number of the argument. */
	readonly at: string;
	readonly values: Offered;
}

export const optionPlaces = (tree: CommandNode): Place[] =>
	allOf(tree).flatMap(node =>
		node.options.flatMap(({ names, value }) =>
			value === null ? [] : names.map(name => ({ at: `${wordsOf(node)}|${name}`, values: offeredOf(value) }))
		)
	);

/** The first argument is what a script completes; no command here takes more. */
export const argumentPlaces = (tree: CommandNode): Place[] =>
	allOf(tree).flatMap(node => {
		const [first] = node.arguments;
		return first === undefined ? [] : [{ at: wordsOf(node), values: offeredOf(first) }];
	});

/** A line of shell that prints the names of the migrations, one a line; quiet where there are none to be had. */
export const NAMES = `migration status --json 2>/dev/null </dev/null | grep -o '"name":"[a-z0-9-]*"' | cut -d'"' -f4`;
