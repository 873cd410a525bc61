/** The commands as data: what a completion and the README's table are checked and written from. */

import type { Argument, Command, Option } from "commander";
import { own } from "../../domain/own";

/** What names something: a path, a migration, a node, a logger or its level, an event that is laid aside, an API key, a flag. */
export const NAMED = ["file", "migration", "node", "level", "letter", "key", "flag"] as const;

/** What a value is: a name, one of these words, or anything. */
export type Values = (typeof NAMED)[number] | "anything" | readonly string[];

export interface OptionNode {
	/** As it is typed: `--json`; the short form after the long one. */
	readonly names: readonly string[];
	/** Null: it takes none. */
	readonly value: Values | null;
	readonly says: string;
}
export interface CommandNode {
	/** From the first word: `["migration", "plan"]`. */
	readonly path: readonly string[];
	readonly says: string;
	readonly commands: readonly CommandNode[];
	readonly options: readonly OptionNode[];
	readonly arguments: readonly Values[];
}

export function treeOf(command: Command, path: readonly string[] = []): CommandNode {
	const help = command.createHelp();
	return {
		path,
		says: command.description(),
		commands: help
			.visibleCommands(command)
			.filter(each => each.name() !== "help")
			.map(each => treeOf(each, [...path, each.name()])),
		options: help.visibleOptions(command).map(optionNode),
		arguments: command.registeredArguments.map(argument => valuesOf(argument, path))
	};
}

const optionNode = ({ long, short, flags, argChoices, description, required, optional }: Option): OptionNode => ({
	names: [long, short].filter(name => name != null),
	value: required || optional ? (argChoices ?? (/<file>/.test(flags) ? "file" : "anything")) : null,
	says: description
});

/** By the command's area, and what it calls the argument. */
const ARGUMENTS: Readonly<Record<string, Values>> = {
	"migration name": "migration",
	"keys id": "key",
	"flag key": "flag",
	"events id": "letter",
	"level node": "node",
	"level level": "level"
};

function valuesOf(argument: Argument, [area]: readonly string[]): Values {
	if (argument.argChoices) return argument.argChoices;
	if (argument.name() === "file") return "file";
	return own(ARGUMENTS, `${area} ${argument.name()}`) ?? "anything";
}

/** The commands that do something, in the order of the help. */
export const leavesOf = (node: CommandNode): readonly CommandNode[] =>
	node.commands.length === 0 ? [node] : node.commands.flatMap(leavesOf);

/** All of them, with those that only lead to others. */
export const allOf = (node: CommandNode): readonly CommandNode[] => [node, ...node.commands.flatMap(allOf)];
