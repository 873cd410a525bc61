/** The commands for routes of older APIs. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";

const loaded = (): typeof import("./commands/route") => require("./commands/route");

const REASON = ["--reason <text>", "why, for the history"] as const;
const EXPECTED = ["--expected <revision>", "the newest revision as you saw it (default: the newest one now)"] as const;
const FILE = ["--file <file>", "the route, as YAML or JSON"] as const;
const ID = "the route's name, as `banyan route list` has it";

export function addRoutes(route: Command, open: Opener): void {
	anywhere(route.command("list"))
		.description("list the routes of older APIs")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "routes", () => loaded().listRoutes));
	anywhere(route.command("show"))
		.description("print one, as `set` takes it")
		.argument("<id>", ID)
		.action(by<[string]>(open, "routes", () => loaded().showRoute));
	anywhere(route.command("set"))
		.description("set one, once its examples have proved it")
		.argument("[id]", "its name, where the file does not say it")
		.option(...FILE)
		.option(...REASON)
		.option(...EXPECTED)
		.option(...JSON_FLAG)
		.action(by<[string | undefined]>(open, "routes", () => loaded().setRoute));
	anywhere(route.command("test"))
		.description("say whether one would be set, and what speaks against it; set nothing")
		.argument("[id]", "its name, where the file does not say it")
		.option(...FILE)
		.option(...JSON_FLAG)
		.action(by<[string | undefined]>(open, "routes", () => loaded().tryRoute));
	anywhere(route.command("remove"))
		.description("remove one: its address answers nothing any more")
		.argument("<id>", ID)
		.option(...REASON)
		.option(...EXPECTED)
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "routes", () => loaded().removeRoute));
	addLooking(route, open);
}

function addLooking(route: Command, open: Opener): void {
	anywhere(route.command("explain"))
		.description("say where a request would go, what would be called and why; call nothing")
		.argument("<method>", "GET, POST …")
		.argument("<path>", "as it is sent, with its query")
		.option("--host <name>", "the name that it is asked under")
		.option("--header <header...>", "a header of it (name: value)")
		.option("--body <text>", "JSON, or a form as it is sent")
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "routes", () => loaded().explainRoute));
	anywhere(route.command("history"))
		.description("list the revisions, the newest first")
		.option("--limit <n>", "so many at most")
		.option("--after <position>", "go on behind it")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "routes", () => loaded().routeHistory));
	anywhere(route.command("diff"))
		.description("say what is set otherwise in one revision than in another")
		.argument("<from>", "a revision; 0: nothing")
		.argument("<to>", "another one")
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "routes", () => loaded().diffRoutes));
	anywhere(route.command("rollback"))
		.description("set all routes as they were as of an earlier revision, as a new one")
		.argument("<revision>", "that one")
		.option(...REASON)
		.option(...EXPECTED)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "routes", () => loaded().rollbackRoutes));
}
