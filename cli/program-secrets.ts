/** The commands for secrets at rest. */

import type { Command } from "commander";
import { anywhere, by, JSON_FLAG, type Opener } from "./asking";

const loaded = (): typeof import("./commands/secrets") => require("./commands/secrets");

export function addSecrets(secrets: Command, open: Opener): void {
	anywhere(secrets.command("rekey"))
		.description("seal all secrets that are kept with a new key, and forget those before once nothing needs them")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "secrets", () => loaded().rekeySecrets));
}
