/** The commands that do something, each in its area: of the command `banyan`, and of its REPL. */

import { Command } from "commander";
import { version } from "../package.json";
import type { Opener } from "./asking";
import { screen } from "./command";
import { addCluster } from "./program-cluster";
import { addConfig } from "./program-config";
import { addEvents } from "./program-events";
import { addFlags } from "./program-flags";
import { addJobs } from "./program-jobs";
import { addKeys } from "./program-keys";
import { addMigration } from "./program-migration";
import { addRoutes } from "./program-routes";
import { addSessions, addUsers } from "./program-users";

export function commands(open: Opener): Command {
	const program = new Command("banyan")
		.description("Takes a live system off its monolith: data and traffic move together, verified and reversible.")
		.version(version, "-V, --version", "print the version")
		.helpOption("-h, --help", "say what a command does and takes")
		.helpCommand("help [command]", "say what a command does and takes")
		.exitOverride()
		.configureOutput({
			writeOut: text => screen.print(text.replace(/\n$/, "")),
			writeErr: text => screen.say(text.replace(/\n$/, "")),
			outputError: (text, write) => write(text.replace(/^error: /, "banyan: "))
		})
		.showHelpAfterError("See `banyan --help`.");
	addMigration(program.command("migration").description("move the records of one system to another"), open);
	addKeys(
		program.command("keys").description("make, list, rotate and revoke API keys, for those who call from afar"),
		open
	);
	addUsers(program.command("users").description("see to the accounts of people"), open);
	addSessions(program.command("sessions").description("see where people are signed in, and end it"), open);
	addEvents(program.command("events").description("see to events that a service could not deal with"), open);
	addConfig(program.command("config").description("see to the settings of services, for the whole cluster"), open);
	addFlags(program.command("flag").description("see to feature flags: what is on for whom"), open);
	addJobs(program.command("jobs").description("see to what is done at times, once across all nodes"), open);
	addRoutes(program.command("route").description("see to the paths of older APIs, and where they lead"), open);
	addCluster(program, open);
	return program;
}
