import type { Status } from "../../contracts/migration/migration";
import type { Client } from "../client";
import { CommandError, type Flags, print, readText, say } from "../command";
import { EXIT } from "../exit";
import { linesOf } from "../lines";
import { streamsText } from "../text";

/** Every line that a run would report, with no request that writes. */
export async function dryRun(client: Client, file: string, { json }: Flags): Promise<number> {
	const { name } = await client.call("migration.dryRun", { document: readText(file) });
	const status = await ended(client, name);
	if (status.failure) throw new CommandError(`${status.failure.message} Nothing has been written.`);
	if (json) for await (const line of linesOf(client, "migration.report", status)) print(JSON.stringify(line));
	else print(streamsText(status));
	say("Nothing has been written.");
	return EXIT.clean;
}

/** How often the status is asked for, in ms. */
const EVERY = 200;

async function ended(client: Client, name: string): Promise<Status> {
	for (;;) {
		const status = await client.call("migration.status", { name });
		if (!status.running) return status;
		await new Promise(resolve => setTimeout(resolve, EVERY));
	}
}
