/** The commands for the nodes of a cluster. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener } from "./asking";

const loaded = (): typeof import("./commands/cluster") => require("./commands/cluster");
const limits = (): typeof import("./commands/limits") => require("./commands/limits");

export function addCluster(program: Command, open: Opener): void {
	anywhere(program.command("nodes"))
		.description("list the nodes of the cluster, what each runs, and how much it logs")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "cluster", () => loaded().listNodes));
	anywhere(program.command("services"))
		.description("list the services, and the nodes that run them")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "cluster", () => loaded().listServices));
	anywhere(program.command("calls"))
		.description("say how the calls of each action fare: how many, how often, how many failed, how long they took")
		.option("--during <seconds>", "count for so long how often (default: 2)")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "cluster", () => loaded().listCalls));
	anywhere(program.command("limits"))
		.description("say how often the gateway may be asked, by policy, and how often you still may")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "cluster", () => limits().listLimits));
	anywhere(program.command("level"))
		.description("set how much a node logs, or all of them, for a while")
		.argument("<node>", "a node, as `banyan nodes` has it, or all")
		.argument("<level>", "fatal, error, warn, info, debug, trace, or usual: as LOG_LEVEL says; or a logger before it")
		.argument("[level]", "with a logger: its level")
		.option("--minutes <n>", "then it is as usual again (default: 30)")
		.option(...JSON_FLAG)
		.action(by<[string, string, string | undefined]>(open, "cluster", () => loaded().setLevel));
}
