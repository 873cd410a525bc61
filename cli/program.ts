/** The command `banyan`: what it can be told, and what it says of itself. */

import type { Command } from "commander";
import { anywhere, by, type Opener } from "./asking";
import { printFile } from "./command";
import { completionScript, SHELLS } from "./completion";
import { treeOf } from "./completion/tree";
import { helpAfter } from "./help";
import { addBackups } from "./program-backup";
import { commands } from "./program-commands";
import { addIdentity } from "./program-identity";
import { addSecrets } from "./program-secrets";

function loaded(): typeof import("./commands/repl").repl {
	const { repl }: typeof import("./commands/repl") = require("./commands/repl");
	return repl;
}

export function banyan(open: Opener): Command {
	const program = commands(open);
	anywhere(program.command("repl"))
		.description("a shell into the cluster: all of these commands, with completion, and calls of any action")
		.option("--read-only", "refuse what may change something")
		.action(by<[]>(open, "repl", loaded));
	addBackups(program);
	addIdentity(program.command("identity").description("say who nodes are, so that each can prove it to the others"));
	addSecrets(program.command("secrets").description("see to the keys that secrets are kept sealed with"), open);
	addCompletion(program);
	for (const command of program.commands) guide(command, []);
	return program;
}

/** A mistake leads to the help of the command it was made in; that names examples, exit codes and settings. */
function guide(command: Command, path: readonly string[]): void {
	const words = [...path, command.name()];
	command.showHelpAfterError(`See \`banyan ${words.join(" ")} --help\`.`);
	if (command.commands.length === 0) command.addHelpText("after", () => helpAfter(words.join(" ")));
	for (const each of command.commands) guide(each, words);
}

function addCompletion(program: Command): void {
	const shells = program.command("completion").description("print a script by which a shell completes this command");
	for (const shell of SHELLS)
		shells
			.command(shell)
			.description(`print the one for ${shell}`)
			.action(() => {
				return printFile([`${completionScript(shell, treeOf(program))}\n`]);
			});
}
