/** The commands for settings of the cluster. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";

const changing = (): typeof import("./commands/config-changed") => require("./commands/config-changed");
const showing = (): typeof import("./commands/config") => require("./commands/config");

const SERVICE = ["<service>", "as `banyan config list` has it; node: what is every node's"] as const;
const ENVIRONMENT = ["--environment <name>", "whose nodes read it (default: default)"] as const;
const EXPECTED = ["--expected <revision>", "the newest revision as you saw it (default: the newest one now)"] as const;
const REASON = ["--reason <why>", "why, for whoever reads the history"] as const;

export function addConfig(config: Command, open: Opener): void {
	addShown(config, open);
	const change = (name: string, says: string): Command =>
		anywhere(config.command(name))
			.description(says)
			.option(...ENVIRONMENT)
			.option(...EXPECTED)
			.requiredOption(...REASON);
	change("set", "set some of a service: nodes see all of it, or none")
		.argument(...SERVICE)
		.argument("<setting...>", "KEY=VALUE, as in the environment of a node")
		.option(...JSON_FLAG)
		.action(by<[string, string[]]>(open, "config", () => changing().setSettings));
	change("unset", "set some of a service no more: what they are by default holds again")
		.argument(...SERVICE)
		.argument("<key...>", "as its variable is called")
		.option(...JSON_FLAG)
		.action(by<[string, string[]]>(open, "config", () => changing().unsetSettings));
	change("apply", "set those of several services at once, by a file: nodes see all of it, or none")
		.argument("<file>", "by service and key, as YAML or JSON, null: no more; /dev/stdin for standard input")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "config", () => changing().applySettings));
	change("secret", "set a secret that definitions name; it is never shown")
		.argument("<name>", "as definitions name it: BANYAN_SECRET_…")
		.argument("<file>", "what it is; /dev/stdin for standard input")
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "config", () => changing().setSecret));
	change("rollback", "set all as it was as of a revision, by a new one")
		.argument("<revision>", "as `banyan config history` has it")
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "config", () => changing().rollBackSettings));
}

function addShown(config: Command, open: Opener): void {
	const of = (name: string, says: string): Command => anywhere(config.command(name)).description(says);
	of("list", "list the services that have settings, and what is set for the cluster")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "config", () => showing().listConfig));
	of("show", "show the settings of a service: what each is, by whose word, and when a change of it holds")
		.argument(...SERVICE)
		.option(...ENVIRONMENT)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "config", () => showing().showConfig));
	of("history", "list the revisions, the newest first: what was set when, by whom, and why")
		.option(...ENVIRONMENT)
		.option("--limit <count>", "so many of them (default: 20)")
		.option("--after <position>", "go on behind it, as `next` of --json has it")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "config", () => showing().configHistory));
	of("diff", "say what is set otherwise in one revision than in another; of a secret only that")
		.argument("<from>", "a revision")
		.argument("<to>", "another one")
		.option(...ENVIRONMENT)
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "config", () => showing().diffConfig));
	of("explain", "say what a setting is on each node, by whose word, and what that overrides")
		.argument("<key>", "as its variable is called")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "config", () => showing().explainSetting));
	of("nodes", "say which revision each node goes by, and since when it is stale")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "config", () => showing().nodesFollowing));
}
