/** The commands for durable events. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";

const loaded = (): typeof import("./commands/events") => require("./commands/events");

export function addEvents(events: Command, open: Opener): void {
	const all = ["--service <service>", "all of this service"] as const;
	const id = ["[id]", "the event's id, as `banyan events list` has it"] as const;
	anywhere(events.command("list"))
		.description("list the events that a service could not deal with, and why")
		.option(...all)
		.option(...JSON_FLAG)
		.action(by<[]>(open, "events", () => loaded().listLetters));
	anywhere(events.command("show"))
		.description("say all that is kept of such an event")
		.argument("<id>", id[1])
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "events", () => loaded().showLetter));
	anywhere(events.command("replay"))
		.description("deliver such an event once more, behind what was announced since")
		.argument(...id)
		.option(...all)
		.option(...JSON_FLAG)
		.action(by<[string | undefined]>(open, "events", () => loaded().replayLetters));
	anywhere(events.command("drop"))
		.alias("discard")
		.description("forget such an event")
		.argument(...id)
		.option(...all)
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string | undefined]>(open, "events", () => loaded().dropLetters));
	anywhere(events.command("again"))
		.description("deliver to a service once more what was announced: from the beginning, or behind a position")
		.argument("<service>", "the service that hears it")
		.option("--event <event>", "no other event than this one")
		.option("--key <key>", "no other key than this one")
		.option("--after <position>", "what was announced behind it")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "events", () => loaded().deliverAgain));
}
