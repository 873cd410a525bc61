/** The commands for identities of nodes. They work on files alone. */

import type { Command } from "commander";
import { JSON_FLAG } from "./asking";

const loaded = (): typeof import("./commands/identity") => require("./commands/identity");

const FOLDER = ["--in <folder>", "the folder of the authority", "identities"] as const;
const NAME = ["<name>", "what the identity is called"] as const;

/** The action of a command, as commander calls it: its work is loaded when it is asked for. */
const by =
	<A extends unknown[]>(load: () => (...given: A) => number) =>
	(...given: A): void => {
		process.exitCode = load()(...given);
	};

export function addIdentity(identity: Command): void {
	identity
		.command("init")
		.description("make an authority that says who nodes are")
		.option(...FOLDER)
		.action(by(() => loaded().initIdentities));
	identity
		.command("issue")
		.description("make an identity for a node, or for a group of them")
		.argument(...NAME)
		.option("--nodes <node...>", "the NODE_IDs that it is for; one that ends with * stands for all that begin so")
		.option("--services <service...>", "the services that its nodes run, and in whose name they call")
		.option("--days <n>", "how long it holds", "90")
		.option(...FOLDER)
		.action(by(() => loaded().issueIdentity));
	identity
		.command("show")
		.description("say what stands in an identity")
		.argument("<file>", "the file of the identity")
		.option(...JSON_FLAG)
		.action(by(() => loaded().showIdentity));
	addEndings(identity);
}

function addEndings(identity: Command): void {
	identity
		.command("withdraw")
		.description("let nothing count any more that was issued under a name until now")
		.argument(...NAME)
		.option(...FOLDER)
		.action(by(() => loaded().withdrawIdentity));
	identity
		.command("rotate")
		.description("make another authority beside the one there is, which issues from now on")
		.option(...FOLDER)
		.action(by(() => loaded().rotateAuthority));
	identity
		.command("retire")
		.description("let nothing count any more that an earlier authority issued")
		.option(...FOLDER)
		.action(by(() => loaded().retireAuthorities));
}
