/** The commands for API keys. */

import { type Command, Option } from "commander";
import { SCOPES } from "../contracts/cluster";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";

const loaded = (): typeof import("./commands/keys") => require("./commands/keys");

export function addKeys(keys: Command, open: Opener): void {
	anywhere(keys.command("create"))
		.description("make an API key; its text is printed once, alone on standard output")
		.argument("<name>", "what it is for")
		.addOption(
			new Option("--scope <scope...>", "what its bearer may do").choices(Object.keys(SCOPES)).makeOptionMandatory()
		)
		.option("--days <n>", "how long it is good (default: until it is revoked)")
		.option(...JSON_FLAG)
		.addHelpText("after", `\nScopes:\n${scopesText()}`)
		.action(by<[string]>(open, "keys", () => loaded().createKey));
	anywhere(keys.command("list"))
		.description("list all API keys, without their texts: when each was used last, and when it ends")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "keys", () => loaded().listKeys));
	anywhere(keys.command("rotate"))
		.description("make a key in the place of another, which goes on working for a while")
		.argument("<id>", "the key's id, as `banyan keys list` has it")
		.option("--hours <n>", "how long the key before goes on working (default: 24)")
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "keys", () => loaded().rotateKey));
	anywhere(keys.command("revoke"))
		.description("end an API key at once")
		.argument("<id>", "the key's id, as `banyan keys list` has it")
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "keys", () => loaded().revokeKey));
}

const scopesText = (): string =>
	Object.entries(SCOPES)
		.map(([scope, says]) => `  ${scope.padEnd(16)}${says}`)
		.join("\n");
