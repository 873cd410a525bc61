/** The commands for feature flags. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";

const changing = (): typeof import("./commands/flags-changed") => require("./commands/flags-changed");
const showing = (): typeof import("./commands/flags") => require("./commands/flags");

const KEY = ["<key>", "the flag's key"] as const;
const REASON = ["--reason <why>", "why, for whoever reads the history"] as const;

export function addFlags(flags: Command, open: Opener): void {
	addShown(flags, open);
	addMade(flags, open);
	const change = (name: string, says: string): Command =>
		anywhere(flags.command(name))
			.description(says)
			.requiredOption(...REASON);
	change("on", "turn a flag on")
		.argument(...KEY)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => changing().turnOn));
	change("off", "turn a flag off on all nodes at once: everybody gets what it says for that")
		.argument(...KEY)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => changing().turnOff));
	change("rollout", "say what share has what a flag gives; whoever has it keeps it when the share grows")
		.argument(...KEY)
		.argument("<percent>", "0 to 100")
		.option("--rule <name>", "of this rule, where several are for a share")
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "flags", () => changing().rollOut));
	change("delete", "delete a flag: programs go by their own defaults")
		.argument(...KEY)
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => changing().deleteFlag));
	change("rollback", "set all flags as they were as of a revision, by a new one")
		.argument("<revision>", "as `banyan flag history` has it")
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => changing().rollBack));
}

function addMade(flags: Command, open: Opener): void {
	anywhere(flags.command("create"))
		.description("make a flag that is on or off: by users, by groups, and for a share")
		.argument(...KEY)
		.requiredOption("--owner <who>", "who answers for it")
		.option("--percent <percent>", "for so many of a hundred (default: 0)")
		.option("--user <user...>", "for whoever has one of these targeting keys")
		.option("--group <group...>", "for whoever is in one of these groups")
		.option("--expires <day>", "the day after which it should be gone; without one it stays")
		.option("--description <text>", "what it is for")
		.option("--client-side", "people may ask what it answers for them")
		.requiredOption(...REASON)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => changing().createFlag));
	anywhere(flags.command("set"))
		.description("set a flag as a JSON file says; `banyan flag show KEY --json` prints one")
		.argument(...KEY)
		.argument("<file>", "the file; /dev/stdin for standard input")
		.requiredOption(...REASON)
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "flags", () => changing().setFlag));
}

function addShown(flags: Command, open: Opener): void {
	const of = (name: string, says: string): Command => anywhere(flags.command(name)).description(says);
	of("list", "list the flags: what they are, for whom, and which should go")
		.option("--stale", "those that should go: past their end date, or of one answer for long")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "flags", () => showing().listFlags));
	of("show", "show a flag with its rules")
		.argument(...KEY)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => showing().showFlag));
	of("history", "list the revisions: what was set when, by whom, and why")
		.option("--limit <count>", "so many of them (default: 20)")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "flags", () => showing().history));
	of("diff", "say what is set otherwise in one revision than in another")
		.argument("<from>", "a revision")
		.argument("<to>", "another one")
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "flags", () => showing().difference));
	asked(of("evaluate", "say what a flag answers for somebody"))
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => showing().evaluate));
	asked(of("explain", "say why a flag answers as it does for somebody, and what would change that"))
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "flags", () => showing().explain));
}

/** Of whom it is asked. */
const asked = (command: Command): Command =>
	command
		.argument(...KEY)
		.option("--user <user>", "the targeting key")
		.option("--group <group...>", "the groups that they are in")
		.option("--attribute <name=value...>", "what else is known of them");
