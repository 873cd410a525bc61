/** What the commands have in common that ask for something. */

import type { Command } from "commander";
import type { Client, Need, Open } from "./client";
import { type Flags, withClient } from "./command";

/** Which client a command of these flags speaks to. */
export type Opener = (flags: Flags) => Open;

export const JSON_FLAG = ["--json", "print JSON, for scripts"] as const;
export const YES_FLAG = ["--yes", "do not ask; without a terminal nothing is asked anyway"] as const;

/** What all commands take that ask for something: where. */
export const anywhere = (command: Command): Command =>
	command
		.option("--url <address>", "a server that does it (default: BANYAN_URL; without one this process does it)")
		.option("--api-key-file <file>", "the file of the API key for the server (default: the key in BANYAN_API_KEY)");

type Work<A extends unknown[]> = (client: Client, ...given: [...A, Flags]) => Promise<number>;

/** The action of a command, as commander calls it: a client for the time of the work, which is loaded when it is asked for. */
export const by =
	<A extends unknown[]>(open: Opener, need: Need, load: () => Work<A>) =>
	(...given: [...A, Flags, Command]): Promise<void> => {
		const [flags] = given.slice(-2) as [Flags, Command];
		const work = load();
		return withClient(open(flags), need, client => work(client, ...(given.slice(0, -1) as [...A, Flags])));
	};
