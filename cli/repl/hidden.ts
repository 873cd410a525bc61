/** Verbs of Moleculer's own REPL that are not here: whoever types one is told why, and what there is instead. */

import type { Command } from "commander";
import { CommandError } from "../command";

const HIDDEN: Readonly<Record<string, string>> = {
	env: "it prints all of the environment, passwords and keys with it: README lists the settings, and `nodes` says what each node runs",
	info: "it prints how this process was started, logins with it: see `nodes`",
	metrics: "it knows this process alone: see `calls`, and /metrics of the gateway for all nodes",
	bench: "it puts load on whoever works: `make bench` measures apart",
	load: "this node offers nothing: begin another one with SERVICES",
	destroy: "this node offers nothing: stop a node by SIGTERM, and its work goes to others",
	emit: "an event says that something was done, and services believe it: call the action that does it",
	broadcast: "an event says that something was done, and services believe it: call the action that does it",
	broadcastLocal: "this node listens to nothing",
	listener: "it would take part in what services listen to: see `migration logs NAME --follow` and `events list`",
	cache: "kept answers end by themselves within seconds",
	clear: "kept answers end by themselves within seconds"
};

export function addHidden(program: Command): void {
	for (const [verb, why] of Object.entries(HIDDEN))
		program
			.command(verb, { hidden: true })
			.allowUnknownOption()
			.allowExcessArguments()
			.action(() => {
				throw new CommandError(`\`${verb}\` of Moleculer's REPL is not here: ${why}.`);
			});
}
