/** `help`, and how to leave. */

import type { Command } from "commander";
import { shown } from "../../domain/text/visible";
import { CommandError, paint, print, screen } from "../command";
import { type CommandNode, treeOf } from "../completion/tree";
import { wrapAll } from "../terminal/width";

export function addBasics(program: Command, leave: () => void): void {
	program.helpCommand(false);
	program
		.command("help")
		.argument("[words...]", "a command")
		.description("say what there is, or what one command does and takes")
		.action((words: readonly string[]) =>
			words.length === 0 ? print(overview(treeOf(program))) : help(program, words)
		);
	program
		.command("cls")
		.description("clear the window")
		.action(() => screen.wipe());
	program
		.command("exit")
		.aliases(["quit", "q"])
		.description("leave; nothing that runs in the cluster ends by it")
		.action(leave);
}

function help(program: Command, words: readonly string[]): void {
	const found = words.reduce<Command | undefined>(
		(command, word) => command?.commands.find(each => each.name() === word || each.aliases().includes(word)),
		program
	);
	if (!found) throw new CommandError(`There is no command '${shown(words.join(" "))}': \`help\` lists them.`);
	print(found.helpInformation().trimEnd());
}

const KEYS = [
	["Tab", "completes commands, options, nodes, actions, migrations"],
	["Ctrl-C", "stops watching, or leaves a command that waits; the cluster goes on"],
	["Ctrl-D", "leaves"]
] as const;

const NARROW = 78;
const TERM = 12;

const row = (term: string, says: string): string => {
	const hang = " ".repeat(TERM + 4);
	const [first = "", ...rest] = wrapAll(says, NARROW - TERM - 4);
	return [`  ${paint("bold", term.padEnd(TERM))}  ${first}`, ...rest.map(line => hang + line)].join("\n");
};

/** A line a command; of those that lead to others, which. */
function overview({ commands }: CommandNode): string {
	const rows = commands.map(({ path, says, commands: inner }) =>
		row(path.join(" "), inner.length === 0 ? says : `${says}: ${inner.map(each => each.path.at(-1)).join(", ")}`)
	);
	return [
		...rows,
		"",
		...KEYS.map(([key, says]) => row(key, says)),
		"",
		"`help COMMAND` says more of one, with examples: help migration repair"
	].join("\n");
}
